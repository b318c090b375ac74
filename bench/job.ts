import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { initialize as Initialize } from "../src/runtime/initialize.ts";
import { encodeNpz } from "./npz.ts";
import type { Job, JobTensor } from "./peers/protocol.ts";
import { preparedBatches, type Workload } from "./workloads.ts";

export const benchFolder = dirname(fileURLToPath(import.meta.url));
export const root = resolve(benchFolder, "..");
/** Data, trainers and programs that are made here and never kept in git. */
export const workFolder = join(root, "runs/bench");

/** The folders of a workload that is ready to be handed to the peers. */
export interface PreparedJob {
  readonly workload: Workload;
  readonly job: string;
  readonly trainer: string;
}

/** Draws the data, builds the trainer, and writes the trainer's own first weights for everybody. */
export async function prepareJob(workload: Workload): Promise<PreparedJob> {
  const job = join(workFolder, workload.name.toLowerCase());
  const trainer = `${job}-trainer`;
  mkdirSync(job, { recursive: true });
  const { x, y } = drawData(workload);
  const field = workload.network.kind === "dense" && workload.input[0] === 4 ? "features" : "image";
  const arrays = [
    { name: field, shape: [y.length, ...workload.input], values: x },
    { name: "label", shape: [y.length], values: y },
  ];
  writeFileSync(`${job}.npz`, encodeNpz(arrays));
  build(workload, `${job}.npz`, trainer);
  const { tensors, values } = await firstWeights(trainer);
  const description: Job = { ...workload, batches: preparedBatches, tensors };
  writeFileSync(join(job, "job.json"), JSON.stringify(description));
  for (const [name, array] of [
    ["x.f32", x],
    ["y.i32", y],
    ["weights.f32", values],
  ] as const)
    writeFileSync(
      join(job, name),
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
  return { workload, job, trainer };
}

/** Uniform inputs in [0, 1) and random labels from a small generator with a fixed seed (Steele and Vigna's mulberry32). */
function drawData({ batch, input, classes }: Workload): {
  readonly x: Float32Array;
  readonly y: Int32Array;
} {
  const rows = preparedBatches * batch;
  const size = input.reduce((product, extent) => product * extent, 1);
  let state = 1;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const x = Float32Array.from({ length: rows * size }, next);
  const y = Int32Array.from({ length: rows }, () => Math.floor(next() * classes));
  return { x, y };
}

function build(workload: Workload, data: string, trainer: string): void {
  const program = join(root, "dist/nnspec.js");
  if (!existsSync(program)) throw new Error("dist/nnspec.js is missing: npm run build");
  rmSync(trainer, { recursive: true, force: true });
  const built = spawnSync(
    process.execPath,
    [
      program,
      "build",
      join(benchFolder, workload.spec),
      "--data",
      `Random=${data}`,
      "--out",
      trainer,
    ],
    { encoding: "utf8" },
  );
  if (built.status !== 0)
    throw new Error(
      `nnspec build ${workload.spec} ended with ${built.status}:\n${built.stdout}${built.stderr}`,
    );
}

interface Parameter extends JobTensor {
  readonly initial: Parameters<typeof Initialize>[2];
}

async function firstWeights(
  trainer: string,
): Promise<{ readonly tensors: readonly JobTensor[]; readonly values: Float32Array }> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(trainer, file)).href);
  const { parameters } = (await load("model.ts")) as { readonly parameters: readonly Parameter[] };
  const { initialize } = (await load("runtime/initialize.ts")) as {
    readonly initialize: typeof Initialize;
  };
  const drawn = parameters.map(({ name, shape, initial }) => initialize(name, shape, initial, 1));
  const values = new Float32Array(drawn.reduce((total, one) => total + one.length, 0));
  let offset = 0;
  for (const one of drawn) {
    values.set(one, offset);
    offset += one.length;
  }
  return { tensors: parameters.map(({ name, shape }) => ({ name, shape })), values };
}
