import { readFileSync, writeFileSync } from "node:fs";
import { check } from "../src/compiler/check.ts";
import { compileRun } from "../src/compiler/compile.ts";
import { emitWasm } from "../src/backends/wasm/emit-wasm.ts";

/**
 * Time and rate of each kernel of the training step of a workload, one thread: `tsx bench/wasm-kernels.ts w2 [file.wat]`.
 * Arrays are filled with random numbers first: pages never written would all be one page.
 */
const [workload = "w2", textFile] = process.argv.slice(2);
const path = new URL(`${workload}.nnspec`, import.meta.url).pathname;
const { value } = check(
  { path, text: readFileSync(path, "utf8") },
  { set: new Map(), read: () => ({ problem: "missing" }) },
);
if (value === undefined) throw new Error(`${path} has errors`);
const { plans } = compileRun(value.runs[0]!);
const start = performance.now();
const { bytes, wat, memory } = emitWasm(
  { train: plans.train },
  { exportKernels: true, threads: "never" },
);
const generated = performance.now() - start;
if (textFile !== undefined) writeFileSync(textFile, wat);
const linear = new WebAssembly.Memory({ initial: memory.pages });
new Float32Array(linear.buffer).forEach(
  (_, place, floats) => (floats[place] = (Math.random() - 0.5) * 0.2),
);
for (const array of memory.variables.values())
  if (array.shape.length === 0) new Float32Array(linear.buffer)[array.address / 4] = 0;
new Int32Array(linear.buffer)[memory.rows / 4] = plans.train.capacity;
const compiling = performance.now();
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
  env: { memory: linear },
});
const compiled = performance.now() - compiling;

/** Microseconds a call: the least of several runs. */
function microseconds(call: () => void): number {
  let calls = 1;
  let least = Infinity;
  for (let round = 0; round < 12;) {
    const begin = performance.now();
    for (let count = 0; count < calls; count++) call();
    const time = performance.now() - begin;
    if (time < 5) calls *= 2;
    else {
      least = Math.min(least, (time * 1000) / calls);
      round++;
    }
  }
  return least;
}

const table = memory.plans.get("train")!;
const whole = microseconds(exports["train"] as () => void);
let sum = 0;
for (const { name, parts, work } of table.kernels) {
  const run = exports[name] as (lo: number, hi: number) => void;
  const time = microseconds(() => run(0, parts));
  sum += time;
  console.log(
    `${time.toFixed(2).padStart(10)} µs ${(work / time / 1000).toFixed(1).padStart(6)} Gop/s ${((100 * time) / whole).toFixed(1).padStart(5)} %  ${name} (${parts})`,
  );
}
console.log(
  `${workload}: ${(1e6 / whole).toFixed(0)} steps/s; kernels alone ${(1e6 / sum).toFixed(0)}; module ${bytes.length} bytes, generated in ${generated.toFixed(0)} ms, compiled in ${compiled.toFixed(1)} ms`,
);
