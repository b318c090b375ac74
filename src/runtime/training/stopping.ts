import { updateEarly } from "../stopping.ts";
import type { TrainingDefinition } from "./definition.ts";
import { gradientNorm } from "./measuring.ts";
import type { Session } from "./session.ts";
import type { EpochMetrics, Progress } from "./types.ts";
import { isUndefined } from "./undefined-metrics.ts";

/** What conditions watch of the results of an epoch, by the names that they call it. */
export function watchedResults(
  training: TrainingDefinition,
  measured: EpochMetrics,
): readonly (readonly [name: string, value: number])[] {
  return training.watchedMetrics!.map(
    ({ name, part, metric }) => [name, measured[part]?.[metric] ?? Number.NaN] as const,
  );
}

/** Why training ends after this epoch, if it does. */
export async function stopReason(
  session: Session,
  results: readonly (readonly [name: string, value: number])[],
): Promise<string | undefined> {
  const { training, progress } = session;
  const watched = new Map<string, number>([...Object.entries(progress), ...results]);
  if (training.watchesTime) watched.set("time", progress.seconds);
  if (training.watchedNorm) watched.set(training.watchedNorm.watched, await gradientNorm(session));
  const value = (name: string): number => watched.get(name) ?? Number.NaN;
  const stalled: readonly boolean[] = training.earlyRules
    ? updatePatience(training, progress, value)
    : [];
  return training.stopRules!.find(({ holds }) => holds({ value, stalled }))?.reason;
}

/** Which patience has run out. */
function updatePatience(
  training: TrainingDefinition,
  progress: Progress,
  value: (name: string) => number,
): boolean[] {
  return training.earlyRules!.map((rule) => {
    const { metric, bestCounter, sinceCounter, unit } = rule;
    const before = { best: progress[bestCounter]!, since: progress[sinceCounter]!, stop: false };
    if (training.undefinable && isUndefined(training, metricOf(metric), value(metric))) {
      progress[sinceCounter] = progress[unit]!;
      return false;
    }
    const { best, since, stop } = updateEarly(rule, before, value(metric), progress[unit]!);
    progress[bestCounter] = best;
    progress[sinceCounter] = since;
    return stop;
  });
}

/** The metric of `validation.auc`. */
function metricOf(watched: string): string {
  return watched.slice(watched.indexOf(".") + 1);
}

/** Why training ends after this step, if it does. */
export function stopReasonOfStep(
  training: TrainingDefinition,
  seconds: number,
  step: number,
): string | undefined {
  const values = new Map([
    ["time", seconds],
    ["step", step],
  ]);
  const situation = { value: (name: string) => values.get(name) ?? Number.NaN, stalled: [] };
  return training.stepRules!.find(({ holds }) => holds(situation))?.reason;
}
