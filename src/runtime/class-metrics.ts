import type { ClassCounts, Count, Decisions } from "./class-counts.ts";

/** Of what was named, the share that was rightly named; 0 where nothing was. */
export function classPrecision(counts: ClassCounts, decisions: Decisions): number {
  return averaged(counts, decisions, ({ right, predicted }) => right / predicted);
}

/** Of what would have been right to name, the share that was named. */
export function classRecall(counts: ClassCounts, decisions: Decisions): number {
  return averaged(counts, decisions, ({ right, actual }) => right / actual);
}

/** The harmonic mean of precision and recall. */
export function classF1(counts: ClassCounts, decisions: Decisions): number {
  return averaged(
    counts,
    decisions,
    ({ right, predicted, actual }) => (2 * right) / (predicted + actual),
  );
}

/** What was rightly named, as a share of all that was named or would have been right to name. */
export function intersectionOverUnion(counts: ClassCounts, decisions: Decisions): number {
  return averaged(
    counts,
    decisions,
    ({ right, predicted, actual }) => right / (predicted + actual - right),
  );
}

/** The mean recall of the classes that occur; of labels the mean over these, of those that are there and of those that are not. */
export function balancedAccuracy({ of, among }: ClassCounts): number {
  if (among !== "labels") return mean(of.filter(({ actual }) => actual > 0).map(recallOf));
  return mean(
    of.map((count) =>
      mean([count, absent(count)].filter(({ actual }) => actual > 0).map(recallOf)),
    ),
  );
}

const recallOf = ({ right, actual }: Count): number => right / actual;

/** The counts of a label's not being there. */
function absent({ right, predicted, actual, total }: Count): Count {
  return {
    right: total - predicted - actual + right,
    predicted: total - predicted,
    actual: total - actual,
    total,
  };
}

/**
 * The correlation of what is predicted with what is right (Matthews 1975; of several classes Gorodkin 2004), 0 where one of them is
 * always the same; of labels the mean over these.
 */
export function matthews({ of, among }: ClassCounts): number {
  return among === "labels"
    ? mean(of.map((count) => correlation([count, absent(count)])))
    : correlation(of);
}

function correlation(classes: readonly Count[]): number {
  const total = classes[0]!.total;
  const sum = (of: (count: Count) => number): number =>
    classes.reduce((result, count) => result + of(count), 0);
  const covariance =
    total * sum(({ right }) => right) - sum(({ predicted, actual }) => predicted * actual);
  const predictions = total ** 2 - sum(({ predicted }) => predicted ** 2);
  const truths = total ** 2 - sum(({ actual }) => actual ** 2);
  if (predictions === 0 || truths === 0) return total === 0 ? Number.NaN : 0;
  return covariance / Math.sqrt(predictions) / Math.sqrt(truths);
}

/**
 * A share of one class, or over all of them. Of all, classes that neither occur nor are predicted tell nothing, and a share of nothing
 * is 0 in those that do; of one, it is 0 where that class occurs and NaN where it does not.
 */
function averaged(
  { of, among }: ClassCounts,
  { class: own = among === "switch" ? 1 : undefined, average }: Decisions,
  share: (count: Count) => number,
): number {
  if (average === "micro") return share(of.reduce(together));
  if (own !== undefined && average === undefined) {
    const count = of[Number(own)]!;
    return count.actual > 0 ? orNothing(share(count)) : share(count);
  }
  const told = of.filter(({ predicted, actual }) => predicted + actual > 0);
  if (average !== "weighted") return mean(told.map((count) => orNothing(share(count))));
  const all = told.reduce((sum, { actual }) => sum + actual, 0);
  return told.reduce((sum, count) => sum + (count.actual * orNothing(share(count))) / all, 0);
}

function orNothing(share: number): number {
  return Number.isNaN(share) ? 0 : share;
}

function together(a: Count, b: Count): Count {
  return {
    right: a.right + b.right,
    predicted: a.predicted + b.predicted,
    actual: a.actual + b.actual,
    total: a.total,
  };
}

/** NaN of nothing. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
