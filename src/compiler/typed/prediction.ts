import type { TypedRun } from "./program.ts";

/** What `predict:` asks for beside the plain way. */
export interface MonteCarlo {
  readonly kind: "monte_carlo";
  /** How many times each row is predicted, with noise on. */
  readonly samples: number;
}

/** Whether anything in the run's model is random while noise is on: dropout and its kin, or DropConnect. */
export function mayDraw(run: Pick<TypedRun, "model" | "weights">): boolean {
  const noisy = run.model.layers.some(
    ({ definition, arguments: values }) =>
      definition.stochastic && definition.name !== "batch_norm" && values["drop"] !== 0,
  );
  return noisy || run.weights.some(({ dropconnect }) => (dropconnect?.value ?? 0) > 0);
}
