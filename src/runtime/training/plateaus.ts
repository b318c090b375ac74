import { updatePlateau } from "../plateau.ts";
import { momentOf } from "./position.ts";
import type { Session } from "./session.ts";
import type { EpochMetrics, Length } from "./types.ts";
import { isUndefined } from "./undefined-metrics.ts";

/** After an epoch was measured: each schedule sees whether its metric still gets better. */
export function updatePlateaus(session: Session, measured: EpochMetrics): void {
  const { training, progress } = session;
  const { step, stepsPerEpoch } = momentOf(training, progress, session);
  for (const plateau of training.plateaus!) {
    const { watched, best, since, rest, drops, inSteps } = plateau;
    const position = inSteps ? step : progress.epoch;
    const before = plateau.after.reduce((sum, length) => sum + stepsOf(length, stepsPerEpoch), 0);
    if (plateau.after.length > 0 && step <= before) {
      progress[since] = position;
      continue;
    }
    const measuredNow = measured[watched.part]?.[watched.metric] ?? Number.NaN;
    if (training.undefinable && isUndefined(training, watched.metric, measuredNow)) {
      progress[since] = position;
      continue;
    }
    const span = (length: Length): number =>
      inSteps ? stepsOf(length, stepsPerEpoch) : length.amount;
    const state = updatePlateau(
      { ...plateau, patience: span(plateau.patience), cooldown: span(plateau.cooldown) },
      {
        best: progress[best]!,
        since: progress[since]!,
        rest: progress[rest]!,
        drops: progress[drops]!,
      },
      measuredNow,
      position,
    );
    progress[best] = state.best;
    progress[since] = state.since;
    progress[rest] = state.rest;
    progress[drops] = state.drops;
  }
}

function stepsOf({ amount, unit }: Length, stepsPerEpoch: number): number {
  return unit === "step" ? amount : amount * stepsPerEpoch;
}
