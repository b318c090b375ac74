import type { TypedRun } from "./program.ts";

/** Whether averages need running statistics of their own: a mean of weights gives other values than any of them did. */
export function refreshesStatistics({ average, model }: TypedRun): boolean {
  return average?.kind === "swa" && model.layers.some(({ states }) => states.length > 0);
}
