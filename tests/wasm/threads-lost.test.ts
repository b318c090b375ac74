import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import workerThreads, { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { describeError, UserError } from "../../src/runtime/errors.ts";
import type { WasmTeam } from "../../src/runtime/wasm-threads.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { multilayerPerceptron } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

/** Threads that do not come, or are lost: nothing waits for them without end, and the weights are those of one thread. */

const network = multilayerPerceptron();
const plan = schedule("train", network.graph, network.capacity);
const evaluate = { ...plan, name: "evaluate" as const };
const plans = { train: plan, evaluate };
const emitted = emitWasm(plans, { threads: "always" });
const program = wasmProgram(plans, emitted);
const fill = (): void => undefined;

const started: Worker[] = [];

/** Every worker runs this script in the place of what it was started for. */
function workersRun(script: string): void {
  stand(
    class extends Worker {
      constructor(_: string, options: object) {
        super(script, { ...options, eval: true });
        started.push(this);
      }
    },
  );
}

/** The workers run what they should, and can be ended by the test. */
function workersAreKept(): void {
  stand(
    class extends Worker {
      constructor(source: string, options: object) {
        super(source, options);
        started.push(this);
      }
    },
  );
}

/** Ends a worker without a word to whoever listened. */
async function lostUnheard(worker: Worker): Promise<void> {
  worker.removeAllListeners();
  await worker.terminate();
}

function caught(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

function stand(kind: typeof Worker): void {
  vi.spyOn(workerThreads, "Worker", "get").mockReturnValue(kind);
}

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});

function write(device: WasmDevice): void {
  for (const [name, values] of network.values)
    if (!network.inputs.includes(name)) device.write(name, Float32Array.from(values));
}

const inputs = Object.fromEntries(
  network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
);
const callAt = (step: number) => ({
  inputs,
  numbers: Object.fromEntries(network.scalars(step)),
  rows: network.capacity,
  step,
});

function train(device: WasmDevice, from: number, to: number): void {
  for (let step = from; step <= to; step++) device.run(plan, callAt(step));
}

/** The weights after ten steps on one thread. */
async function expected(): Promise<Float32Array> {
  const device = await WasmDevice.create(program, fill, 1, 1);
  write(device);
  train(device, 1, 10);
  return device.read("h1.weight");
}

async function weightsAfterTen(device: WasmDevice): Promise<Float32Array> {
  write(device);
  train(device, 1, 5);
  await new Promise((settle) => setTimeout(settle, 50));
  train(device, 6, 10);
  const weights = await device.read("h1.weight");
  await device.dispose();
  return weights;
}

describe("threads that nobody has started", () => {
  test("are not waited for: a plan without a use for them starts none", async () => {
    const divided = { ...program.threads!.plans };
    delete divided["evaluate"];
    const some = { ...program, threads: { ...program.threads!, plans: divided } };
    const device = await WasmDevice.create(some, fill, 1, "auto");
    write(device);
    device.run(evaluate, callAt(1));
    expect(await device.settle()).toBeUndefined();
    expect(device.isTogether).toBe(false);
    await device.dispose();
  });
});

describe("threads that do not come", () => {
  test("are waited for so long and no longer; meanwhile one does the work", async () => {
    workersRun("setInterval(() => undefined, 1000);");
    const device = await WasmDevice.create(program, fill, 1, 3, 20);
    expect(device.threads).toBe("one thread at first: the others had not started within 0.02 s");
    expect(await weightsAfterTen(device)).toEqual(await expected());
  });

  test("by themselves: they are given up when a measurement has waited for them", async () => {
    workersRun("setInterval(() => undefined, 1000);");
    const device = await WasmDevice.create(program, fill, 1, "auto");
    write(device);
    train(device, 1, 1);
    expect(await device.settle(20)).toBe("the others had not started within 0.02 s");
    await device.dispose();
  });

  test("because they may not be started", async () => {
    stand(
      class extends Worker {
        constructor() {
          super("", { eval: true });
          started.push(this);
          throw new Error("access to this API has been restricted");
        }
      },
    );
    const device = await WasmDevice.create(program, fill, 1, 2);
    expect(device.threads).toBe("one thread: access to this API has been restricted");
    expect(await weightsAfterTen(device)).toEqual(await expected());
    expect(await weightsAfterTen(await WasmDevice.create(program, fill, 1, "auto"))).toEqual(
      await expected(),
    );
  });

  test.each([
    ["process.exit(3);", "it has ended"],
    ["throw new Error('no room');", "no room"],
    [
      "throw Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });",
      "out of memory",
    ],
  ])("because they end at once: %s", async (script, why) => {
    workersRun(script);
    const device = await WasmDevice.create(program, fill, 1, 3);
    expect(device.threads).toBe(`one thread: ${why}`);
    expect(await weightsAfterTen(device)).toEqual(await expected());
  });

  test("because there is no room for their memory", async () => {
    const most = { ...program, pages: 65_536 };
    expect((await WasmDevice.create(most, fill, 1, 64)).threads).toBe(
      "one thread: there is no room for the memory of more",
    );
  });
});

