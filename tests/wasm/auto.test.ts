import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
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
import { chooseBackend } from "../../src/runtime/device-choice.ts";
import { GpuDevice } from "../../src/runtime/gpu-device.ts";
import { displayAnswers } from "../../src/runtime/x-display.ts";
import { devicePlan, variablesOf } from "../support/device-plans.ts";
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
  new Map(variablesOf(plan).map((name) => [name, Float32Array.from(network.values.get(name)!)]));
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
    JSON.stringify({ ...found, rates: [["wasm", -1]] }),
    JSON.stringify({ ...found, rates: [["wasm", null]] }),
    JSON.stringify({ ...found, rates: [["\u001b[31mwasm", 1]] }),
    JSON.stringify({ ...found, date: `${new Date().toISOString().slice(0, 10)} (\u001b[31m)` }),
    JSON.stringify(found).slice(0, -5),
    JSON.stringify({ ...found, more: "x".repeat(10_000) }),
    "\0".repeat(4_096),
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

test("what lies in the place of the file and is none is not waited for, nor written over by halves", async () => {
  await auto();
  const folder = join(cache, "nnspec/backends");
  const [file = ""] = remembered();
  rmSync(join(folder, file));
  // A pipe that nobody writes into.
  execFileSync("mkfifo", [join(folder, file)]);
  expect((await auto()).reason).toMatch(/^measured/);
  expect((await auto()).reason).toMatch(/^remembered/);
  rmSync(join(folder, file));
  mkdirSync(join(folder, file));
  for (let time = 0; time < 2; time++) expect((await auto()).reason).toMatch(/^measured/);
  expect(remembered()).toEqual([file]);
});

test.runIf(existsSync("/proc"))(
  "a folder for it that cannot be made, and of which the system says that it is missing",
  async () => {
    vi.stubEnv("XDG_CACHE_HOME", "/proc/nowhere/cache");
    expect((await auto()).reason).toMatch(/^measured [\d.]+ steps\/s on wasm;/);
  },
);

test("a backend that takes too long to be measured is left out, and it says so", async () => {
  const cpu = {
    backend: "cpu",
    open: (until?: number) => GpuDevice.create("cpu", () => undefined, until),
  } as const;
  const slow = {
    backend: "webgl2",
    open: async (until = 0) => {
      await new Promise((settle) => setTimeout(settle, until - performance.now() + 1));
      return cpu.open(until);
    },
  } as const;
  const { candidate, reason } = await chooseBackend(
    { wasm: undefined, gl: async () => slow, cpu },
    calibration,
    true,
  );
  expect([candidate.backend, reason]).toEqual([
    "cpu",
    expect.stringMatching(
      /^measured no steps\/s on webgl2 and [\d.]+ on cpu; webgl2 had done no step within \d+ s$/,
    ),
  ]);
});

test.runIf(process.platform === "linux")(
  "a display that says nothing is no display; one that answers, be it that it hangs up, is asked further",
  async () => {
    const servers = [() => undefined, (socket: Socket) => void socket.end("\0")].map((met) =>
      createServer(met).listen(0, "127.0.0.1"),
    );
    await Promise.all(servers.map((server) => once(server, "listening")));
    const [silent = "", refusing = ""] = servers.map(
      (server) => `127.0.0.1:${(server.address() as AddressInfo).port - 6000}.0`,
    );
    expect([await displayAnswers(silent), await displayAnswers(refusing)]).toEqual([false, true]);
    vi.stubEnv("DISPLAY", silent);
    expect((await auto()).reason).toContain(
      `no OpenGL context: the display ${silent} does not answer`,
    );
    for (const server of servers) server.close();
    expect([await displayAnswers(refusing), await displayAnswers("nonsense")]).toEqual([
      true,
      true,
    ]);
  },
);

test("without a place to remember it measures every time; on rows of zeros where no batch is at hand", async () => {
  writeFileSync(join(cache, "file"), "");
  vi.stubEnv("XDG_CACHE_HOME", join(cache, "file"));
  for (let time = 0; time < 2; time++)
    expect((await auto({ calibration: { plan, variables } })).reason).toMatch(
      /^measured [\d.]+ steps\/s on wasm;/,
    );
});
