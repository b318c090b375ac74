import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UsageError } from "./exit.ts";

/** What the folder of a run is called: `digits-cnn` for DigitsCnn. */
export function folderName(run: string): string {
  return run.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/** The program of an ensemble in a run folder, where it is one. */
export function ensembleOf(folder: string, file: "ensemble.ts" | "predict.ts"): string | undefined {
  const trainer = join(folder, "trainer");
  return existsSync(join(trainer, "ensemble.ts")) ? resolve(trainer, file) : undefined;
}

/** A program of the trainer in a run folder, and the weights to use with it: the best ones, else the last. */
export function trainerOf(
  folder: string,
  file: string,
  checkpoint: string | undefined,
): { readonly program: string; readonly checkpoint: string } {
  const own = join(folder, "trainer", file);
  // A fold is trained by the program that lies beside it.
  const isFold = /^fold-\d+$/.test(basename(resolve(folder)));
  const program = isFold && !existsSync(own) ? join(folder, "..", "trainer", file) : own;
  if (!existsSync(program))
    throw new UsageError(
      `${folder} is not a run folder of nnspec train: there is no trainer/${file} in it`,
    );
  const weights =
    checkpoint ??
    ["best.safetensors", "last.safetensors"]
      .map((name) => join(folder, name))
      .find((path) => existsSync(path));
  if (weights === undefined && existsSync(join(folder, "fold-1")))
    throw new UsageError(
      `${folder} holds several folds, each with weights of its own: give one of them, such as ${join(folder, "fold-1")}`,
    );
  if (weights === undefined)
    throw new UsageError(`${folder} has no checkpoint yet (best.safetensors, last.safetensors)`);
  if (!existsSync(weights)) throw new UsageError(`cannot read ${weights}: there is no such file`);
  return { program: resolve(program), checkpoint: resolve(weights) };
}
