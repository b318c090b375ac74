import type { Backend, Mode } from "./device-modes.ts";
import { glModes } from "./device-modes.ts";
import type { DevicePlan } from "./device-plan.ts";
import { UserError } from "./errors.ts";
import { GpuDevice, type DeviceCall, type FillUniform } from "./gpu-device.ts";

export type { DeviceCall, FillUniform } from "./gpu-device.ts";
export type { DevicePlan } from "./device-plan.ts";
export type { Backend } from "./device-modes.ts";

/** What `--backend` takes. */
export type BackendChoice = "auto" | "gpu" | "cpu";

/** A call to measure with: it runs on a device of its own with these variables, so training is not touched. */
export interface Calibration {
  readonly plan: DevicePlan;
  readonly call: DeviceCall;
  readonly variables: ReadonlyMap<string, Float32Array>;
}

export interface DeviceOptions {
  readonly backend: BackendChoice;
  readonly fillUniform: FillUniform;
  /** With `auto`: what is measured where there is a choice. */
  readonly calibration?: Calibration;
}

/** Where the tensor work runs. */
export interface Device {
  readonly backend: Backend;
  /** Why this one, in words for people. */
  readonly reason: string;
  write(name: string, values: Float32Array): void;
  read(name: string): Promise<Float32Array>;
  run(plan: DevicePlan, call: DeviceCall): void;
  result(plan: DevicePlan, name: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Opens the chosen backend. An explicit choice that is impossible here is an error, never another backend. */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  if (options.backend === "cpu") return withReason(new GpuDevice("cpu", options.fillUniform), "asked for");
  const modes = glModes();
  const best = modes.find((mode) => mode.available);
  if (options.backend === "gpu") {
    if (best === undefined) throw noGpu(modes);
    return withReason(new GpuDevice(best.backend, options.fillUniform), `asked for${best.detail === "" ? "" : `; it draws with ${best.detail}`}`);
  }
  if (best === undefined) return withReason(new GpuDevice("cpu", options.fillUniform), modes.map((mode) => mode.detail).join("; "));
  return fastest(best, options);
}

function withReason(device: GpuDevice, reason: string): Device {
  return {
    backend: device.backend,
    reason,
    write: (name, values) => device.write(name, values),
    read: (name) => device.read(name),
    run: (plan, call) => device.run(plan, call),
    result: (plan, name) => device.result(plan, name),
    dispose: () => device.dispose(),
  };
}

function noGpu(modes: readonly Mode[]): UserError {
  return new UserError("There is no GPU backend here.", [
    ...modes.map((mode) => `${mode.backend}: ${mode.detail}`),
    "Use --backend cpu, or --backend auto to take what there is.",
  ]);
}

/** Measures the WebGL mode against the CPU on real steps; without anything to measure the CPU is the safe choice. */
async function fastest(mode: Mode, options: DeviceOptions): Promise<Device> {
  const { calibration, fillUniform } = options;
  if (calibration === undefined) return withReason(new GpuDevice("cpu", fillUniform), `nothing was measured, and ${mode.backend} may be slower`);
  const cpu = await stepsPerSecond("cpu", calibration, fillUniform);
  const gl = await stepsPerSecond(mode.backend, calibration, fillUniform);
  const measured = `measured ${rate(gl)} steps/s on ${mode.backend} and ${rate(cpu)} on cpu`;
  return withReason(new GpuDevice(gl > cpu ? mode.backend : "cpu", fillUniform), measured);
}

function rate(value: number): string {
  return value === 0 ? "no" : value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

/** How long a measurement may take after the first step, which compiles. */
const measuredMilliseconds = 250;
const mostMeasuredSteps = 20;

/** Steps a second on a device that is thrown away; 0 where the backend fails. */
async function stepsPerSecond(backend: Backend, { plan, call, variables }: Calibration, fillUniform: FillUniform): Promise<number> {
  const device = new GpuDevice(backend, fillUniform);
  try {
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
    await device.dispose();
  }
}

/** Waits until the device has finished: reading a result does. */
async function settle(device: GpuDevice, plan: DevicePlan): Promise<void> {
  const [result] = Object.keys(plan.results);
  const [update] = Object.keys(plan.updates);
  if (result !== undefined) await device.result(plan, result);
  else if (update !== undefined) await device.read(update);
}
