import type { TrainingDefinition } from "./definition.ts";
import type { Session } from "./session.ts";
import type { EpochMetrics } from "./types.ts";

/** Whether a metric that some rows do not define is no number now: whoever watches it waits, and nothing is decided by it. */
export function isUndefined(training: TrainingDefinition, metric: string, value: number): boolean {
  return Number.isNaN(value) && training.undefinable!.some(({ name }) => name === metric);
}

/** Says of each metric, the first time that it is not defined, why, and what that means. */
export function tellUndefined(session: Session, { validation = {} }: EpochMetrics): void {
  const { training, reporter } = session;
  const told = (session.toldUndefined ??= new Set());
  for (const { name, where } of training.undefinable!) {
    if (told.has(name) || !isUndefined(training, name, validation[name] ?? 0)) continue;
    told.add(name);
    const besides =
      training.best && training.best.metric === name
        ? "; until it is, the best epoch is that of the lowest loss"
        : "";
    reporter.note(
      `validation.${name} is not defined ${where}, and the validation part has such rows: what watches it waits${besides}`,
    );
  }
}
