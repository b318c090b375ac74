import { initializerBefore } from "../../library/defaults.ts";
import { showUse } from "../../typed/show.ts";
import { initialized, initializerFix, type Initialized } from "../next-activation.ts";
import { defineLint } from "../lint.ts";
import { describeFlow } from "../variance.ts";

/** `xavier` before an activation of the rectifier family, with nothing between that would set the size again. */
export const xavierBeforeRectifier = defineLint({
  code: "NN2003",
  name: "xavier-before-rectifier",
  severity: "warning",
  title: "Xavier before a rectifier",
  reason:
    "Xavier keeps the variance through units that are linear around 0; a rectifier cuts off half, so the signal halves in each layer; Kaiming's 2/n_in makes up for it",
  source: "He, Zhang, Ren, Sun 2015, Delving Deep into Rectifiers",
  *network(network) {
    const all = initialized(network);
    for (const each of all.filter(isWrong)) {
      const { layer, settings, activation } = each;
      const write = `${initializerBefore("rectifier").name}(${showUse(activation!)})`;
      const alike = (other: Initialized) =>
        isWrong(other) && showUse(other.activation!) === showUse(activation!);
      yield {
        span: settings.init.origin.span,
        message: `\`${settings.init.use.definition.name}\` is for tanh and sigmoid, and \`${layer.path}\` is followed by \`${activation!.definition.name}\`; write \`${write}\``,
        notes: [describeFlow(network)].filter(Boolean),
        related: [{ span: layer.span, message: `\`${layer.path}\`` }],
        fixes: initializerFix(all, settings.init.origin, alike, write),
      };
    }
  },
});

function isWrong({ settings, activation }: Initialized): boolean {
  return (
    settings.init.use.definition.suits === "saturating" &&
    activation?.definition.family === "rectifier"
  );
}
