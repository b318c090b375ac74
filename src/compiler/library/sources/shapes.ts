import { equalDims, known } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { defineSource } from "../define.ts";

/** A picture of one channel, and a label of its three kinds for each of its pixels. */
function fits([picture, mask, ...others]: readonly TensorType[]): boolean {
  const pixels = picture?.axes.slice(1, 3) ?? [];
  return (
    picture?.element.kind === "f32" &&
    picture.axes.length === 4 &&
    known(picture.axes[3]!.size) === 1 &&
    mask?.element.kind === "class" &&
    known(mask.element.count) === 3 &&
    mask.axes.length === 3 &&
    pixels.every(({ size }, index) => equalDims(size, mask.axes[index + 1]!.size)) &&
    others.length === 0
  );
}

export const shapes = defineSource({
  name: "shapes",
  summary:
    "Small drawn pictures of a disc and a square, with a label for every pixel: a task of segmentation.",
  formula:
    "a disc and a square of sides 1/4 to 1/2 of the picture, evenly drawn places, the square in front; brightness of ground and shapes evenly drawn from 0 .. 0.3 and 0.5 .. 1, plus noise N(0, 1); labels 0 ground, 1 disc, 2 square",
  arguments: {
    pictures: { kind: "integer", minimum: 1, default: 300, summary: "How many are drawn." },
    noise: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0.05,
      summary: "The standard deviation of the noise.",
    },
    seed: { kind: "integer", named: true, minimum: 0, default: 0, summary: "Which pictures." },
  },
  runtime: { files: ["make-shapes.ts"], read: "makeShapes" },
  paths: [],
  synthetic: true,
  fields: (types) =>
    fits(types)
      ? undefined
      : "for `shapes` two fields, a picture such as `f32[B, h: 16, w: 16, c: 1]` and then its labels, `class[B, h: 16, w: 16] of 3`",
  example: "source: shapes(300, noise: 0.05)",
  pitfalls:
    "Most pixels are ground, so a model that sees nothing is right about three times out of four: look at `confusion` besides `accuracy`.",
});
