import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Workload } from "../workloads.ts";

/** A tensor of the network as nnspec calls it, row-major: [in, out] of dense layers, [h, w, in, out] of convolutions. */
export interface JobTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What every peer is given: the same batches and the same first weights. */
export interface Job extends Workload {
  readonly batches: number;
  readonly tensors: readonly JobTensor[];
}

export interface LoadedJob extends Job {
  /** [batches, batch, …input] */
  readonly x: Float32Array;
  /** [batches, batch] */
  readonly y: Int32Array;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** A peer that is ready to train; batches are taken in turn, `step` counts from 0. */
export interface Trainee {
  /** Trains one step and gives its loss, before the update. */
  loss(step: number): number | Promise<number>;
  /** Trains `count` steps. */
  train(step: number, count: number): void | Promise<void>;
  /** What the reader of the table should know. */
  readonly note?: string;
  dispose?(): void | Promise<void>;
}

export function loadJob(folder: string): LoadedJob {
  const job = JSON.parse(readFileSync(join(folder, "job.json"), "utf8")) as Job;
  const floats = (name: string): Float32Array =>
    new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
  const all = floats("weights.f32");
  const weights = new Map<string, Float32Array>();
  let offset = 0;
  for (const { name, shape } of job.tensors) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    weights.set(name, all.slice(offset, offset + size));
    offset += size;
  }
  return { ...job, x: floats("x.f32"), y: new Int32Array(floats("y.i32").buffer), weights };
}

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

/**
 * The life of a peer's process: it says the losses of its first steps, then answers each line `run milliseconds` with how many
 * steps it trained in how much time of the clock and of the processor, until standard input ends.
 */
export async function serve(
  start: (job: LoadedJob, options: readonly string[]) => Trainee | Promise<Trainee>,
): Promise<void> {
  const [folder = ".", ...options] = process.argv.slice(2);
  const job = loadJob(folder);
  const trainee = await start(job, options);
  const losses: number[] = [];
  for (let step = 0; step < job.compared; step++) losses.push(await trainee.loss(step));
  say({
    ready: true,
    losses,
    memory: process.memoryUsage().rss,
    ...(trainee.note === undefined ? {} : { note: trainee.note }),
  });
  let step = job.compared;
  let chunk = 1;
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds = Number(line.replace("run ", ""));
    const first = step;
    const cpu = process.cpuUsage();
    const begin = performance.now();
    let elapsed = 0;
    do {
      const before = elapsed;
      await trainee.train(step, chunk);
      step += chunk;
      elapsed = performance.now() - begin;
      if (elapsed - before < 5) chunk *= 2;
    } while (elapsed < milliseconds);
    const { user, system } = process.cpuUsage(cpu);
    say({
      steps: step - first,
      wall: elapsed / 1000,
      cpu: (user + system) / 1e6,
      memory: process.resourceUsage().maxRSS * 1024,
    });
  }
  await trainee.dispose?.();
}
