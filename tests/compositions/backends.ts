import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { GpuDevice, type DeviceCall, type FillUniform } from "../../src/runtime/gpu-device.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { wasmProgram } from "../support/wasm-program.ts";
import type { Problem } from "./problem.ts";
import type { Observed } from "./reference.ts";

export type BackendName = "wasm" | "2 threads" | "3 threads" | "cpu" | "headlessgl";

/** The plans that a backend is given: of the training step and of prediction. */
interface Plans {
  readonly train: Plan;
  readonly predict: Plan;
}

/** Spoils a plan before a backend gets it: for tests of the tests. */
export type Spoil = (plan: Plan) => Plan;

/** A backend with the plans of one network. */
interface Machine {
  write(name: string, values: Float32Array): void;
  read(name: string): Promise<Float32Array>;
  run(plan: keyof Plans, call: DeviceCall): void;
  result(plan: keyof Plans, name: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

type Open = (plans: Plans, problem: Problem) => Promise<Machine>;

const backends: Readonly<Record<BackendName, Open>> = {
  wasm: (plans, problem) => openWasm(plans, problem, 1),
  "2 threads": (plans, problem) => openWasm(plans, problem, 2),
  "3 threads": (plans, problem) => openWasm(plans, problem, 3),
  cpu: (plans, problem) => openGpuJs(plans, problem, "cpu"),
  headlessgl: (plans, problem) => openGpuJs(plans, problem, "headlessgl"),
};

export const backendNames = Object.keys(backends) as readonly BackendName[];

/** What a backend makes of the training that the reference makes in float64. */
export async function observe(
  problem: Problem,
  backend: BackendName,
  spoil: Spoil = (plan) => plan,
): Promise<Observed> {
  const { train, predict } = problem.compiled.plans;
  const plans = { train: spoil(train), predict };
  const machine = await backends[backend](plans, problem);
  try {
    return await train5(machine, plans, problem);
  } finally {
    await machine.dispose();
  }
}

async function train5(
  machine: Machine,
  { train, predict }: Plans,
  problem: Problem,
): Promise<Observed> {
  const observed = new Map<string, Float64Array>();
  for (const [name, values] of problem.variables) machine.write(name, Float32Array.from(values));
  const call = (place: number): DeviceCall => {
    const { fields, scalars, rows } = problem.steps[place]!;
    return {
      inputs: Object.fromEntries(
        [...fields].map(([name, values]) => [name, Float32Array.from(values)]),
      ),
      numbers: Object.fromEntries(scalars),
      rows,
      step: place + 1,
    };
  };
  for (const place of problem.steps.keys()) {
    machine.run("train", call(place));
    if (place === 0) {
      for (const [name, values] of await resultsOf(machine, train, call(place).rows))
        observed.set(`step 1/${name}`, values);
      for (const name of train.updates.keys())
        observed.set(`step 1/${name}`, Float64Array.from(await machine.read(name)));
    }
    observed.set(`loss ${place + 1}`, Float64Array.from(await machine.result("train", "loss")));
  }
  const last = call(problem.steps.length - 1);
  machine.run("predict", last);
  for (const [name, values] of await resultsOf(machine, predict, last.rows))
    observed.set(`predict/${name}`, values);
  return observed;
}

/** The results of a plan's latest call, of batched ones the rows that count. */
async function resultsOf(
  machine: Machine,
  { name: plan, results, capacity }: Plan,
  rows: number,
): Promise<ReadonlyMap<string, Float64Array>> {
  const found = new Map<string, Float64Array>();
  for (const [name, buffer] of results) {
    const values = Float64Array.from(await machine.result(plan as keyof Plans, name));
    found.set(
      name,
      buffer.batched ? values.subarray(0, (values.length / capacity) * rows) : values,
    );
  }
  return found;
}

/** Random numbers of the problem's step, in the place of those that a seed gives. */
function fillFrom({ steps }: Problem) {
  return (target: Float32Array, stream: string, step: number): void =>
    target.set(steps[step - 1]!.random.get(stream)!);
}

/** On a busy machine threads may come so late that a device does without them: it is asked again. */
const mostAttempts = 5;

/** One thread runs what a trainer would; several divide all that they can, however small it is, each kernel by itself. */
async function openWasm(plans: Plans, problem: Problem, threads: number): Promise<Machine> {
  const emitted = emitWasm(
    { ...plans },
    threads > 1 ? { threads: "always", together: "never" } : {},
  );
  const program = wasmProgram({ ...plans }, emitted);
  const open = (): Promise<WasmDevice> =>
    WasmDevice.create(program, fillFrom(problem), undefined, threads);
  const isLost = ({ threads: found }: WasmDevice): boolean =>
    threads > 1 && found !== `${threads} threads`;
  let device = await open();
  for (let attempt = 1; isLost(device); attempt++) {
    if (attempt === mostAttempts)
      throw new Error(`wanted ${threads} threads, and found ${device.threads}`);
    await device.dispose();
    device = await open();
  }
  return {
    write: (name, values) => device.write(name, values),
    read: (name) => device.read(name),
    run: (name, call) => device.run({ name }, call),
    result: (name, result) => device.result({ name }, result),
    dispose: () => device.dispose(),
  };
}

async function openGpuJs(plans: Plans, problem: Problem, mode: GpuJsMode): Promise<Machine> {
  const device = await sharedDevice(mode, problem);
  const programs = { train: devicePlan(plans.train), predict: devicePlan(plans.predict) };
  return {
    write: (name, values) => device.write(name, values),
    read: (name) => device.read(name),
    run: (name, call) => {
      try {
        device.run(programs[name], call);
      } catch (error) {
        // What something has failed on is used by no other network.
        shared.get(mode)!.networks = networksOfDevice;
        throw error;
      }
    },
    result: (name, result) => device.result(programs[name], result),
    dispose: () => renewed(mode),
  };
}

type GpuJsMode = "cpu" | "headlessgl";

/** A device that several networks use one after the other: kernels that they have in common are compiled once. */
interface SharedDevice {
  readonly device: GpuDevice;
  /** The one whose random numbers it is given. */
  problem: Problem;
  networks: number;
}

const shared = new Map<GpuJsMode, SharedDevice>();

/** So many networks later a device gives its memory back. */
const networksOfDevice = 25;

async function sharedDevice(mode: GpuJsMode, problem: Problem): Promise<GpuDevice> {
  const known = shared.get(mode);
  if (known !== undefined) {
    known.problem = problem;
    return known.device;
  }
  const fill: FillUniform = (target, stream, step) =>
    fillFrom(shared.get(mode)!.problem)(target, stream, step);
  const device = await GpuDevice.create(mode, fill);
  shared.set(mode, { device, problem, networks: 0 });
  return device;
}

/** Ends the use of a device by a network, and after many the device. */
async function renewed(mode: GpuJsMode): Promise<void> {
  const used = shared.get(mode)!;
  if (++used.networks < networksOfDevice) return;
  shared.delete(mode);
  await used.device.dispose();
}