describe("threads that are lost", () => {
  test.each([1, 2])(
    "between steps, thread %d of two others: one goes on alone",
    async (lost) => {
      workersAreKept();
      const device = await WasmDevice.create(program, fill, 1, 3);
      expect(device.threads).toBe("3 threads");
      write(device);
      train(device, 1, 5);
      await started[lost - 1]!.terminate();
      expect(device.isTogether).toBe(false);
      train(device, 6, 10);
      expect(await device.read("h1.weight")).toEqual(await expected());
      await device.dispose();
    },
    60_000,
  );

  test("in the middle of a step: the wait has an end, and it says how to go on", async () => {
    workersAreKept();
    const device = await WasmDevice.create(program, fill, 1, 3);
    write(device);
    train(device, 1, 5);
    const words = new Int32Array(
      (device["opened"].team as WasmTeam).memory.buffer,
      program.threads!.words,
    );
    // Nobody hears of it as long as steps follow each other: only the looks of thread 0 come to an end, after two instead of a minute.
    words[100] = 2;
    await lostUnheard(started[1]!);
    expect(device.isTogether).toBe(true);
    const error = caught(() => train(device, 6, 10));
    expect(error).toBeInstanceOf(UserError);
    expect(describeError(error)).toBe(
      "A thread has failed in the middle of a step: it has ended, or does not answer.\n  --threads 1 does without; --resume goes on from what was saved last.",
    );
    expect(device.isTogether).toBe(false);
    await device.dispose();
  });
});

describe("a device that is given up", () => {
  test.each(["auto", 4] as const)(
    "before its threads (%s) have joined leaves none behind",
    async (threads) => {
      workersAreKept();
      const device = await WasmDevice.create(program, fill, 1, threads, 0);
      write(device);
      train(device, 1, 1);
      await device.dispose();
      await Promise.all(
        started.map((worker) => new Promise((settle) => worker.once("exit", settle))),
      );
      expect(started.map(({ threadId }) => threadId)).toEqual(started.map(() => -1));
      expect(started.length).toBeGreaterThan(0);
    },
  );
});

test("a measurement whose threads do not come is of one thread, says so, and is not remembered", async () => {
  const cache = mkdtempSync(join(tmpdir(), "nnspec-lost-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.stubEnv("DISPLAY", undefined);
  workersRun("setInterval(() => undefined, 1000);");
  const variables = (): ReadonlyMap<string, Float32Array> =>
    new Map(
      [...network.values]
        .filter(([name]) => !network.inputs.includes(name))
        .map(([name, values]) => [name, Float32Array.from(values)]),
    );
  const calibration = { plan: devicePlan(plan), call: () => callAt(1), variables };
  const device = await createDevice({
    backend: "auto",
    fillUniform: fill,
    wasm: program,
    calibration,
  });
  expect(device.reason).toMatch(
    /^measured [\d.]+ steps\/s on wasm; no OpenGL context: .*; one thread: the others had not started within 2 s$/,
  );
  expect(readdirSync(cache)).toEqual([]);
  const before = started.length;
  for (const [name, values] of variables()) device.write(name, values);
  for (let step = 1; step <= 10; step++) device.run(calibration.plan, callAt(step));
  expect(started.length).toBe(before);
  expect(await device.read("h1.weight")).toEqual(await expected());
  await device.dispose();
  rmSync(cache, { recursive: true, force: true });
});
