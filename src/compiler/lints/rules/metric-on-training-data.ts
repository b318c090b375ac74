import type { TypedData } from "../../typed/program.ts";
import { endOf } from "../edits.ts";
import { originOf } from "../../settings/index.ts";
import { metrics } from "../../settings/metrics.ts";
import { defineLint } from "../lint.ts";

/** Metrics are asked for, and no rows are kept apart from training to measure them on. */
export const metricOnTrainingData = defineLint({
  code: "NN2020",
  name: "metric-on-training-data",
  severity: "warning",
  title: "A metric of training data",
  reason:
    "on the rows that it was trained on a network that has learned them by heart looks perfect; a number that is reported comes from rows that training never saw",
  source: "Hastie, Tibshirani, Friedman 2009, The Elements of Statistical Learning, section 7.2",
  *run(run) {
    const written = originOf(run, metrics);
    const { data } = run;
    if (!written || run.metrics.length === 0 || data.sources.length === 0 || keepsApart(data))
      return;
    const only =
      data.sources.length === 1 && data.sources[0]!.part === "all"
        ? data.sources[0]!.source.span
        : undefined;
    const split = "split: (train: 80%, validation: 10%, test: 10%)";
    yield {
      span: written.span,
      message: `\`${data.name}\` keeps no rows apart, so \`${run.metrics.map(({ name }) => name).join("`, `")}\` would be measured on the training rows; write \`${split}\` in \`${data.name}\``,
      related: [{ span: data.span, message: "this data has no validation and no test part" }],
      fixes: only
        ? [{ title: `Write \`${split}\``, edits: [{ span: endOf(only), text: `\n  ${split}` }] }]
        : [],
    };
  },
});

function keepsApart({ split, sources }: TypedData): boolean {
  return (
    split.validation > 0 ||
    split.test > 0 ||
    sources.some(({ part }) => part === "validation" || part === "test")
  );
}
