import { divideExactly, known, modulo, print, type Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type { ShapeProblem } from "../definition.ts";
import { features, findAxis, printAxes, spatialPlaces } from "./axes.ts";

/** A convolution wants channels, and 1 to 3 spatial axes. */
export function wrongAxes(layer: string, type: TensorType): ShapeProblem | undefined {
  const axes = features(type);
  if (findAxis(type, "c") === undefined) {
    const last = axes.at(-1);
    const named =
      last === undefined
        ? ""
        : `, as in f32[B, ${printAxes(axes.slice(0, -1)) || "t: 128"}, c: ${print(last.size)}]`;
    return {
      problem: `\`${layer}\` expects an axis \`c\` (the channels) and found [${printAxes(axes)}]: which axis is \`c\`?`,
      help: `name the channels \`c\` in the type of the input${named}, or give them an axis with \`reshape\``,
    };
  }
  const spatial = spatialPlaces(type).length;
  if (spatial >= 1 && spatial <= 3) return undefined;
  return {
    problem: `\`${layer}\` expects 1 to 3 spatial axes besides the batch and \`c\`, and found ${spatial}: [${printAxes(axes)}]`,
    help:
      spatial === 0
        ? "use `dense`, or make spatial axes with `reshape(h: …, w: …, c: …)`"
        : "merge axes with `flatten(over: (…), into: t)`",
  };
}

/** Groups must divide the channels that come in and those that go out. */
export function wrongGroups(
  inputs: Dim,
  outputs: Dim,
  groups: Dim,
  result: TensorType,
): ShapeProblem | undefined {
  for (const [what, channels] of [
    ["channels of the operand", inputs],
    ["channels of the result", outputs],
  ] as const) {
    if (divideExactly(channels, groups) !== undefined) continue;
    const rest = known(modulo(channels, groups));
    const certain = known(channels) !== undefined && known(groups) !== undefined;
    return {
      problem: `\`groups: ${print(groups)}\` must divide the ${what}, and there are ${print(channels)}`,
      notes: rest === undefined ? [] : [`mod(${print(channels)}, ${print(groups)}) is ${rest}`],
      argument: "groups",
      help: "choose a number of groups that divides both",
      ...(certain ? {} : { unproved: result }),
    };
  }
  return undefined;
}
