import { known, type Dim } from "../../ir/dim.ts";
import type { Use } from "../arguments.ts";
import type { ArgumentProblem, AugmentationDefinition, PictureType } from "../definition.ts";

/** What runs through the definitions of augmentations: which side of a picture an axis is, sizes for the runtime. */

/** A signal lies down the height, with width 1. */
export function sideOf({ axes }: PictureType, axis: string): "height" | "width" | ArgumentProblem {
  const place = axes.findIndex(({ name }) => name === axis);
  if (place >= 0) return place === 0 ? "height" : "width";
  return {
    problem: `the field has no axis \`${axis}\``,
    help: `write ${axes.map(({ name }) => `\`${name}\``).join(" or ")}`,
    argument: "axis",
  };
}

/** A size for each axis, one value standing for all, as height and width. */
export function extents(
  { axes }: PictureType,
  sizes: Dim | readonly Dim[],
): readonly [height: number, width: number] {
  const list = Array.isArray(sizes) ? (sizes as readonly Dim[]) : axes.map(() => sizes as Dim);
  const [height = 1, width = 1] = list.map((size) => known(size)!);
  return [height, width];
}

/** Why sizes do not fit the axes: not one for each, or not known. */
export function extentsProblem(
  { axes }: PictureType,
  sizes: Dim | readonly Dim[],
  argument: string,
): ArgumentProblem | undefined {
  const list = Array.isArray(sizes) ? (sizes as readonly Dim[]) : [sizes as Dim];
  if (list.some((size) => known(size) === undefined))
    return {
      problem: "an augmentation needs sizes that are known",
      help: "write an integer",
      argument,
    };
  if (!Array.isArray(sizes) || list.length === axes.length) return undefined;
  return {
    problem: `${list.length} sizes are given for ${axes.length === 1 ? "1 axis" : `${axes.length} axes`}`,
    help: "write one size for all axes, or one for each",
    argument,
  };
}

/** Both sizes with this new extent. */
export function withExtents(
  picture: PictureType,
  [height, width]: readonly [number, number],
): PictureType {
  const sizes = [height, width];
  return {
    ...picture,
    axes: picture.axes.map(({ name }, place) => ({ name, from: sizes[place]!, to: sizes[place]! })),
  };
}

/** The picture when its short side has become one of these lengths. */
export function withShortSide(picture: PictureType, least: number, most: number): PictureType {
  const sized = (side: number, end: "from" | "to"): readonly number[] => {
    const short = Math.min(...picture.axes.map((axis) => axis[end]));
    return picture.axes.map((axis) => Math.max(side, Math.round((axis[end] * side) / short)));
  };
  const [from, to] = [sized(least, "from"), sized(most, "to")];
  return {
    ...picture,
    axes: picture.axes.map(({ name }, place) => ({ name, from: from[place]!, to: to[place]! })),
  };
}

/** A region that must lie inside of the picture. */
export function regionProblem(
  picture: PictureType,
  extent: readonly [number, number],
  argument: string,
): ArgumentProblem | undefined {
  const place = picture.axes.findIndex(({ from }, index) => extent[index]! > from);
  if (place < 0) return undefined;
  const { name, from } = picture.axes[place]!;
  return {
    problem: `a region of ${extent[place]} does not fit into \`${name}\`, which is ${from}`,
    help: `write ${from} or less`,
    argument,
  };
}

export function isProblem(value: object): value is ArgumentProblem {
  return "problem" in value;
}

/** Why a use does not fit the field at all: a signal where only images go. */
function kindProblem(
  { name, applies }: AugmentationDefinition,
  { axes }: PictureType,
): ArgumentProblem | undefined {
  if (applies === "rows")
    return {
      problem: `\`${name}\` blends whole rows, so it stands by itself at the end of \`augment\``,
      help: `write \`… then ${name}(…)\` outside of other augmentations`,
    };
  if (applies === "any" || axes.length === 2) return undefined;
  return {
    problem: `\`${name}\` needs images, with the axes \`h\` and \`w\`, and this field has only \`${axes[0]?.name ?? ""}\``,
    help: "leave it out",
  };
}

/** The picture after a sequence, or the first reason why it does not go through. */
export function throughSteps(
  picture: PictureType,
  steps: readonly Use[],
): PictureType | (ArgumentProblem & { readonly step: Use }) {
  let current = picture;
  for (const step of steps) {
    const { definition } = step;
    if (definition.kind !== "augmentation") continue;
    const next = kindProblem(definition, current) ?? definition.infer(current, step.arguments);
    if (isProblem(next)) return { ...next, step };
    current = next;
  }
  return current;
}

/** The same for steps that are only done now and then: the size must stay. */
export function throughOptional(
  picture: PictureType,
  steps: readonly Use[],
  owner: string,
): PictureType | ArgumentProblem {
  const after = throughSteps(picture, steps);
  if (isProblem(after)) return { problem: after.problem, help: after.help };
  const same = after.axes.every(
    ({ from, to }, place) => from === picture.axes[place]!.from && to === picture.axes[place]!.to,
  );
  return same
    ? picture
    : {
        problem: `what stands in \`${owner}\` is not always done, so it must keep the size`,
        help: "cut or resize outside of it",
      };
}
