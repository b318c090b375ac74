import { compareDims, print, size, type Dim } from "../../ir/dim.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import type { Inferred, LowerContext, ShapeProblem, Sight } from "../definition.ts";
import {
  asList,
  callAxis,
  features,
  findAxis,
  noSuchAxis,
  notNumbers,
  printAxes,
  spatialPlaces,
} from "./axes.ts";
import { windowArithmetic } from "./window-arithmetic.ts";
import { padsTooMuch, sightsOf, slide, windowInNumbers, type WrittenWindow } from "./windows.ts";
import { axesOf } from "./arrange.ts";

/** The arguments that max_pool and avg_pool share. */
export const poolArguments = {
  window: {
    kind: "size",
    list: true,
    optional: true,
    summary: "The size of the window, one for all spatial axes or one for each.",
  },
  stride: {
    kind: "size",
    list: true,
    optional: true,
    summary: "How far the window moves; as far as it is wide when left out.",
  },
  padding: {
    kind: "symbol or size",
    choices: ["same", "valid"],
    list: true,
    default: "valid",
    summary:
      "`valid` pads nothing; `same` keeps ceil(h / stride) places, the odd one at the end; a number pads so many on both sides. Padding never counts.",
  },
  over: {
    kind: "axis",
    list: true,
    named: true,
    optional: true,
    summary: "Axes to pool away whole, in place of a window: `over: (h, w)`.",
  },
  grid: {
    kind: "size",
    list: true,
    named: true,
    optional: true,
    summary:
      "How many places to keep along each spatial axis, in place of a window (adaptive pooling).",
  },
} as const;

export interface PoolValues {
  readonly window: Dim | readonly Dim[] | undefined;
  readonly stride: Dim | readonly Dim[] | undefined;
  readonly padding: WrittenWindow["padding"];
  readonly over: string | readonly string[] | undefined;
  readonly grid: Dim | readonly Dim[] | undefined;
}

function written(values: PoolValues): WrittenWindow {
  return {
    kernel: values.window!,
    stride: values.stride ?? values.window!,
    dilation: size(1),
    padding: values.padding,
  };
}

export function inferPool(layer: string, type: TensorType, values: PoolValues): Inferred {
  const wrong = notNumbers(layer, type) ?? wrongForm(layer, type, values);
  if (wrong) return wrong;
  if (values.over !== undefined) return poolAway(layer, type, asList(values.over));
  if (spatialPlaces(type).length > 3 || spatialPlaces(type).length === 0)
    return wrongRank(layer, type);
  if (values.grid !== undefined) return poolToGrid(layer, type, asList(values.grid));
  return padsTooMuch(layer, written(values)) ?? slide(layer, type, written(values));
}

/** How the sizes of the result are calculated, where there is a window. */
export function poolArithmetic(
  layer: string,
  type: TensorType,
  values: PoolValues,
): readonly string[] {
  return values.window === undefined ? [] : windowArithmetic(layer, type, written(values));
}

/** What a place sees: a window, or whole axes. */
export function poolSights(
  type: TensorType,
  values: PoolValues,
  number: (dim: Dim) => number,
): readonly Sight[] | "all" {
  if (values.grid !== undefined) return "all";
  return values.window === undefined ? [] : sightsOf(type, written(values), number);
}

/** Exactly one of a window, `over` and `grid`. */
function wrongForm(layer: string, type: TensorType, values: PoolValues): ShapeProblem | undefined {
  const given = (["window", "over", "grid"] as const).filter((name) => values[name] !== undefined);
  if (given.length === 1) return undefined;
  const names = spatialPlaces(type).flatMap((place) => type.axes[place]!.name ?? []);
  const over =
    names.length === 0
      ? ""
      : `, or \`${layer}(over: ${names.length === 1 ? names[0] : `(${names.join(", ")})`})\` to pool whole axes away`;
  return {
    problem:
      given.length === 0
        ? `\`${layer}\` expects a window, \`over\` or \`grid\`, and found none of them`
        : `\`${layer}\` expects one of a window, \`over\` and \`grid\`, and found ${given.map((name) => `\`${name}\``).join(" and ")}`,
    help: `write \`${layer}(2)\` for windows of 2${over}`,
    ...(given.length === 0 ? {} : { argument: given.at(-1)! }),
  };
}

function wrongRank(layer: string, type: TensorType): ShapeProblem {
  return {
    problem: `\`${layer}\` expects 1 to 3 spatial axes besides the batch and \`c\`, and found ${spatialPlaces(type).length}: [${printAxes(features(type))}]`,
    help: "pool before `flatten`, or name the spatial axes in the type of the input (`f32[B, h: 28, w: 28, c: 1]`)",
  };
}

