import { createDevice, type BackendChoice, type Calibration, type Device } from "../device.ts";
import { requireTensor, type Counters } from "../checkpoint.ts";
import type { Augmenting } from "../augment.ts";
import { initialize } from "../initialize.ts";
import type { Minimizer, Place } from "../minimizer.ts";
import type { Prefetcher } from "../prefetch.ts";
import type { PreparedData } from "../prepare.ts";
import { fillUniform, randomStream } from "../random.ts";
import type { Diverged, Reporter, WarmStart } from "../reporter.ts";
import type { Difference, RunIdentity } from "../run-identity.ts";
import type { NamedTensor, TensorFile } from "../safetensors.ts";
import type { TrainingDefinition } from "./definition.ts";
import type { State, Progress, TensorPlace } from "./types.ts";

/** One training from beginning to end. */
export interface Session {
  readonly training: TrainingDefinition;
  readonly device: Device;
  readonly data: PreparedData;
  readonly seed: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  totalSteps: number;
  /** Where files are kept; undefined in a browser. */
  readonly folder: string | undefined;
  /** What the weights belong to; absent where nothing is saved. */
  readonly identity?: RunIdentity;
  /** Goes into every checkpoint. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly reporter: Reporter;
  interrupted: boolean;
  progress: Progress;
  /** When training began, on the clock of `performance.now`, without the time that it stood still. */
  begun: number;
  /** When files were last written, in seconds trained. */
  saved: number;
  /** The tensors of the best epoch so far, where they are not on disk yet or no longer. */
  best?: readonly NamedTensor[];
  /** Whether the best tensors have to be written. */
  bestWaits?: boolean;
  /** What is done to the rows of each batch. */
  augmenting?: Augmenting;
  /** Makes batches while the device computes. */
  prefetcher?: Prefetcher;
  /** The weights of the training, while their averages stand in their place. */
  waiting?: readonly NamedTensor[];
  /** The running statistics that belong to the averages of a step. */
  refreshed?: { readonly step: number; readonly tensors: readonly NamedTensor[] };
  /** The method, where it stands, and whether it found nothing lower. */
  minimizer?: Minimizer;
  standing?: Place;
  foundNothing?: boolean;
  /** The metrics of which it was said that they are not defined. */
  toldUndefined?: Set<string>;
  /** Where the teacher comes from, and what is to be said of it. */
  teacher?: { readonly from: string; readonly remarks: readonly string[] };
  /** What was loaded in the place of drawn weights. */
  warmStarts?: WarmStart[];
  /** What is gone on from, and what is otherwise since. */
  before?: StateBefore;
  changes?: readonly Difference[];
  /** Where training stood when all of it was last sound. */
  kept?: Kept;
  /** Where it began that numbers are none. */
  diverged?: Diverged;
}

/** A place that training can go on from: the weights for use, and every tensor that changes. */
export interface Kept {
  readonly progress: Progress;
  readonly used: readonly NamedTensor[];
  readonly state: readonly NamedTensor[];
}

/** Where an earlier training stopped, and what it was. */
export interface StateBefore {
  readonly where: string;
  readonly file: TensorFile & { readonly counters: Counters };
  readonly identity: RunIdentity;
}

/** Which backend is asked for, and how. */
interface DeviceWish {
  readonly backend: BackendChoice;
  readonly threads?: number | undefined;
  readonly calibrate?: boolean;
}

/** The backend that was asked for; for auto the fastest at what is measured. Its random numbers are those of the seed. */
export function openDevice(
  training: TrainingDefinition,
  { backend, threads, calibrate }: DeviceWish,
  seed: number,
  calibration?: Calibration,
): Promise<Device> {
  return createDevice({
    backend,
    threads,
    calibrate,
    calibration,
    fillUniform: (target, stream, step) => fillUniform(target, randomStream(seed, stream), step),
    seed,
    wasm: training.wasmModule,
  });
}

/** What a checkpoint holds: enough to predict. */
export function keptTensors(training: TrainingDefinition): readonly TensorPlace[] {
  return [...training.parameters, ...training.statistics];
}

/** What going on after an interruption needs besides. */
export function rememberedTensors(training: TrainingDefinition): readonly TensorPlace[] {
  return [...training.slots, ...training.monitors];
}

/** Reads tensors from the device. */
export async function readTensors(
  device: Device,
  wanted: readonly TensorPlace[],
): Promise<NamedTensor[]> {
  const read: NamedTensor[] = [];
  for (const { name, shape } of wanted) read.push({ name, shape, values: await device.read(name) });
  return read;
}

export function writeTensors(device: Device, tensors: readonly NamedTensor[]): void {
  for (const { name, values } of tensors) device.write(name, values);
}

/** Tensors of a file, by their names and shapes. */
export function pick(
  file: TensorFile,
  wanted: readonly TensorPlace[],
  where: string,
): NamedTensor[] {
  return wanted.map(({ name, shape }) => ({
    name,
    shape,
    values: requireTensor(file, name, shape, where),
  }));
}

/** What training starts from: weights drawn by the seed and their names, states at their first values. */
export function initialTensors(
  training: TrainingDefinition,
  seed: number,
): Map<string, Float32Array> {
  const drawn = training.parameters.map(
    ({ name, shape, initial }) => [name, initialize(name, shape, initial, seed)] as const,
  );
  const states = [...training.statistics, ...training.slots, ...training.monitors];
  if (training.teacher) states.push(...training.teacherTensors);
  if (training.units) states.push(...training.units);
  return new Map([...drawn, ...states.map(startOf)]);
}

export function startOf({ name, shape, initial }: State): [string, Float32Array] {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return [name, new Float32Array(size).fill(initial)];
}
