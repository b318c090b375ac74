import { carried } from "./carried.ts";
import { describeClassRows, type ClassRows } from "./class-rows.ts";
import { describeConfusion } from "./confusion.ts";
import { formatCount, formatDuration, formatMetric } from "./format-numbers.ts";
import { own } from "./own.ts";
import type { EndEvent, EpochEvent, MetricDisplay, Metrics, StartEvent } from "./reporter.ts";

/** Sentences and lines that the bar and the plain lines share. */

/** Said after Ctrl-C. */
export const INTERRUPTED = "interrupted: everything is saved; go on with --resume";

/** "loss 0.1234, accuracy 97.4 %" */
export function describeMetrics(metrics: Metrics, display: MetricDisplay): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatMetric(value, own(display, name) ?? "number")}`)
    .join(", ");
}

export function describeStart(event: StartEvent): string[] {
  const { train, validation, test } = event.rows;
  const parts = [
    `${formatCount(train)} to train on`,
    ...(validation > 0 ? [`${formatCount(validation)} to validate`] : []),
    ...(test > 0 ? [`${formatCount(test)} to test`] : []),
  ];
  return [
    `${event.run}${carried.folding && event.fold ? `, fold ${event.fold.number} of ${event.fold.of}` : ""}: ${event.model} (${formatCount(event.parameters)} parameters) on ${event.data}`,
    `  rows      ${parts.join(", ")}`,
    ...(carried.classes ? (event.classes ?? []).map(describeClasses) : []),
    `  training  ${event.epochs} ${event.epochs === 1 ? "epoch" : "epochs"} of ${formatCount(event.stepsPerEpoch)} steps, ${event.batch} rows a step, seed ${event.seed}`,
    `  backend   ${event.backend} (${event.reason})`,
    ...(event.notes ?? []).map((note) => `  data      ${note}`),
    ...(carried.warmFiles ? describeWarmStarts(event) : []),
    ...(carried.teacher ? describeTeacher(event) : []),
    ...(event.resumedFrom === undefined ? [] : [`  resumed   after epoch ${event.resumedFrom}`]),
    ...(event.changes ?? []).map(({ name, was, is }) => `  changed   ${name}: ${was} → ${is}`),
  ];
}

/** What each part has of the classes of a field. */
function describeClasses(rows: ClassRows): string {
  return `  ${describeClassRows(rows)}`;
}

/** What the weights start from, where that is not the seed alone. */
function describeWarmStarts({ warmStarts = [], drawn = [] }: StartEvent): string[] {
  return [
    ...warmStarts.flatMap(({ from, taken, foreign, unasked }) => [
      `  loaded    ${taken.length} ${taken.length === 1 ? "tensor" : "tensors"} of ${from}: ${listed(taken)}`,
      ...(unasked.length === 0
        ? []
        : [`            not taken, as no rule loads it: ${listed(unasked)}`]),
      ...(foreign.length === 0 ? [] : [`            not in this model: ${listed(foreign)}`]),
    ]),
    ...(drawn.length === 0 ? [] : [`  drawn     afresh: ${listed(drawn)}`]),
  ];
}

function describeTeacher({ teacher }: StartEvent): string[] {
  return [
    ...(teacher === undefined ? [] : [`  teacher   ${teacher.from}`]),
    ...(teacher?.remarks ?? []).map((remark) => `            ${remark}`),
  ];
}

const mostListed = 8;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** "epoch  3/30  loss 0.31 …  validation: loss 0.29 …" */
export function describeEpoch(event: EpochEvent, display: MetricDisplay): string {
  const number = String(event.epoch).padStart(String(event.epochs).length);
  const validation =
    event.validation === undefined
      ? ""
      : `  validation: ${describeMetrics(event.validation, display)}`;
  return `epoch ${number}/${event.epochs}  ${describeMetrics(event.train, display)}${validation}${event.best === true ? "  (best)" : ""}`;
}

export function describeEnd(event: EndEvent, display: MetricDisplay): string[] {
  const width = Math.max(0, ...Object.keys(event.paths).map((name) => name.length));
  return [
    `${event.reason}${trainedLength(event)} in ${formatDuration(event.seconds)} on ${event.backend}`,
    ...(event.best === undefined ? [] : [`best epoch: ${event.best.epoch}`]),
    ...(event.validation === undefined
      ? []
      : [`validation: ${describeMetrics(event.validation, display)}`]),
    ...(carried.members ? describeMembers(event, display) : []),
    ...(event.test === undefined ? [] : [`test: ${describeMetrics(event.test, display)}`]),
    ...(carried.folding ? describeFolds(event, display) : []),
    ...(carried.tables ? describeTables(event) : []),
    ...Object.entries(event.paths).map(([name, path]) => `  ${name.padEnd(width)}  ${path}`),
  ];
}

function describeTables({ tables = {} }: EndEvent): string[] {
  return Object.entries(tables).flatMap(([name, table]) => describeConfusion(name, table));
}

/** A line for each fold, and the mean and deviation of each metric. */
function describeFolds({ folds = [], overall = {} }: EndEvent, display: MetricDisplay): string[] {
  return [
    ...folds.map(
      ({ validation, test }, index) =>
        `  fold ${index + 1}  ${describeMetrics(validation, display)}${test === undefined ? "" : `  test: ${describeMetrics(test, display)}`}`,
    ),
    ...Object.entries(overall).map(([part, metrics]) => {
      const told = Object.entries(metrics).map(([name, { mean, deviation, folds: defined }]) => {
        const shown = own(display, name) ?? "number";
        const some = defined < folds.length ? ` (of ${defined} folds)` : "";
        return `${name} ${formatMetric(mean, shown)} ± ${formatMetric(deviation, shown)}${some}`;
      });
      return `${part}, mean ± deviation of ${folds.length} folds: ${told.join(", ")}`;
    }),
  ];
}

/** A line for each member, their mean, and what they gain by speaking together. */
function describeMembers({ members, test: together }: EndEvent, display: MetricDisplay): string[] {
  if (members === undefined) return [];
  const width = Math.max(...members.map(({ name }) => name.length));
  const mean = meanOf(members.map(({ metrics }) => metrics));
  const gain = Object.fromEntries(
    Object.entries(mean).map(([name, value]) => [name, (together?.[name] ?? Number.NaN) - value]),
  );
  return [
    ...members.map(
      ({ name, metrics }) => `  ${name.padEnd(width)}  ${describeMetrics(metrics, display)}`,
    ),
    `mean of the members: ${describeMetrics(mean, display)}`,
    `together they differ from it by: ${describeMetrics(gain, display)}`,
  ];
}

function meanOf(metrics: readonly Metrics[]): Metrics {
  const names = Object.keys(metrics[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      metrics.reduce((sum, each) => sum + (each[name] ?? Number.NaN), 0) / metrics.length,
    ]),
  );
}

/** How long training was; nothing where weights were only measured. */
function trainedLength({ epochs, steps }: EndEvent): string {
  return steps === 0
    ? ""
    : `: ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, ${formatCount(steps)} steps`;
}
