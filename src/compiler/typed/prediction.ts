import type { TypedRun } from "./program.ts";

/** Whether anything in the run's model is random while noise is on: dropout and its kin, or DropConnect. */
export function mayDraw(run: Pick<TypedRun, "model" | "weights">): boolean {
  const noisy = run.model.layers.some(
    ({ definition, arguments: values }) => definition.noise?.(values) === true,
  );
  return noisy || run.weights.some(({ dropconnect }) => (dropconnect?.value ?? 0) > 0);
}
