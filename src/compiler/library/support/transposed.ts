import {
  add,
  compareDims,
  known,
  multiply,
  print,
  size,
  subtract,
  type Dim,
} from "../../ir/dim.ts";
import type { Window } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import type { ShapeProblem, Sight } from "../definition.ts";
import { asList, callAxis, isProblem, spatialPlaces } from "./axes.ts";

type OneOrEach = Dim | readonly Dim[];

/** A transposed window as written: one entry for all spatial axes, or one for each. */
export interface WrittenTransposed {
  readonly kernel: OneOrEach;
  readonly stride: OneOrEach;
  readonly padding: OneOrEach;
  readonly output_padding: OneOrEach;
  readonly dilation: OneOrEach;
}

interface TransposedAxis<Size> {
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly outputPadding: Size;
  readonly dilation: Size;
}

const written = ["kernel", "stride", "padding", "output_padding", "dilation"] as const;

/** The transposed windows along the spatial axes, or the argument that has too many or too few entries. */
function axesOf(
  layer: string,
  type: TensorType,
  values: WrittenTransposed,
): readonly TransposedAxis<Dim>[] | ShapeProblem {
  const count = spatialPlaces(type).length;
  for (const argument of written) {
    const given = asList(values[argument]).length;
    if (given !== 1 && given !== count)
      return {
        problem: `\`${layer}\` expects one \`${argument}\` for all spatial axes or one for each of the ${count}, and found ${given}`,
        argument,
        help: count === 1 ? "write one value" : `write one value, or ${count} in brackets`,
      };
  }
  return Array.from({ length: count }, (_, index) => ({
    kernel: entry(values.kernel, index),
    stride: entry(values.stride, index),
    padding: entry(values.padding, index),
    outputPadding: entry(values.output_padding, index),
    dilation: entry(values.dilation, index),
  }));
}

function entry(value: OneOrEach, index: number): Dim {
  const list = asList<Dim>(value);
  return list.length === 1 ? list[0]! : list[index]!;
}

/** (n − 1)·stride + (kernel − 1)·dilation + outputPadding + 1: the result before the padding is cut off on both sides. */
function whole(length: Dim, axis: TransposedAxis<Dim>): Dim {
  return add(
    multiply(subtract(length, size(1)), axis.stride),
    multiply(subtract(axis.kernel, size(1)), axis.dilation),
    axis.outputPadding,
    size(1),
  );
}

function cut(axis: TransposedAxis<Dim>): Dim {
  return multiply(size(2), axis.padding);
}

/** The type after the transposed windows, or why they do not fit. */
export function widen(
  layer: string,
  type: TensorType,
  values: WrittenTransposed,
): TensorType | ShapeProblem {
  const axes = axesOf(layer, type, values);
  if (isProblem(axes)) return axes;
  const places = spatialPlaces(type);
  const result = {
    ...type,
    axes: type.axes.map((axis, place) => {
      const own = axes[places.indexOf(place)];
      return own ? { ...axis, size: subtract(whole(axis.size, own), cut(own)) } : axis;
    }),
  };
  for (const [index, place] of places.entries()) {
    const problem = cutsAll(layer, type, place, axes[index]!) ?? padsTooFar(layer, axes[index]!);
    if (problem)
      return problem.certain ? problem.problem : { ...problem.problem, unproved: result };
  }
  return result;
}

interface Found {
  readonly problem: ShapeProblem;
  readonly certain: boolean;
}

/** At least one place is left when the padding is cut off. */
function cutsAll(
  layer: string,
  type: TensorType,
  place: number,
  axis: TransposedAxis<Dim>,
): Found | undefined {
  const made = whole(type.axes[place]!.size, axis);
  const comparison = compareDims(made, cut(axis));
  // Both are whole numbers, and `at least` leaves open whether they are equal.
  if (comparison === "greater" || holdsAbove(made, cut(axis))) return undefined;
  const certain = comparison === "less" || comparison === "equal";
  return {
    certain,
    problem: {
      problem: `the padding of \`${layer}\` ${certain ? "leaves" : "may leave"} nothing of the axis ${callAxis(type, place)}: ${print(made)} places are made, and ${print(cut(axis))} are cut off`,
      argument: "padding",
      help: "write a smaller padding",
    },
  };
}

function holdsAbove(made: Dim, cutOff: Dim): boolean {
  return ["equal", "greater", "at least"].includes(compareDims(made, add(cutOff, size(1))));
}

