import type { TypedRun } from "../../compiler/typed/program.ts";
import type { Emission } from "./emission.ts";

/** What the text of the training program depends on. */
export interface RunShape {
  readonly emission: Emission;
  readonly run: TypedRun;
  readonly validates: boolean;
  readonly tests: boolean;
  /** The metric whose best epoch is kept: `validation.loss`. */
  readonly best: { readonly metric: string; readonly better: "higher" | "lower" } | undefined;
}

export function shapeOfRun(emission: Emission): RunShape {
  const { run } = emission.compiled;
  const has = (part: "validation" | "test"): boolean =>
    run.data.split[part] > 0 || run.data.sources.some((source) => source.part === part);
  const best = run.keep.kind === "best" ? run.keep : undefined;
  return {
    emission,
    run,
    validates: has("validation"),
    tests: has("test"),
    best,
  };
}

export function elementsOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((total, { shape }) => total + sizeProduct(shape), 0);
}

/** How many elements a shape has. */
export function sizeProduct(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
