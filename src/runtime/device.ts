import {
  chooseBackend,
  mostJoining,
  type Calibration,
  type Candidate,
  type Engine,
} from "./device-choice.ts";
import { glModes, type Backend } from "./device-modes.ts";
import { UserError } from "./errors.ts";
import { GpuDevice, type FillUniform } from "./gpu-device.ts";
import { WasmDevice } from "./wasm-device.ts";
import type { WasmProgram } from "./wasm-plan.ts";

export type { DeviceCall, FillUniform } from "./gpu-device.ts";
export type { DevicePlan } from "./device-plan.ts";
export type { Calibration } from "./device-choice.ts";

/** What `--backend` takes. */
export type BackendChoice = "auto" | "gpu" | "wasm" | "cpu";

export interface DeviceOptions {
  readonly backend: BackendChoice;
  readonly fillUniform: FillUniform;
  /** The seed that `fillUniform` draws with: a module then draws the same numbers itself. */
  readonly seed?: number;
  /** The same plans as a module, where they were generated as one. */
  readonly wasm?: WasmProgram;
  /** How many threads the module may use; by itself as many as are faster. */
  readonly threads?: number | "auto" | undefined;
  /** With `auto`: what is measured. */
  readonly calibration?: Calibration | undefined;
  /** With `auto`: measure all backends, whatever is remembered. */
  readonly calibrate?: boolean | undefined;
}

/** Where the tensor work runs. */
export interface Device extends Omit<Engine, "threads" | "settle"> {
  /** Why this one, in words for people. */
  readonly reason: string;
}

/** Opens the chosen backend. An explicit choice that is impossible here is an error, never another backend. */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const cpu = gpuCandidate("cpu", options);
  if (options.backend === "cpu") return opened(cpu, "asked for");
  if (options.backend === "gpu") {
    const modes = await glModes();
    const best = modes.find((mode) => mode.available);
    if (best === undefined)
      throw impossible("GPU", ...modes.map((mode) => `${mode.backend}: ${mode.detail}`));
    const drawing = best.detail === "" ? "" : `; it draws with ${best.detail}`;
    return opened(gpuCandidate(best.backend, options), `asked for${drawing}`);
  }
  const wasm = await wasmCandidate(options);
  if (options.backend === "auto") return automatic(options, wasm, cpu);
  if (wasm === undefined) throw impossible("wasm", whyNoWasm(options.wasm));
  return opened(wasm, "asked for");
}

async function automatic(
  options: DeviceOptions,
  wasm: Candidate | undefined,
  cpu: Candidate,
): Promise<Device> {
  const { wasm: program, calibration, calibrate = false } = options;
  const gl = async () => {
    const modes = await glModes();
    const best = modes.find((mode) => mode.available);
    return best === undefined
      ? modes.map((mode) => mode.detail).join("; ")
      : gpuCandidate(best.backend, options);
  };
  const without = wasm === undefined && program !== undefined ? `${whyNoWasm(program)} ` : "";
  const { candidate, reason } = await chooseBackend({ wasm, gl, cpu }, calibration, calibrate);
  return opened(candidate, without + reason);
}

/** gpu.js, on WebGL or on the CPU. */
function gpuCandidate(backend: Backend, { fillUniform }: DeviceOptions): Candidate {
  return { backend, open: (until) => GpuDevice.create(backend, fillUniform, until) };
}

async function wasmCandidate(options: DeviceOptions): Promise<Candidate | undefined> {
  const { wasm, fillUniform, seed, threads = "auto" } = options;
  if (wasm === undefined || !(await WasmDevice.isSupported(wasm))) return undefined;
  const open = (wanted: number | "auto", most?: number): Promise<Engine> =>
    WasmDevice.create(wasm, fillUniform, seed, wanted, most);
  return {
    backend: "wasm",
    open: (until) => open(threads, until === undefined ? undefined : mostJoining),
    onOneThread: () => ({ backend: "wasm", open: () => open(1) }),
  };
}

async function opened(candidate: Candidate, reason: string): Promise<Device> {
  const engine = await candidate.open();
  const threads = engine.threads ? `; ${engine.threads}` : "";
  return Object.assign(engine, { reason: reason + threads });
}

function impossible(backend: string, ...why: readonly string[]): UserError {
  return new UserError(`There is no ${backend} backend here.`, [
    ...why,
    "Use --backend cpu, or --backend auto to take what there is.",
  ]);
}

function whyNoWasm(wasm: WasmProgram | undefined): string {
  if (wasm === undefined) return "This program carries no WebAssembly module.";
  return wasm.relaxedSimd === true
    ? "This engine does not run WebAssembly with relaxed SIMD; build without --relaxed-simd."
    : "This engine does not run WebAssembly with 128-bit vectors.";
}