/** More than a stride (or a dilation) at the end would be places that another size of the operand gives. */
function padsTooFar(
  layer: string,
  { outputPadding, stride, dilation }: TransposedAxis<Dim>,
): Found | undefined {
  const sides = [compareDims(outputPadding, stride), compareDims(outputPadding, dilation)];
  if (sides.includes("less")) return undefined;
  return {
    certain: sides.every((side) => side === "equal" || side === "greater" || side === "at least"),
    problem: {
      problem: `\`output_padding\` of \`${layer}\` must be smaller than the stride or the dilation (${print(stride)} and ${print(dilation)}), and it is ${print(outputPadding)}`,
      argument: "output_padding",
      help: "write a smaller one",
    },
  };
}

/** How each spatial size is calculated: `h = (14 - 1) * 2 - 2 * 1 + (3 - 1) + 1 + 1 = 28`. */
export function transposedArithmetic(
  layer: string,
  type: TensorType,
  values: WrittenTransposed,
): readonly string[] {
  const axes = axesOf(layer, type, values);
  if (isProblem(axes)) return [];
  return spatialPlaces(type).map((place, index) => {
    const own = axes[index]!;
    const length = type.axes[place]!.size;
    const result = subtract(whole(length, own), cut(own));
    const dilated = print(own.dilation) === "1" ? "" : ` * ${print(own.dilation)}`;
    const formula = `(${print(length)} - 1) * ${print(own.stride)} - 2 * ${print(own.padding)} + (${print(own.kernel)} - 1)${dilated} + ${print(own.outputPadding)} + 1`;
    return `${callAxis(type, place).replaceAll("`", "")} = ${formula}${known(result) === undefined ? "" : ` = ${print(result)}`}`;
  });
}

/**
 * What a place sees: operand i reaches result stride·i + dilation·k − padding for every k, so a result sees at most
 * ⌊(kernel − 1)·dilation / stride⌋ + 1 of them, and its neighbour sees 1 / stride further.
 */
export function transposedSights(
  type: TensorType,
  values: WrittenTransposed,
  number: (dim: Dim) => number,
): readonly Sight[] {
  return spatialPlaces(type).map((_, index) => {
    const stride = number(entry(values.stride, index));
    const reach = (number(entry(values.kernel, index)) - 1) * number(entry(values.dilation, index));
    return { reach: Math.floor(reach / stride), jump: 1 / stride };
  });
}

/** The product of the strides: how many places of the result there are for one of the operand. */
export function stridesOf(type: TensorType, { stride }: WrittenTransposed): number {
  return spatialPlaces(type).reduce(
    (product, _, index) => product * (known(entry(stride, index)) ?? 1),
    1,
  );
}

/** A transposed window in numbers: that of the convolution that it transposes, and what is left to add at the ends. */
export interface Transposed {
  readonly window: Window;
  /** The spatial sizes that the convolution starts from. */
  readonly lengths: readonly number[];
  /** Places that nothing reaches. */
  readonly beyond: readonly number[];
}

export function transposedInNumbers(
  lengths: readonly number[],
  values: WrittenTransposed,
  number: (dim: Dim) => number,
): Transposed {
  const axes = lengths.map((length, index) =>
    alongAxis(length, {
      kernel: number(entry(values.kernel, index)),
      stride: number(entry(values.stride, index)),
      padding: number(entry(values.padding, index)),
      outputPadding: number(entry(values.output_padding, index)),
      dilation: number(entry(values.dilation, index)),
    }),
  );
  return {
    window: {
      size: axes.map(({ axis }) => axis.kernel),
      stride: axes.map(({ axis }) => axis.stride),
      dilation: axes.map(({ axis }) => axis.dilation),
      low: axes.map(({ axis }) => axis.padding),
      high: axes.map(({ high }) => high),
    },
    lengths: axes.map((each) => each.length),
    beyond: axes.map((each) => each.beyond),
  };
}

/**
 * Output padding below the stride is what the convolution would not look at. More of it takes back what padding cuts off at the end,
 * and beyond that nothing reaches it.
 */
function alongAxis(
  length: number,
  axis: TransposedAxis<number>,
): {
  readonly axis: TransposedAxis<number>;
  readonly high: number;
  readonly length: number;
  readonly beyond: number;
} {
  const { kernel, stride, padding, outputPadding, dilation } = axis;
  const full = (length - 1) * stride + (kernel - 1) * dilation + 1;
  if (outputPadding < stride)
    return { axis, high: padding, length: full - 2 * padding + outputPadding, beyond: 0 };
  const high = Math.max(0, padding - outputPadding);
  return {
    axis,
    high,
    length: full - padding - high,
    beyond: Math.max(0, outputPadding - padding),
  };
}
