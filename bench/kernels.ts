/**
 * What each kernel of the WebAssembly module takes: npm run bench -- kernels W2,W3
 *
 * The rates are those of multiplications and additions of kernels that reduce; the time is that of the processor, so that other
 * programs on the machine disturb it little.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../src/compiler/check.ts";
import { compileRun } from "../src/compiler/compile.ts";
import { emitWasm } from "../src/backends/wasm/emit-wasm.ts";
import type { Plan } from "../src/compiler/plan/plan.ts";
import { benchFolder } from "./job.ts";
import { figures, median } from "./statistics.ts";
import type { Workload } from "./workloads.ts";

export interface KernelTime {
  readonly name: string;
  readonly microseconds: number;
  /** Multiplications and additions per nanosecond; NaN for kernels that do not reduce. */
  readonly gigaflops: number;
}

/** Times every kernel of the training step on its own, in rounds over all of them. */
export async function timeKernels(workload: Workload, rounds = 5): Promise<readonly KernelTime[]> {
  const plans = plansOf(workload);
  const emitted = emitWasm(plans, { exportKernels: true, threads: "never" });
  const memory = new WebAssembly.Memory({ initial: emitted.memory.pages });
  const { instance } = await WebAssembly.instantiate(emitted.bytes, { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  const table = emitted.memory.plans.get("train")!;
  for (const { address, shape } of [...emitted.memory.variables.values(), ...table.inputs.values()])
    for (let place = 0; place < shape.reduce((product, extent) => product * extent, 1); place++)
      floats[address / 4 + place] = ((place * 7919) % 1000) / 1e4;
  for (const address of table.numbers.values()) floats[address / 4] = 1e-3;
  new Int32Array(memory.buffer)[emitted.memory.rows / 4] = workload.batch;
  const call = (name: string): ((...args: number[]) => void) =>
    instance.exports[name] as (...args: number[]) => void;
  for (let step = 0; step < 3; step++) call("train")();
  const reducing = new Set(
    plans.train.steps
      .filter((step) => step.kind === "kernel" && step.reduce.length > 0)
      .map((step) => `train/${step.kind === "kernel" ? step.name : ""}`),
  );
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++)
    for (const { name, parts } of table.kernels)
      times.set(name, [...(times.get(name) ?? []), timeOf(() => call(name)(0, parts))]);
  return table.kernels.map(({ name, work }) => {
    const microseconds = median(times.get(name)!.slice(1));
    return {
      name: name.replace("train/", ""),
      microseconds,
      gigaflops: reducing.has(name) ? work / microseconds / 1000 : NaN,
    };
  });
}

/** Microseconds of processor time in one call. */
function timeOf(run: () => void): number {
  run();
  let calls = 0;
  const start = process.cpuUsage();
  let spent = 0;
  for (let block = 1; spent < 20_000; block *= 2) {
    for (let place = 0; place < block; place++) run();
    calls += block;
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  return spent / calls;
}

function plansOf(workload: Workload): { readonly train: Plan } {
  const path = join(benchFolder, workload.spec);
  const { value, diagnostics } = check(
    { path, text: readFileSync(path, "utf8") },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  const run = value?.runs[0];
  if (run === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { train: compileRun(run).plans.train };
}

/** The slowest first, with their share of the step. */
export function kernelTable(times: readonly KernelTime[]): string {
  const total = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const rows = times
    .toSorted((a, b) => b.microseconds - a.microseconds)
    .map(
      ({ name, microseconds, gigaflops }) =>
        `| ${name} | ${figures(microseconds)} | ${((100 * microseconds) / total).toFixed(1)} % | ${figures(gigaflops)} |`,
    );
  return [
    "| kernel | µs | share | GFLOP/s |",
    "|---|---:|---:|---:|",
    ...rows,
    `| all | ${figures(total)} | | |`,
  ].join("\n");
}