function poolAway(layer: string, type: TensorType, names: readonly string[]): Inferred {
  for (const name of names)
    if (findAxis(type, name) === undefined) return noSuchAxis(layer, "over", name, type);
  return {
    ...type,
    axes: type.axes.filter(
      (axis, place) => place === 0 || axis.name === undefined || !names.includes(axis.name),
    ),
  };
}

function poolToGrid(layer: string, type: TensorType, grid: readonly Dim[]): Inferred {
  const places = spatialPlaces(type);
  if (grid.length !== 1 && grid.length !== places.length)
    return {
      problem: `\`${layer}\` expects one \`grid\` for all spatial axes or one for each of the ${places.length}, and found ${grid.length}`,
      argument: "grid",
    };
  const kept = (place: number): Dim => grid[grid.length === 1 ? 0 : places.indexOf(place)]!;
  const result = {
    ...type,
    axes: type.axes.map((axis, place) =>
      places.includes(place) ? { ...axis, size: kept(place) } : axis,
    ),
  };
  for (const place of places) {
    const comparison = compareDims(type.axes[place]!.size, kept(place));
    if (comparison === "equal" || comparison === "greater" || comparison === "at least") continue;
    const certain = comparison === "less";
    return {
      problem: `\`${layer}\` cannot keep ${print(kept(place))} places along ${callAxis(type, place)}: there ${certain ? "are" : "may be fewer than"} ${certain ? print(type.axes[place]!.size) : `that (${print(type.axes[place]!.size)})`}`,
      argument: "grid",
      help: "write a smaller grid",
      ...(certain ? {} : { unproved: result }),
    };
  }
  return result;
}

/** How one kind of pooling reduces: whole axes of an array, or windows of `[batch, spatial…, channels]`. */
export interface Pooling {
  readonly whole: (graph: GraphBuilder, x: Node, axes: readonly number[]) => Node;
  readonly windows: (
    graph: GraphBuilder,
    x: Node,
    window: ReturnType<typeof windowInNumbers>,
  ) => Node;
}

export function lowerPool(
  pooling: Pooling,
  context: LowerContext,
  x: Node,
  values: PoolValues,
): Node {
  const { graph, inputTypes } = context;
  const type = inputTypes[0]!;
  if (values.over !== undefined)
    return pooling.whole(
      graph,
      x,
      asList(values.over).map((name) => findAxis(type, name)!),
    );
  const places = spatialPlaces(type);
  if (values.grid !== undefined) {
    const grid = asList(values.grid);
    return places.reduce(
      (each, place, index) =>
        shrink(pooling, graph, each, place, context.size(grid[grid.length === 1 ? 0 : index])),
      x,
    );
  }
  return channelsLast(graph, x, type, (moved) =>
    pooling.windows(
      graph,
      moved,
      windowInNumbers(moved.type.shape.slice(1, -1), written(values), context.size),
    ),
  );
}

/** Windows want channels at the end; a value without `c` gets one channel for as long as the window slides. */
export function channelsLast(
  graph: GraphBuilder,
  x: Node,
  type: TensorType,
  pool: (x: Node) => Node,
): Node {
  const channel = findAxis(type, "c");
  if (channel === undefined) {
    const result = pool(graph.reshape(x, [...x.type.shape, 1]));
    return graph.reshape(result, result.type.shape.slice(0, -1));
  }
  const rank = x.type.shape.length;
  const order = [...axesOf(rank).filter((axis) => axis !== channel), channel];
  const result = pool(graph.transpose(x, order));
  return graph.transpose(
    result,
    axesOf(rank).map((axis) => order.indexOf(axis)),
  );
}

/** Adaptive pooling along one axis: place i takes floor(i·n / grid) … ceil((i + 1)·n / grid), as PyTorch's does. */
function shrink(pooling: Pooling, graph: GraphBuilder, x: Node, place: number, grid: number): Node {
  const shape = x.type.shape;
  const length = shape[place]!;
  const with1 = (size: readonly number[]) => size.map((each, axis) => (axis === place ? 1 : each));
  if (length % grid === 0) {
    const split = graph.reshape(x, [
      ...shape.slice(0, place),
      grid,
      length / grid,
      ...shape.slice(place + 1),
    ]);
    return pooling.whole(graph, split, [place + 1]);
  }
  const pieces = axesOf(grid).map((index) => {
    const from = Math.floor((index * length) / grid);
    const to = Math.ceil(((index + 1) * length) / grid);
    const start = shape.map((_, axis) => (axis === place ? from : 0));
    const piece = graph.slice(
      x,
      start,
      shape.map((size, axis) => (axis === place ? to - from : size)),
    );
    return graph.reshape(pooling.whole(graph, piece, [place]), with1(shape));
  });
  return graph.concatenate(pieces, place);
}
