import type { Backend, Mode } from "./device-modes.ts";
import { glModes } from "./device-modes.ts";
import type { DevicePlan } from "./device-plan.ts";
import { UserError } from "./errors.ts";
import { GpuDevice, type DeviceCall, type FillUniform } from "./gpu-device.ts";
import { WasmDevice } from "./wasm-device.ts";
import type { WasmProgram } from "./wasm-plan.ts";

export type { DeviceCall, FillUniform } from "./gpu-device.ts";
export type { DevicePlan } from "./device-plan.ts";

/** What `--backend` takes. */
export type BackendChoice = "auto" | "gpu" | "wasm" | "cpu";

/** A call to measure with: it runs on a device of its own with these variables, so training is not touched. */
export interface Calibration {
  readonly plan: DevicePlan;
  readonly call: DeviceCall;
  readonly variables: ReadonlyMap<string, Float32Array>;
}

export interface DeviceOptions {
  readonly backend: BackendChoice;
  readonly fillUniform: FillUniform;
  /** The seed that `fillUniform` draws with: a module then draws the same numbers itself. */
  readonly seed?: number;
  /** The same plans as a module, where they were generated as one. */
  readonly wasm?: WasmProgram;
  /** With `auto`: what is measured where there is a choice. */
  readonly calibration?: Calibration;
}

/** Where the tensor work runs. */
export interface Device {
  readonly backend: Backend | "wasm";
  /** Why this one, in words for people. */
  readonly reason: string;
  write(name: string, values: Float32Array): void;
  read(name: string): Promise<Float32Array>;
  run(plan: DevicePlan, call: DeviceCall): void;
  result(plan: DevicePlan, name: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** A backend that can be opened here. */
interface Candidate {
  readonly backend: Device["backend"];
  readonly open: () => Promise<Engine>;
}

type Engine = Omit<Device, "reason">;

/** Opens the chosen backend. An explicit choice that is impossible here is an error, never another backend. */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const { fillUniform } = options;
  const cpu: Candidate = { backend: "cpu", open: async () => new GpuDevice("cpu", fillUniform) };
  if (options.backend === "cpu") return opened(cpu, "asked for");
  const wasm = wasmCandidate(options);
  if (options.backend === "wasm") {
    if (wasm === undefined) throw noWasm(options);
    return opened(wasm, "asked for");
  }
  const modes = glModes();
  const best = modes.find((mode) => mode.available);
  if (options.backend === "gpu") {
    if (best === undefined) throw noGpu(modes);
    return opened(
      glCandidate(best, fillUniform),
      `asked for${best.detail === "" ? "" : `; it draws with ${best.detail}`}`,
    );
  }
  // The module does the same work as gpu.js on the CPU, many times faster.
  const onCpu = wasm ?? cpu;
  const without = wasm === undefined && options.wasm !== undefined ? [whyNoWasm(options.wasm)] : [];
  if (best === undefined)
    return opened(onCpu, [...without, ...modes.map((mode) => mode.detail)].join("; "));
  return fastest(glCandidate(best, fillUniform), onCpu, options.calibration);
}

function wasmCandidate({ wasm, fillUniform, seed }: DeviceOptions): Candidate | undefined {
  if (wasm === undefined || !WasmDevice.isSupported(wasm)) return undefined;
  return { backend: "wasm", open: () => WasmDevice.create(wasm, fillUniform, seed) };
}

function glCandidate({ backend }: Mode, fillUniform: FillUniform): Candidate {
  return { backend, open: async () => new GpuDevice(backend, fillUniform) };
}

async function opened(candidate: Candidate, reason: string): Promise<Device> {
  const engine = await candidate.open();
  return {
    backend: engine.backend,
    reason,
    write: (name, values) => engine.write(name, values),
    read: (name) => engine.read(name),
    run: (plan, call) => engine.run(plan, call),
    result: (plan, name) => engine.result(plan, name),
    dispose: () => engine.dispose(),
  };
}

function noGpu(modes: readonly Mode[]): UserError {
  return new UserError("There is no GPU backend here.", [
    ...modes.map((mode) => `${mode.backend}: ${mode.detail}`),
    "Use --backend cpu, or --backend auto to take what there is.",
  ]);
}

function noWasm({ wasm }: DeviceOptions): UserError {
  return new UserError("There is no wasm backend here.", [
    whyNoWasm(wasm),
    "Use --backend cpu, or --backend auto to take what there is.",
  ]);
}

function whyNoWasm(wasm: WasmProgram | undefined): string {
  if (wasm === undefined) return "This program carries no WebAssembly module.";
  if (wasm.relaxedSimd === true)
    return "This engine does not run WebAssembly with relaxed SIMD; build without --relaxed-simd.";
  return "This engine does not run WebAssembly with 128-bit vectors.";
}

/** Measures the WebGL mode against the CPU on real steps; without anything to measure the CPU is the safe choice. */
async function fastest(
  gl: Candidate,
  onCpu: Candidate,
  calibration: Calibration | undefined,
): Promise<Device> {
  if (calibration === undefined)
    return opened(onCpu, `nothing was measured, and ${gl.backend} may be slower`);
  const cpuRate = await stepsPerSecond(onCpu, calibration);
  const glRate = await stepsPerSecond(gl, calibration);
  const measured = `measured ${rate(glRate)} steps/s on ${gl.backend} and ${rate(cpuRate)} on ${onCpu.backend}`;
  return opened(glRate > cpuRate ? gl : onCpu, measured);
}

function rate(value: number): string {
  return value === 0 ? "no" : value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

/** How long a measurement may take after the first step, which compiles. */
const measuredMilliseconds = 250;
const mostMeasuredSteps = 20;

/** Steps a second on a device that is thrown away; 0 where the backend fails. */
async function stepsPerSecond(
  candidate: Candidate,
  { plan, call, variables }: Calibration,
): Promise<number> {
  let device: Engine | undefined;
  try {
    device = await candidate.open();
    for (const [name, values] of variables) device.write(name, values);
    device.run(plan, call);
    await settle(device, plan);
    const start = performance.now();
    let steps = 0;
    while (steps < mostMeasuredSteps && performance.now() - start < measuredMilliseconds) {
      device.run(plan, call);
      steps++;
      await settle(device, plan);
    }
    return (steps * 1000) / (performance.now() - start);
  } catch {
    return 0;
  } finally {
    await device?.dispose();
  }
}

/** Waits until the device has finished: reading a result does. */
async function settle(device: Engine, plan: DevicePlan): Promise<void> {
  const [result] = Object.keys(plan.results);
  const [update] = Object.keys(plan.updates);
  if (result !== undefined) await device.result(plan, result);
  else if (update !== undefined) await device.read(update);
}
