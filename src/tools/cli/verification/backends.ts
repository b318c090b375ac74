import type { BackendChoice as AnyBackend } from "../../../runtime/device.ts";
import type { CompiledRun } from "../../../compiler/plan/compiled.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import { glModes } from "../../../runtime/device-modes.ts";
import { GpuDevice, type DeviceCall, type FillUniform } from "../../../runtime/gpu-device.ts";
import { fillUniform, randomStream } from "../../../runtime/random.ts";
import { WasmDevice } from "../../../runtime/wasm-device.ts";
import type { WasmProgram } from "../../../runtime/wasm-plan.ts";
import { chooseThreads } from "../../../runtime/wasm-threads.ts";
import { UsageError } from "../exit.ts";
import { devicePlan, wasmProgram } from "./device-programs.ts";

type Plans = CompiledRun["plans"] | { readonly train: Plan };

/** What a call of the plan `train` left on a backend: results and new values of variables, row-major. */
export interface Left {
  readonly outputs: ReadonlyMap<string, Float32Array>;
  readonly updates: ReadonlyMap<string, Float32Array>;
}

/** One call, with everything that it reads. */
export interface StepCall extends DeviceCall {
  readonly variables: ReadonlyMap<string, Float32Array>;
}

export interface BackendHere {
  /** `wasm, 2 threads`, `cpu`, `headlessgl`. */
  readonly name: string;
  readonly run: (plans: Plans, call: StepCall) => Promise<Left>;
}

/** A backend that this machine does not have, and why. */
export interface BackendAbsent {
  readonly name: string;
  readonly why: string;
}

export interface BackendChoice {
  readonly backend?: string;
  readonly threads?: number | "auto";
  readonly seed: number;
}

const automatic: AnyBackend = "auto";

/** The backends that were asked for, by themselves all: the module with one thread and with several, gpu.js on the CPU and on WebGL. */
export async function findBackends(
  plans: Plans,
  { backend, threads = "auto", seed }: BackendChoice,
): Promise<{ readonly here: readonly BackendHere[]; readonly absent: readonly BackendAbsent[] }> {
  const asked = (name: string): boolean => (backend ?? automatic) === automatic || backend === name;
  const found = [
    ...(asked("wasm") ? await wasmBackends(plans, threads, seed) : []),
    ...(asked("cpu") ? [gpuJs("cpu", seed)] : []),
    ...(asked("gpu") ? await glBackends(seed) : []),
  ];
  const here = found.filter((one) => "run" in one);
  const absent = found.filter((one) => "why" in one);
  if (here.length === 0)
    throw new UsageError(
      `there is no ${backend} backend here: ${absent.map(({ name, why }) => `${name}: ${why}`).join("; ")}`,
    );
  return { here, absent };
}

/** Of 64 KiB: what 32 bits can address. */
const mostPages = 65_536;

async function wasmBackends(
  plans: Plans,
  threads: number | "auto",
  seed: number,
): Promise<readonly (BackendHere | BackendAbsent)[]> {
  const program = wasmProgram(plans);
  if (program.pages > mostPages) return [{ name: "wasm", why: "the step needs more than 4 GiB" }];
  const known = new Map([[plans, program]]);
  const programOf = (others: Plans): WasmProgram => {
    const made = known.get(others) ?? wasmProgram(others);
    known.set(others, made);
    return made;
  };
  const wasm = (name: string, count: number): BackendHere => ({
    name,
    run: async (others, call) => {
      const device = await WasmDevice.create(programOf(others), fillOf(seed), seed, count);
      return run(device, others.train, others.train, call);
    },
  });
  if (!(await WasmDevice.isSupported(program)))
    return [{ name: "wasm", why: "this engine does not run WebAssembly with 128-bit vectors" }];
  const one = wasm("wasm", 1);
  if (threads === 1) return [one];
  const { count, why } = chooseThreads(program, threads);
  const several: BackendHere | BackendAbsent =
    count > 1
      ? wasm(`wasm, ${count} threads`, count)
      : {
          name: "wasm, several threads",
          why:
            program.threads === undefined
              ? "the steps are too short for more than one"
              : why.replace(/^one thread: /, "") || "this machine has one processor",
        };
  return threads === "auto" ? [one, several] : [several];
}

function gpuJs(mode: "cpu" | "webgl2" | "webgl" | "headlessgl", seed: number): BackendHere {
  return {
    name: mode,
    run: async ({ train }, call) =>
      run(await GpuDevice.create(mode, fillOf(seed)), devicePlan(train), train, call),
  };
}

async function glBackends(seed: number): Promise<readonly (BackendHere | BackendAbsent)[]> {
  return (await glModes()).map(({ backend, available, detail }) =>
    available ? gpuJs(backend, seed) : { name: backend, why: detail },
  );
}

/** The host's random numbers: the same on every backend, and for the interpreter. */
export function fillOf(seed: number): FillUniform {
  return (target, stream, step) => fillUniform(target, randomStream(seed, stream), step);
}

type Device<OnDevice> = {
  write(name: string, values: Float32Array): void;
  run(plan: OnDevice, call: DeviceCall): void;
  result(plan: OnDevice, name: string): Promise<Float32Array>;
  read(name: string): Promise<Float32Array>;
  dispose(): Promise<void>;
};

/** Runs a plan once on a device of its own. */
async function run<OnDevice>(
  device: Device<OnDevice>,
  onDevice: OnDevice,
  { buffers, results, updates }: Plan,
  { variables, ...call }: StepCall,
): Promise<Left> {
  try {
    const read = buffers.filter(({ role }) => role === "parameter" || role === "state");
    for (const name of new Set([...read.map((buffer) => buffer.name), ...updates.keys()])) {
      const values = variables.get(name);
      if (values !== undefined) device.write(name, values);
    }
    device.run(onDevice, call);
    const left = {
      outputs: new Map<string, Float32Array>(),
      updates: new Map<string, Float32Array>(),
    };
    for (const name of results.keys()) left.outputs.set(name, await device.result(onDevice, name));
    for (const name of updates.keys()) left.updates.set(name, await device.read(name));
    return left;
  } finally {
    await device.dispose();
  }
}
