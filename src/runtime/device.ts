import {
  chooseBackend,
  mostJoining,
  type Calibration,
  type Candidate,
  type Engine,
} from "./device-choice.ts";
import { glModes, type Mode } from "./device-modes.ts";
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
  switch (options.backend) {
    case "cpu":
      return opened(cpuCandidate(options), "asked for");
    case "wasm": {
      const wasm = await wasmCandidate(options);
      if (wasm === undefined) throw noWasm(options);
      return opened(wasm, "asked for");
    }
    case "gpu": {
      const modes = await glModes();
      const best = modes.find((mode) => mode.available);
      if (best === undefined) throw noGpu(modes);
      const drawing = best.detail === "" ? "" : `; it draws with ${best.detail}`;
      return opened(glCandidate(best, options), `asked for${drawing}`);
    }
    case "auto":
      return automatic(options);
  }
}

async function automatic(options: DeviceOptions): Promise<Device> {
  const { wasm: program, calibration, calibrate = false } = options;
  const wasm = await wasmCandidate(options);
  const gl = async () => {
    const modes = await glModes();
    const best = modes.find((mode) => mode.available);
    const whyNot = modes.map((mode) => mode.detail).join("; ");
    return best === undefined ? whyNot : glCandidate(best, options);
  };
  const without = wasm === undefined && program !== undefined ? `${whyNoWasm(program)} ` : "";
  const place = { wasm, gl, cpu: cpuCandidate(options) };
  const { candidate, reason } = await chooseBackend(place, calibration, calibrate);
  return opened(candidate, without + reason);
}

function cpuCandidate({ fillUniform }: DeviceOptions): Candidate {
  return { backend: "cpu", open: (until) => GpuDevice.create("cpu", fillUniform, until) };
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

function glCandidate({ backend }: Mode, { fillUniform }: DeviceOptions): Candidate {
  return { backend, open: (until) => GpuDevice.create(backend, fillUniform, until) };
}

async function opened(candidate: Candidate, reason: string): Promise<Device> {
  const engine = await candidate.open();
  return {
    backend: engine.backend,
    reason: engine.threads ? `${reason}; ${engine.threads}` : reason,
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
