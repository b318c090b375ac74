import { initializerBefore } from "../../library/defaults.ts";
import type { Definition } from "../../library/definition.ts";
import { initialized, initializerFix, type Initialized } from "../next-activation.ts";
import { defineLint } from "../lint.ts";
import { describeFlow } from "../variance.ts";

const instead = initializerBefore("saturating").name;

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
        message: `\`${settings.init.use.definition.name}\` is for rectifiers, and \`${layer.path}\` is followed by \`${found}\`; write \`${instead}\``,
        notes: [describeFlow(network)].filter(Boolean),
        related: [{ span: layer.span, message: `\`${layer.path}\`` }],
        fixes: initializerFix(
          all,
          settings.init.origin,
          (other) => isWrong(other) || other.activation === undefined,
          instead,
        ),
      };
    }
  },
});

function isWrong({ settings, activation }: Initialized): boolean {
  const { definition, arguments: values } = settings.init.use;
  if (definition.suits !== "rectifier" || !activation?.definition.saturates) return false;
  const given = values["activation"];
  // `kaiming(tanh)` asks for tanh's own gain.
  return !(typeof given === "object" && "definition" in given && isBounded(given.definition));
}

function isBounded(definition: Definition): boolean {
  return definition.kind === "activation" && definition.saturates !== undefined;
}
