import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf } from "../../base/source.ts";
import type { Value } from "../../typed/program.ts";
import { withArrow } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { activationOf, lossTerms, type Network } from "../network.ts";

/** A loss that takes logits is given probabilities. */
export const softmaxBeforeCrossEntropy = defineLint({
  code: "NN2006",
  name: "softmax-before-cross-entropy",
  severity: "warning",
  title: "Probabilities for a loss that takes logits",
  reason:
    "cross-entropy applies softmax itself, in one stable formula; softmax twice flattens the gradient, and the loss cannot come near 0",
  source: "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.2.2",
  *run(run, network) {
    for (const { use, operands, span } of lossTerms(run.loss)) {
      const [value] = operands;
      const activation = value && activationOf(value);
      const { name: loss, applies } = use.definition;
      if (!activation || !applies?.includes(activation)) continue;
      const { name } = activation;
      yield {
        span,
        message: `\`${loss}\` takes logits and applies \`${applies[0]!.name}\` itself, and this value has passed through \`${name}\` already; take that stage out`,
        related: [{ span: value.span, message: `\`${name}\` stands here` }],
        fixes: removal(network, value, name),
      };
    }
  },
});

/** Takes the stage out of its chain; its name goes to the stage before, when that has none. */
function removal(network: Network, value: Value, name: string): readonly Fix[] {
  if (value.body.kind !== "activation" || (network.users.get(value) ?? []).length > 0) return [];
  const span = withArrow(value.span);
  const before = value.body.input;
  if (!span || before.body.kind === "input") return [];
  const alias = /\sas\s+\w+\s*$/.exec(textOf(value.span))?.[0].trimEnd() ?? "";
  if (alias !== "" && before.name !== undefined) return [];
  return [{ title: `Take \`${name}\` out`, edits: [{ span, text: alias }] }];
}
