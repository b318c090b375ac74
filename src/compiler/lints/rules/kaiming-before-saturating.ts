import { initialized, initializerFix, type Initialized } from "../next-activation.ts";
import { defineLint } from "../lint.ts";
import { describeFlow } from "../variance.ts";

const bounded = ["tanh", "sigmoid", "softsign", "hard_tanh", "hard_sigmoid"];

/** `kaiming` with a rectifier's gain before an activation that saturates. */
export const kaimingBeforeSaturating = defineLint({
  code: "NN2002",
  name: "kaiming-before-saturating",
  severity: "warning",
  title: "Kaiming before an activation that saturates",
  reason:
    "Kaiming's variance 2/n_in makes up for the half that ReLU cuts off; tanh and sigmoid cut nothing off, so their inputs grow and saturate, where the gradient vanishes; Xavier is made for them",
  source: "Glorot, Bengio 2010; He, Zhang, Ren, Sun 2015",
  *network(network) {
    const all = initialized(network);
    for (const each of all.filter(isWrong)) {
      const { layer, settings, activation } = each;
      const found = activation!.definition.name;
      yield {
        span: settings.init.origin.span,
        message: `\`kaiming\` is for rectifiers, and \`${layer.path}\` is followed by \`${found}\`; write \`xavier\``,
        notes: [describeFlow(network)].filter(Boolean),
        related: [{ span: layer.span, message: `\`${layer.path}\`` }],
        fixes: initializerFix(
          all,
          settings.init.origin,
          (other) => isWrong(other) || other.activation === undefined,
          "xavier",
        ),
      };
    }
  },
});

function isWrong({ settings, activation }: Initialized): boolean {
  const { definition, arguments: values } = settings.init.use;
  if (definition.name !== "kaiming" || !activation || !bounded.includes(activation.definition.name))
    return false;
  const given = values["activation"];
  // `kaiming(tanh)` asks for tanh's own gain.
  return !(
    typeof given === "object" &&
    "definition" in given &&
    bounded.includes(given.definition.name)
  );
}
