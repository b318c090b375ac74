import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { hasPart } from "../../typed/parts.ts";
import type { TypedData, TypedMetric } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import type { Context } from "./context.ts";

/** What a run lets its rules watch. */
export interface Watched {
  readonly data: TypedData;
  readonly metrics: readonly TypedMetric[];
}

/** Names that are of the run and not of a part of the data. */
type PlainMonitor =
  "gradient_norm" | "initial.loss" | "initial.gradient_norm" | "time" | "epoch" | "step";
export const plainMonitors: readonly PlainMonitor[] = [
  "gradient_norm",
  "initial.loss",
  "initial.gradient_norm",
  "time",
  "epoch",
  "step",
];

/** Every name of a number after each epoch: `train.loss`, and the loss and metrics on the validation part. */
function monitorNames(watched: Watched): readonly string[] {
  return [
    "train.loss",
    "validation.loss",
    ...watched.metrics.filter(isNumber).map((metric) => `validation.${metric.name}`),
  ];
}

/** A table cannot be watched. */
function isNumber({ use }: TypedMetric): boolean {
  return use.definition.collected?.kind !== "table";
}

/** Whether `name` may be watched in `setting`; reports why not. `plain` says which names of the run may stand there too. */
export function checkMonitor(
  context: Context,
  watched: Watched,
  name: string,
  at: Span,
  setting: string,
  plain: readonly string[] = [],
): boolean {
  const report = (finding: ReturnType<typeof diagnostic>) => {
    context.report(finding);
    return false;
  };
  if (name === "test" || name.startsWith("test.")) {
    const fixes = [replace(at, name.replace(/^test/, "validation"))];
    return report(diagnostic(messages.testIsForTheEnd, at, { name, setting }, { fixes }));
  }
  if (plain.includes(name)) return true;
  const known = monitorNames(watched);
  if (!known.includes(name)) {
    const metric = /^validation\.(\w+)$/.exec(name)?.[1];
    const suggestion = suggest(name, [...known, ...plain]);
    const item = metric === undefined ? undefined : context.library.find("metric", metric);
    const isMetric =
      metric !== undefined && item?.kind === "metric" && item.collected?.kind !== "table";
    const notes = isMetric
      ? [`add \`${metric}\` to the metrics of the run: \`metrics: ${listWith(watched, metric)}\``]
      : [];
    const fixes = suggestion === undefined || isMetric ? [] : [replace(at, suggestion)];
    return report(
      diagnostic(
        messages.unknownMonitor,
        at,
        { name, known: [...known, ...plain], suggestion: isMetric ? undefined : suggestion },
        { notes, fixes },
      ),
    );
  }
  if (!name.startsWith("validation.") || hasPart(watched.data, "validation")) return true;
  const related = [{ span: watched.data.span, message: "this data has no validation part" }];
  return report(
    diagnostic(messages.noValidation, at, { name, data: watched.data.name }, { related }),
  );
}

function listWith(watched: Watched, metric: string): string {
  const names = [...watched.metrics.map((each) => each.name), metric];
  return names.length === 1 ? names[0]! : `(${names.join(", ")})`;
}

/** Whether more is better of a monitored number. */
export function betterOf(watched: Watched, name: string): "higher" | "lower" {
  const metric = watched.metrics.find((each) => name === `validation.${each.name}`);
  return metric ? metric.use.definition.better : "lower";
}
