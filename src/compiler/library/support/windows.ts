import {
  add,
  ceilDivide,
  compareDims,
  floorDivide,
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

type Padding = "same" | "valid" | Dim;

/** A window as written: one entry for all spatial axes, or one for each. */
export interface WrittenWindow {
  readonly kernel: Dim | readonly Dim[];
  readonly stride: Dim | readonly Dim[];
  readonly dilation: Dim | readonly Dim[];
  readonly padding: Padding | readonly Padding[];
}

/** The window along one spatial axis. */
interface AxisWindow {
  readonly kernel: Dim;
  readonly stride: Dim;
  readonly dilation: Dim;
  readonly padding: Padding;
}

/** The windows along the spatial axes of `type`, or the argument that has too many or too few entries. */
export function spatialWindows(
  layer: string,
  type: TensorType,
  written: WrittenWindow,
): readonly AxisWindow[] | ShapeProblem {
  const count = spatialPlaces(type).length;
  for (const argument of ["kernel", "stride", "dilation", "padding"] as const) {
    const given = asList<unknown>(written[argument]).length;
    if (given !== 1 && given !== count) return wrongCount(layer, argument, given, count);
  }
  return Array.from({ length: count }, (_, index) => ({
    kernel: entry(written.kernel, index),
    stride: entry(written.stride, index),
    dilation: entry(written.dilation, index),
    padding: entry(written.padding, index),
  }));
}

/** One entry stands for all axes, otherwise each axis has its own. */
function entry<Item>(value: Item | readonly Item[], index: number): Item {
  const list = asList(value);
  return (list.length === 1 ? list[0] : list[index]) as Item;
}

function wrongCount(layer: string, argument: string, given: number, count: number): ShapeProblem {
  return {
    problem: `\`${layer}\` expects one \`${argument}\` for all spatial axes or one for each of the ${count}, and found ${given}`,
    argument,
    help: count === 1 ? "write one value" : `write one value, or ${count} in brackets`,
  };
}

/** (kernel − 1)·dilation + 1: how many places a window covers. */
function reach(window: AxisWindow): Dim {
  return add(multiply(subtract(window.kernel, size(1)), window.dilation), size(1));
}

/** The size with its padding on both sides; `same` always makes room. */
function padded(length: Dim, window: AxisWindow): Dim {
  return typeof window.padding === "string"
    ? length
    : add(length, multiply(size(2), window.padding));
}

/** `same`: ceil(n / stride); otherwise floor((n + 2·padding − reach) / stride) + 1. */
function outputSize(length: Dim, window: AxisWindow): Dim {
  if (window.padding === "same") return ceilDivide(length, window.stride);
  return add(floorDivide(subtract(padded(length, window), reach(window)), window.stride), size(1));
}

/** The type after sliding the windows over the spatial axes, or why they do not fit. */
export function slide(
  layer: string,
  type: TensorType,
  written: WrittenWindow,
): TensorType | ShapeProblem {
  const windows = spatialWindows(layer, type, written);
  if (isProblem(windows)) return windows;
  const places = spatialPlaces(type);
  const axes = type.axes.map((axis, place) => {
    const index = places.indexOf(place);
    return index < 0 ? axis : { ...axis, size: outputSize(axis.size, windows[index]!) };
  });
  const result = { ...type, axes };
  for (const [index, place] of places.entries()) {
    const problem = fits(layer, type, place, windows[index]!, result);
    if (problem) return problem;
  }
  return result;
}

function fits(
  layer: string,
  type: TensorType,
  place: number,
  window: AxisWindow,
  result: TensorType,
): ShapeProblem | undefined {
  if (window.padding === "same") return undefined;
  const [room, needed] = [padded(type.axes[place]!.size, window), reach(window)];
  const comparison = compareDims(room, needed);
  if (comparison === "equal" || comparison === "greater" || comparison === "at least")
    return undefined;
  const certain = comparison === "less";
  const axis = callAxis(type, place);
  return {
    problem: certain
      ? `the window of \`${layer}\` is larger than the axis ${axis}: it needs ${print(needed)} and finds ${print(room)}`
      : `the window of \`${layer}\` needs ${print(needed)} places along ${axis}, and ${print(room)} is not proved to be as large`,
    notes: arithmetic(type.axes[place]!.size, window),
    help: certain
      ? "use a smaller window, or `padding: same`"
      : `use \`padding: same\`, or give the size a lower bound (\`dim T in ${print(needed)} .. 512\`)`,
    ...(certain ? {} : { unproved: result }),
  };
}

function arithmetic(length: Dim, window: AxisWindow): readonly string[] {
  const padding = typeof window.padding === "string" ? size(0) : window.padding;
  const [n, k, s, d, p] = [length, window.kernel, window.stride, window.dilation, padding].map(
    print,
  );
  const covered = d === "1" ? `${k}` : `((${k} - 1) * ${d} + 1)`;
  return [`the result would be floor((${n} + 2 * ${p} - ${covered}) / ${s}) + 1`];
}

/** Padding as wide as the window would make windows that see nothing but padding. */
export function padsTooMuch(layer: string, written: WrittenWindow): ShapeProblem | undefined {
  for (const [index, padding] of asList<Padding>(written.padding).entries()) {
    if (typeof padding === "string") continue;
    const kernel = entry(written.kernel, index);
    if (!["equal", "greater", "at least"].includes(compareDims(padding, kernel))) continue;
    return {
      problem: `the padding of \`${layer}\` must be smaller than its window (${print(kernel)}), and it is ${print(padding)}`,
      argument: "padding",
      help: "write a smaller padding, or `padding: same`",
    };
  }
  return undefined;
}

/** The window in numbers, for arrays whose spatial sizes are `lengths`. `same` puts the odd zero at the end. */
export function windowInNumbers(
  lengths: readonly number[],
  written: WrittenWindow,
  number: (dim: Dim) => number,
): Window {
  const axes = lengths.map((length, index) => {
    const [kernel, stride, dilation] = [written.kernel, written.stride, written.dilation].map(
      (each) => number(entry(each, index)),
    ) as [number, number, number];
    const padding = entry<Padding>(written.padding, index);
    const [low, high] = paddingInNumbers(
      length,
      kernel,
      stride,
      dilation,
      typeof padding === "string" ? padding : number(padding),
    );
    return { kernel, stride, dilation, low, high };
  });
  return {
    size: axes.map((axis) => axis.kernel),
    stride: axes.map((axis) => axis.stride),
    dilation: axes.map((axis) => axis.dilation),
    low: axes.map((axis) => axis.low),
    high: axes.map((axis) => axis.high),
  };
}

function paddingInNumbers(
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: string | number,
): [number, number] {
  if (typeof padding === "number") return [padding, padding];
  if (padding === "valid") return [0, 0];
  const total = Math.max(
    0,
    (Math.ceil(length / stride) - 1) * stride + (kernel - 1) * dilation + 1 - length,
  );
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** What a window sees along each spatial axis: (kernel − 1)·dilation places beyond the first, stride from one window to the next. */
export function sightsOf(
  type: TensorType,
  written: Pick<WrittenWindow, "kernel" | "stride" | "dilation">,
  number: (dim: Dim) => number,
): readonly Sight[] {
  return spatialPlaces(type).map((_, index) => ({
    reach: (number(entry(written.kernel, index)) - 1) * number(entry(written.dilation, index)),
    jump: number(entry(written.stride, index)),
  }));
}

/** The product of all of them; 1 of none. */
export function productOf(dims: readonly Dim[]): Dim {
  return multiply(size(1), ...dims);
}

/** The kernel with one entry for each spatial axis. */
export function kernelFor(type: TensorType, kernel: Dim | readonly Dim[]): readonly Dim[] {
  return spatialPlaces(type).map((_, index) => entry(kernel, index));
}
