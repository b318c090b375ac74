import type { TypedRun } from "../../../compiler/typed/program.ts";

/** The trainer of a run inside the folder of an ensemble. */
export interface EnsembleTrainer {
  readonly run: TypedRun;
  readonly folder: string;
}
