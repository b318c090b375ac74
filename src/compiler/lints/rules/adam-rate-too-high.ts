import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf } from "../../base/source.ts";
import type { TypedRun } from "../../typed/program.ts";
import { callIn } from "../edits.ts";
import { defineLint } from "../lint.ts";

/** Adam with more than ten times its usual rate. */
export const adamRateTooHigh = defineLint({
  code: "NN2012",
  name: "adam-rate-too-high",
  severity: "warning",
  title: "A high rate for Adam",
  reason:
    "Adam's steps are about as long as its rate, whatever the gradient; 1e-3 or 5e-4 is a good start for most models, and more than ten times that seldom learns",
  source: "Kingma, Ba 2015, Adam",
  *run(run) {
    const { definition, arguments: values } = run.optimizer.use;
    const rate = values["rate"];
    if (
      definition.normalizedSteps !== true ||
      definition.usualRate === undefined ||
      typeof rate !== "number" ||
      rate <= 10 * definition.usualRate
    )
      return;
    yield {
      span: run.optimizer.origin.span,
      message: `the rate ${rate} is more than ten times the usual ${definition.usualRate} of \`${definition.name}\`; write \`${definition.name}(${written(definition.usualRate)})\``,
      fixes: lowered(run.optimizer),
    };
  },
});

/** `1e-3`, as people write it. */
function written(rate: number): string {
  return rate.toExponential();
}

/** The rate itself, where it is written as a number. */
function lowered({ use, origin }: TypedRun["optimizer"]): readonly Fix[] {
  const { name, rate, usualRate } = use.definition;
  const call = callIn(origin.span, name);
  const found =
    call?.arguments &&
    new RegExp(`^\\s*(?:${rate}\\s*:\\s*)?(\\d[\\w.-]*)`).exec(textOf(call.arguments));
  if (!found) return [];
  const { source, start } = call.arguments;
  const end = start + found[0].length;
  const text = written(usualRate!);
  const edits = [{ span: { source, start: end - found[1]!.length, end }, text }];
  return [{ title: `Write \`${text}\``, edits }];
}
