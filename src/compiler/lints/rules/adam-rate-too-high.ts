import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf, type Span } from "../../base/source.ts";
import { defineLint } from "../lint.ts";

const usual = 1e-3;

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
    if (!/^adamw?$/.test(definition.name) || typeof rate !== "number" || rate <= 10 * usual) return;
    yield {
      span: run.optimizer.origin.span,
      message: `the rate ${rate} is more than ten times the usual ${usual} of \`${definition.name}\`; write \`${definition.name}(1e-3)\``,
      fixes: lowered(run.optimizer.origin.span),
    };
  },
});

/** The rate itself, where it is written as a number. */
function lowered(optimizer: Span): readonly Fix[] {
  const written = /^adamw?\s*\(\s*(?:rate\s*:\s*)?(\d[\w.-]*)/.exec(textOf(optimizer));
  if (!written) return [];
  const end = optimizer.start + written[0].length;
  return [
    {
      title: "Write `1e-3`",
      edits: [
        { span: { source: optimizer.source, start: end - written[1]!.length, end }, text: "1e-3" },
      ],
    },
  ];
}
