import { endOf } from "../edits.ts";
import { defineLint } from "../lint.ts";
import { layerOf, normalizationOf, waysOn, type Network } from "../network.ts";

/** A numeric input that is read from a file and goes into the first layer as it is. */
export const inputsNotNormalized = defineLint({
  code: "NN2014",
  name: "inputs-not-normalized",
  severity: "warning",
  title: "Inputs that are not normalised",
  reason:
    "with inputs far from 0, or of very different spreads, the gradients of one layer have all the same sign or very different sizes, and descent zigzags; centre them and divide by their deviation",
  source: "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp, section 4.3",
  *run(run, network) {
    const { data } = run;
    const { sources } = data;
    if (sources.every(({ source }) => source.use.definition.synthetic)) return;
    for (const [input, name] of run.inputs) {
      const field = data.fields.find((each) => each.name === name);
      if (
        field?.type.element.kind !== "f32" ||
        data.normalize.some((each) => each.field === name) ||
        normalizesItself(network, input)
      )
        continue;
      const only =
        sources.length === 1 && sources[0]!.part === "all" && data.normalize.length === 0
          ? sources[0]!.source.span
          : undefined;
      yield {
        span: field.span ?? data.span,
        message: `\`${name}\` goes into \`${run.model.name}\` as the file has it; write \`normalize: standardize\` in \`${data.name}\``,
        fixes: only
          ? [
              {
                title: "Write `normalize: standardize`",
                edits: [{ span: endOf(only), text: "\n  normalize: standardize" }],
              },
            ]
          : [],
      };
    }
  },
});

/** Whether the model's first stage for the input is a normalisation. */
function normalizesItself(network: Network, input: string): boolean {
  const value = network.model.values.find(
    ({ body }) => body.kind === "input" && body.name === input,
  );
  if (!value) return false;
  const ways = waysOn(network, value, (user) => layerOf(user)?.definition.arranges !== true);
  return ways.every(({ end }) => !end || normalizationOf(end) !== undefined);
}
