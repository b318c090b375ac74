import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { chooseThreads, WasmTeam } from "../../src/runtime/wasm-threads.ts";
import { multilayerPerceptron } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const script = join(import.meta.dirname, "support/threads-life.ts");
const loader = pathToFileURL(
  join(import.meta.dirname, "../../node_modules/tsx/dist/loader.mjs"),
).href;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

function run(way: string): Promise<Ended> {
  return new Promise((settle) => {
    const child = execFile(
      process.execPath,
      ["--import", loader, script, way],
      { timeout: 30_000 },
      (_, stdout) => settle({ code: child.exitCode, signal: child.signalCode, stdout }),
    );
  });
}

test("threads never keep a process alive, however it ends", { timeout: 120_000 }, async () => {
  const expected = { end: 0, exit: 3, error: 1, dispose: 0 };
  const ended = await Promise.all(
    Object.entries(expected).map(async ([way, code]) => ({ way, code, found: await run(way) })),
  );
  for (const { way, code, found } of ended) {
    expect(found.stdout, way).toContain("2 threads");
    expect([found.code, found.signal], way).toEqual([code, null]);
  }
});

test(
  "killed or interrupted in the middle of a step, the process and its threads are gone",
  { timeout: 60_000 },
  async () => {
    for (const signal of ["SIGKILL", "SIGINT"] as const) {
      const child = spawn(process.execPath, ["--import", loader, script, "busy"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((settle) => child.stdout.once("data", settle));
      const ended = new Promise((settle) => child.once("exit", (_, by) => settle(by)));
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(() => process.kill(child.pid!, 0)).toThrow("ESRCH");
    }
  },
);

const network = multilayerPerceptron();
const plan = schedule("train", network.graph, network.capacity);
const program = wasmProgram({ train: plan }, emitWasm({ train: plan }, { threads: "always" }));

test("a thread that has failed ends the step with an error instead of keeping it waiting", async () => {
  const team = new WasmTeam(program, program.threads!, 2);
  const module = await WebAssembly.compile(team.shared(await program.bytes()));
  const { exports } = await WebAssembly.instantiate(module, {
    env: { memory: team.memory, scratch: 0 },
  });
  new Int32Array(team.memory.buffer)[program.threads!.words / 4 + 96] = 1;
  expect(() => (exports["barrier"] as (thread: number, threads: number) => void)(0, 2)).toThrow(
    WebAssembly.RuntimeError,
  );
});

test("how many threads there are and why not more", () => {
  const { threads: none, ...plain } = program;
  expect(none).toBeDefined();
  expect(chooseThreads(plain, 4)).toEqual({
    count: 1,
    why: "one thread: the steps are too short for more",
  });
  expect(chooseThreads(plain, "auto")).toEqual({ count: 1, why: "" });
  expect(chooseThreads(program, 3)).toEqual({ count: 3, why: "" });
  expect(chooseThreads(program, 1)).toEqual({ count: 1, why: "" });
  const shared = globalThis.SharedArrayBuffer;
  try {
    Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
    expect(chooseThreads(program, 2)).toEqual({
      count: 1,
      why: "one thread: there is no SharedArrayBuffer (a page must be cross-origin isolated)",
    });
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
});

test("by itself a device uses its threads where they are faster, and the weights are the same", async () => {
  const read = async (threads: number | "auto"): Promise<Float32Array> => {
    const device = await WasmDevice.create(program, () => undefined, 1, threads);
    for (const [name, values] of network.values)
      if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
    const inputs = Object.fromEntries(
      network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
    );
    for (let step = 1; step <= 60; step++) {
      if (step === 20) await device.settle();
      device.run(plan, {
        inputs,
        numbers: Object.fromEntries(network.scalars(step)),
        rows: network.capacity,
        step,
      });
    }
    const weight = await device.read("h1.weight");
    await device.dispose();
    return weight;
  };
  expect(await read("auto")).toEqual(await read(1));
});
