import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import type { Program, TypedRun } from "../../src/compiler/typed/program.ts";
import { repository } from "../emit/support/folder.ts";
import { programOf } from "./run-of.ts";

const iris = join(repository, "examples/data/iris.csv");

/** A small network on Iris, full batch. */
export const irisRun = (optimizer: string, settings: string): string => `
data Iris {
  features: f32[B, measure: 4]
  species: class[B] of 3
  source: csv("iris.csv", skip: 1, header: off, target: "5")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(features: f32[B, measure: 4]) -> f32[B, 3] {
  return features -> dense(4) as hidden -> tanh -> dense(3) as scores
  for weights { regularize: l2(1e-2) }
}
train Net on Iris {
  loss: cross_entropy(scores, species)
  batch: all
  epochs: 12
  optimizer: ${optimizer}
  ${settings}
}`;

/** The trainer of the first run of a text, made for 120 rows of Iris. */
export function folderOf(spec: string): Promise<string> {
  const program = programOf(spec);
  return folderOfRun(program, program.runs[0]!, 120);
}

/** The trainer of a run, made for so many rows. */
export async function folderOfRun(program: Program, run: TypedRun, rows: number): Promise<string> {
  const files = await emit(compileRun(run, { rows }), program, { pathFromFolder: () => iris });
  const folder = mkdtempSync(join(tmpdir(), "nnspec-second-"));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.text);
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}
