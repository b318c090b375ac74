import { defineAugmentation } from "../define.ts";
import { sideOf } from "../support/pictures.ts";

export const flip = defineAugmentation({
  name: "flip",
  summary: "Mirrors along an axis with a chance: `flip(w)` swaps left and right.",
  formula: "x'[i] = x[n - 1 - i] along the axis with probability `chance`, otherwise x' = x",
  arguments: {
    axis: {
      kind: "axis",
      summary: "The axis that is turned round: `w`, `h`, or that of a signal.",
    },
    chance: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "minimum",
      default: 0.5,
      summary: "How often.",
    },
  },
  quick: true,
  turns: ({ axis }) => ({ degrees: "mirrored", written: `flip(${axis})` }),
  applies: "any",
  infer: (picture, { axis }) => {
    const side = sideOf(picture, axis);
    return typeof side === "string" ? picture : side;
  },
  runtime: { files: ["augment-place.ts", "views.ts"] },
  train: (picture, { axis, chance }) => ({
    make: "flip",
    arguments: [sideNamed(picture, axis), chance],
  }),
  views: {
    call: (picture, { axis }) => ({ make: "flipViews", arguments: [sideNamed(picture, axis)] }),
    count: () => 2,
  },
  example: "augment: flip(w)",
  pitfalls:
    "Not for pictures whose classes differ by it: a mirrored b is a d, a mirrored digit is none. In `predict: average(…)` both views are taken.",
  techniques: ["C3", "C10"],
});

function sideNamed(picture: Parameters<typeof sideOf>[0], axis: string): string {
  const side = sideOf(picture, axis);
  return typeof side === "string" ? side : "width";
}
