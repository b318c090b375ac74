import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { glModes } from "../../src/runtime/device-modes.ts";
import type { DevicePlan } from "../../src/runtime/device-plan.ts";
import { UserError } from "../../src/runtime/errors.ts";
import { devicePlan } from "../support/device-plans.ts";
import { chromium, headlessGl, runInChromium, runInHeadlessGl, skipLoudly } from "../support/gl.ts";
import { run, type Choice } from "./device-scenario.ts";

const scenario = fileURLToPath(new URL("device-scenario.ts", import.meta.url));
const hasGl = (await glModes()).some((mode) => mode.available);
const fillUniform = (): void => {};

/** Doubles a variable and hands out its sum. */
const doubling: DevicePlan = {
  name: "doubling",
  capacity: 2,
  inputs: { x: 2 },
  given: ["factor"],
  derived: { half: (given) => given["factor"]! / 2 },
  steps: [
    [
      "w_next",
      2,
      "function twice(w, half) { return w[this.thread.x] * half * 2.0; }",
      ["w"],
      ["half"],
    ],
    ["total", 1, "function total(w, x) { return w[0] + w[1] + x[0]; }", ["w", "x"]],
  ],
  results: { total: "total" },
  updates: { w: "w_next" },
};

describe("a device", () => {
  test("replaces variables after the last step only", async () => {
    const device = await createDevice({ backend: "cpu", fillUniform });
    device.write("w", Float32Array.of(1, 2));
    const call = { inputs: { x: Float32Array.of(100) }, numbers: { factor: 2 }, rows: 1, step: 1 };
    device.run(doubling, call);
    expect(await device.result(doubling, "total")).toEqual(Float32Array.of(103));
    expect(await device.read("w")).toEqual(Float32Array.of(2, 4));
    device.run(doubling, call);
    expect(await device.result(doubling, "total")).toEqual(Float32Array.of(106));
    await device.dispose();
  });

  test("says what a call lacks", async () => {
    const device = await createDevice({ backend: "cpu", fillUniform });
    const call = { inputs: { x: Float32Array.of(1, 2) }, numbers: { factor: 2 }, rows: 2, step: 1 };
    expect(() => device.run(doubling, call)).toThrow("w_next needs w, which has not been written");
    expect(() => device.run(doubling, { ...call, numbers: {} })).toThrow(
      "doubling needs the number factor",
    );
    expect(() => device.run(doubling, { ...call, inputs: {} })).toThrow("the batch has no x");
    await expect(device.read("v")).rejects.toThrow("the device has no variable v");
  });

  test("gives what was asked for, or says why not", async () => {
    const cpu = await createDevice({ backend: "cpu", fillUniform });
    expect([cpu.backend, cpu.reason]).toEqual(["cpu", "asked for"]);
    if (hasGl)
      return expect((await createDevice({ backend: "gpu", fillUniform })).backend).not.toBe("cpu");
    const refusal = await createDevice({ backend: "gpu", fillUniform }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toBe("There is no GPU backend here.");
    expect((refusal as UserError).notes.join("\n")).toMatch(
      /headlessgl: no OpenGL context[^]*--backend cpu/,
    );
    const auto = await createDevice({ backend: "auto", fillUniform });
    expect([auto.backend, auto.reason]).toEqual([
      "cpu",
      expect.stringMatching(/^no OpenGL context/),
    ]);
  });
});

test("a batch of more rows than one loop should take is summed in stages, absent rows left out", async () => {
  const graph = createBuilder({ path: "sum", role: "forward" });
  const total = graph.mean(graph.input("x", { shape: [6000], batched: true }));
  const plan = devicePlan(
    schedule("predict", { outputs: new Map([["mean", total]]), updates: new Map() }, 6000),
  );
  expect(plan.steps).toHaveLength(2);
  const device = await createDevice({ backend: "cpu", fillUniform });
  device.run(plan, {
    inputs: { x: Float32Array.from({ length: 6000 }, (_, row) => row) },
    numbers: {},
    rows: 5001,
    step: 1,
  });
  expect(await device.result(plan, "mean")).toEqual(Float32Array.of(2500));
});

/** The choice was measured, and training is as if nothing had been measured. */
function expectMeasured(choice: Choice, gl: string): void {
  expect(choice.reason).toMatch(
    // A machine that is busy has no time for a first step on a slow renderer.
    new RegExp(
      `^measured ([\\d.]+ steps/s on ${gl} and [\\d.]+ on cpu|no steps/s on ${gl} and [\\d.]+ on cpu; ${gl} had done no step within 3 s)$`,
    ),
  );
  expect(choice.tooLarge).toBe(`An array of 16777216 elements is too large for ${gl}.`);
  expect(["cpu", gl]).toContain(choice.backend);
  expect(choice.measured).toEqual(choice.plain);
  expect(choice.measured.at(-1)!).toBeLessThan(choice.measured[0]!);
}

describe("auto measures and leaves training alone", () => {
  test.skipIf(hasGl)("where there is only the CPU there is nothing to measure", async () => {
    const choice = await run();
    expect(choice.backend).toBe("cpu");
    expect(choice.measured).toEqual(choice.plain);
  });

  test.skipIf(skipLoudly("the choice of a backend on headless GL", headlessGl()))(
    "headless GL in Node",
    async () => {
      expectMeasured((await runInHeadlessGl(scenario)) as Choice, "headlessgl");
    },
    60_000,
  );

  test.skipIf(skipLoudly("the choice of a backend in Chromium", chromium()))(
    "WebGL 2 in Chromium",
    async () => {
      expectMeasured((await runInChromium(scenario)) as Choice, "webgl2");
    },
    60_000,
  );
});
