import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type {
  createDevice as CreateDevice,
  DeviceCall,
  DeviceOptions,
  DevicePlan,
} from "../../src/runtime/device.ts";
import type {
  fillUniform as FillUniform,
  randomStream as RandomStream,
} from "../../src/runtime/random.ts";
import type { LoadedJob, Trainee } from "./protocol.ts";

interface ModelModule {
  readonly numbersOf: (moment: {
    step: number;
    stepsPerEpoch: number;
    totalSteps: number;
  }) => Readonly<Record<string, number>>;
  readonly statistics: readonly State[];
  readonly slots: readonly State[];
  readonly monitors: readonly State[];
}

interface State {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}

/** The generated trainer's own modules, called as its loop calls them: trainer folder, backend, threads. */
export async function startTrainee(
  job: LoadedJob,
  [trainer = ".", backend = "cpu", threads = "1"]: readonly string[],
): Promise<Trainee> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(trainer, file)).href);
  const { createDevice } = (await load("runtime/device.ts")) as {
    createDevice: typeof CreateDevice;
  };
  const { fillUniform, randomStream } = (await load("runtime/random.ts")) as {
    fillUniform: typeof FillUniform;
    randomStream: typeof RandomStream;
  };
  const { plans } = (await load("kernels.ts")) as { plans: { train: DevicePlan } };
  const model = (await load("model.ts")) as ModelModule;
  const wasm = existsSync(join(trainer, "wasm.ts"))
    ? ((await load("wasm.ts")) as { wasmModule: NonNullable<DeviceOptions["wasm"]> }).wasmModule
    : undefined;
  const device = await createDevice({
    backend: backend as DeviceOptions["backend"],
    ...(wasm === undefined ? {} : { wasm }),
    threads: Number(threads),
    fillUniform: (target, stream, step) => fillUniform(target, randomStream(1, stream), step),
    seed: 1,
  });
  for (const [name, values] of job.weights) device.write(name, values);
  for (const { name, shape, initial } of [...model.statistics, ...model.slots, ...model.monitors])
    device.write(
      name,
      new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(initial),
    );
  const calls = callsOf(job, plans.train);
  const run = (step: number): void => {
    const numbers = model.numbersOf({
      step: step + 1,
      stepsPerEpoch: job.batches,
      totalSteps: 1e9,
    });
    const { rows, inputs } = calls[step % calls.length]!;
    device.run(plans.train, { rows, inputs, numbers, step: step + 1 });
  };
  return {
    async loss(step) {
      run(step);
      return (await device.result(plans.train, "loss"))[0]!;
    },
    train(step, count) {
      for (let place = step; place < step + count; place++) run(place);
    },
    dispose: () => device.dispose(),
  };
}

/** Each prepared batch as the trainer's own loop hands it over. */
function callsOf(job: LoadedJob, plan: DevicePlan): Pick<DeviceCall, "inputs" | "rows">[] {
  const size = job.x.length / job.batches;
  const labels = Float32Array.from(job.y);
  const features = Object.keys(plan.inputs).find((name) => name !== "label") ?? "image";
  return Array.from({ length: job.batches }, (_, batch) => ({
    rows: job.batch,
    inputs: {
      [features]: job.x.slice(batch * size, (batch + 1) * size),
      label: labels.slice(batch * job.batch, (batch + 1) * job.batch),
    },
  }));
}
