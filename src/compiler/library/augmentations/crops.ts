import { defineAugmentation } from "../define.ts";
import type { Dim } from "../../ir/dim.ts";
import { known } from "../../ir/dim.ts";
import type { PictureType } from "../definition.ts";
import { extents, extentsProblem, withExtents } from "../support/pictures.ts";

/** The lengths of the short side, as given; none leaves the picture as it is. */
function scales(from: Dim | readonly Dim[] | undefined): readonly number[] {
  if (from === undefined) return [];
  return (Array.isArray(from) ? (from as readonly Dim[]) : [from as Dim]).map(
    (size) => known(size) ?? 0,
  );
}

function problem(
  picture: PictureType,
  n: Dim | readonly Dim[],
  from: Dim | readonly Dim[] | undefined,
) {
  const extent = extents(picture, n);
  const small = scales(from).find((side) => side < Math.max(...extent));
  if (small !== undefined)
    return {
      problem: `crops of ${Math.max(...extent)} do not fit into pictures of ${small}`,
      help: "write a larger `from`",
      argument: "from",
    };
  const short = Math.min(...picture.axes.map((axis) => axis.from));
  if (from === undefined && short < Math.max(...extent))
    return {
      problem: `crops of ${Math.max(...extent)} do not fit into pictures of ${short}`,
      help: `write \`from: ${Math.max(...extent)}\` or more, to which pictures are resized first`,
      argument: "n",
    };
  return undefined;
}

export const crops = defineAugmentation({
  name: "crops",
  summary:
    "Five fixed views for prediction: the four corners and the middle, at one or several scales.",
  formula:
    "the short side resized to each of `from`, then regions of n at the corners and in the middle; 5 views for each scale",
  source: "Krizhevsky, Sutskever, Hinton 2012, section 4.1; Simonyan, Zisserman 2015, section 3.2",
  arguments: {
    n: { kind: "size", list: true, summary: "The size of the views: that of the model's input." },
    from: {
      kind: "size",
      list: true,
      named: true,
      optional: true,
      summary: "The short side before cutting, one or several; the picture as it is when left out.",
    },
  },
  applies: "images",
  infer: (picture, { n, from }) =>
    extentsProblem(picture, n, "n") ??
    problem(picture, n, from) ??
    withExtents(picture, extents(picture, n)),
  runtime: { files: ["views.ts"] },
  views: {
    call: (picture, { n, from }) => ({
      make: "cropViews",
      arguments: [...extents(picture, n), ...scales(from)],
    }),
    count: ({ from }) => 5 * Math.max(1, scales(from).length),
  },
  example: "predict: average(crops(28, from: 32) then flip(w))",
  pitfalls: "Ten views cost ten predictions.",
  techniques: ["C10"],
});
