import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import {
  createDevice,
  type Calibration,
  type Device,
  type DeviceOptions,
} from "../../src/runtime/device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { multilayerPerceptron } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const network = multilayerPerceptron(16, 5, 7, 3);
const train = schedule("train", network.graph, 16);
const plan = devicePlan(train);
const inputs = Object.fromEntries(
  network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
);
const callAt = (step: number) => ({
  inputs,
  numbers: Object.fromEntries(network.scalars(step)),
  rows: 16,
  step,
});
const variables = (): ReadonlyMap<string, Float32Array> =>
  new Map(
    Object.keys(plan.variables).map((name) => [name, Float32Array.from(network.values.get(name)!)]),
  );
const calibration: Calibration = { plan, call: () => callAt(1), variables };
const wasm = wasmProgram({ train });

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "nnspec-auto-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.stubEnv("DISPLAY", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const auto = (options: Partial<DeviceOptions> = {}): Promise<Device> =>
  createDevice({ backend: "auto", fillUniform: () => undefined, wasm, calibration, ...options });
const remembered = (): readonly string[] => readdirSync(join(cache, "nnspec/backends"));

async function weightsAfter(device: Device): Promise<Float32Array> {
  for (const [name, values] of variables()) device.write(name, values);
  for (let step = 1; step <= 5; step++) device.run(plan, callAt(step));
  return device.read("h1.weight");
}

test("it measures once, remembers it for this machine and program, and measures again when told to", async () => {
  const first = await auto();
  expect([first.backend, first.reason]).toEqual([
    "wasm",
    expect.stringMatching(/^measured [\d.]+ steps\/s on wasm; no OpenGL context/),
  ]);
  const [rate] = /[\d.]+/.exec(first.reason)!;
  const second = await auto();
  expect([second.backend, second.reason]).toEqual([
    "wasm",
    expect.stringMatching(
      new RegExp(`^remembered of \\d{4}-\\d\\d-\\d\\d: ${rate} steps/s on wasm; --calibrate`),
    ),
  ]);
  const third = await auto({ calibrate: true });
  expect([third.backend, third.reason]).toEqual([
    "wasm",
    expect.stringMatching(/^measured [\d.]+ steps\/s on wasm and [\d.]+ on cpu; no OpenGL/),
  ]);
  expect(remembered()).toHaveLength(1);
});

test("training is as if nothing had been measured", async () => {
  const expected = await weightsAfter(
    await createDevice({ backend: "wasm", fillUniform: () => undefined, wasm }),
  );
  expect(await weightsAfter(await auto())).toEqual(expected);
  expect(await weightsAfter(await auto())).toEqual(expected);
});

test("what is remembered of another program, damaged, of a backend that is gone, or too old does not count", async () => {
  await auto();
  const [file = ""] = remembered();
  const path = join(cache, "nnspec/backends", file);
  const found = JSON.parse(readFileSync(path, "utf8")) as object;
  const measuresAgain = async (text: string): Promise<void> => {
    writeFileSync(path, text);
    expect((await auto()).reason, text).toMatch(/^measured/);
  };
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"backend":"wasm"}',
    JSON.stringify({ ...found, rates: [] }),
    JSON.stringify({ ...found, rates: [["wasm", "fast"]] }),
  ])
    await measuresAgain(text);
  for (const backend of ["headlessgl", "webgl2", "cpu", "abacus"])
    await measuresAgain(JSON.stringify({ ...found, backend }));
  for (const date of ["2020-01-01", "2999-01-01", "never"])
    await measuresAgain(JSON.stringify({ ...found, date }));
  const other = { ...plan, capacity: 17 };
  expect((await auto({ calibration: { ...calibration, plan: other } })).reason).toMatch(
    /^measured/,
  );
  expect(remembered()).toHaveLength(2);
});

test("without a place to remember it measures every time; on rows of zeros where no batch is at hand", async () => {
  writeFileSync(join(cache, "file"), "");
  vi.stubEnv("XDG_CACHE_HOME", join(cache, "file"));
  for (let time = 0; time < 2; time++)
    expect((await auto({ calibration: { plan, variables } })).reason).toMatch(
      /^measured [\d.]+ steps\/s on wasm;/,
    );
});
