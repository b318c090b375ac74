import { movesAllWeights } from "../base/diagnostics/catalogue/training.ts";
import type { TypedRun } from "../typed/program.ts";
import type { Checking } from "./setting.ts";

/** Reports a setting that stands beside a method that moves all weights together, which cannot follow it. */
export function refuseWholeMethod(
  { optimizer: { use } }: TypedRun,
  { setting, written, report }: Checking,
  why: string,
): void {
  if (use.definition.whole === undefined || !written) return;
  report(movesAllWeights, written.span, { optimizer: use.definition.name, setting, why });
}
