// The hand-written training step (ceiling/ceiling-trainer.c): what an expert gets out of WebAssembly for these four networks.
import { readFileSync } from "node:fs";
import { serve, type LoadedJob } from "./protocol.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly steps: (first: number, count: number) => void;
  readonly getLoss: () => number;
  readonly pX: () => number;
  readonly pY: () => number;
  readonly pW: (layer: number) => number;
  readonly pW4?: () => number;
  readonly pW5?: () => number;
}

await serve(async (job, [file = ""]) => {
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {});
  const program = instance.exports as unknown as Exports;
  const floats = new Float32Array(program.memory.buffer);
  floats.set(job.x, program.pX() / 4);
  new Int32Array(program.memory.buffer).set(job.y, program.pY() / 4);
  writeWeights(job, program, floats);
  return {
    loss(step) {
      program.steps(step, 1);
      return program.getLoss();
    },
    train: (step, count) => program.steps(step, count),
  };
});

/** Dense layers are numbered from 1, then the two convolutions; biases start at 0, as the program's do. */
function writeWeights(job: LoadedJob, program: Exports, floats: Float32Array): void {
  const weights = job.tensors.filter(({ name }) => name.endsWith(".weight"));
  const dense = weights.filter(({ shape }) => shape.length === 2);
  dense.forEach(({ name, shape }, place) =>
    writePanels(floats, program.pW(place + 1) / 4, job.weights.get(name)!, shape[0]!, shape[1]!),
  );
  const kernels = weights.filter(({ shape }) => shape.length === 4);
  kernels.forEach(({ name }, place) =>
    floats.set(job.weights.get(name)!, (place === 0 ? program.pW4! : program.pW5!)() / 4),
  );
}

/** [in, out] → [⌈out / 8⌉][in][8], zeros in the padding. */
function writePanels(
  floats: Float32Array,
  at: number,
  weights: Float32Array,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      floats[at + Math.floor(column / 8) * rows * 8 + row * 8 + (column % 8)] =
        weights[row * columns + column]!;
}
