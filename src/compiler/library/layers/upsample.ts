import type { GraphBuilder } from "../../ir/builder.ts";
import { multiply, print, type Dim } from "../../ir/dim.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import {
  asList,
  callAxis,
  features,
  notNumbers,
  printAxes,
  spatialPlaces,
} from "../support/axes.ts";
import { defineLayer } from "../define.ts";
import type { Inferred } from "../definition.ts";

type Scale = Dim | readonly Dim[];

function entry(scale: Scale, index: number): Dim {
  const list = asList<Dim>(scale);
  return list.length === 1 ? list[0]! : list[index]!;
}

function enlarge(type: TensorType, scale: Scale): Inferred {
  const places = spatialPlaces(type);
  if (places.length < 1 || places.length > 3)
    return {
      problem: `\`upsample\` expects 1 to 3 spatial axes besides the batch and \`c\`, and found ${places.length}: [${printAxes(features(type))}]`,
      help: "enlarge before `flatten`, or name the spatial axes in the type of the input (`f32[B, h: 28, w: 28, c: 1]`)",
    };
  const given = asList(scale).length;
  if (given !== 1 && given !== places.length)
    return {
      problem: `\`upsample\` expects one \`scale\` for all spatial axes or one for each of the ${places.length}, and found ${given}`,
      argument: "scale",
      help:
        places.length === 1
          ? "write one value"
          : `write one value, or ${places.length} in brackets`,
    };
  const axes = type.axes.map((axis, place) => {
    const index = places.indexOf(place);
    return index < 0 ? axis : { ...axis, size: multiply(axis.size, entry(scale, index)) };
  });
  return { ...type, axes };
}

/** x with `scale` new places, each a copy, behind every place of axis `place`. */
function repeated(graph: GraphBuilder, x: Node, place: number, scale: number): Node {
  const { shape, batched } = x.type;
  const wide = [...shape.slice(0, place + 1), scale, ...shape.slice(place + 1)];
  const axes = shape.map((_, axis) => (axis <= place ? axis : axis + 1));
  return graph.broadcast(x, { shape: wide, batched }, axes);
}

/** The new places behind each place become places of the axis itself. */
function merged(graph: GraphBuilder, x: Node, place: number): Node {
  const { shape } = x.type;
  return graph.reshape(x, [
    ...shape.slice(0, place),
    shape[place]! * shape[place + 1]!,
    ...shape.slice(place + 2),
  ]);
}

/** Each place's neighbour before it or after it; at the border the place itself. */
function neighbours(graph: GraphBuilder, x: Node, place: number, side: "before" | "after"): Node {
  const { shape } = x.type;
  const length = shape[place]!;
  if (length === 1) return x;
  const piece = (from: number, size: number): Node =>
    graph.slice(
      x,
      shape.map((_, axis) => (axis === place ? from : 0)),
      shape.map((all, axis) => (axis === place ? size : all)),
    );
  const parts =
    side === "before"
      ? [piece(0, 1), piece(0, length - 1)]
      : [piece(1, length - 1), piece(length - 1, 1)];
  return graph.concatenate(parts, place);
}

/**
 * How far new place r behind place i lies from place i, below 1 to either side. Corners aligned: the first and last places keep
 * theirs, place s·i + r lies at (s·i + r)(n − 1) / (s·n − 1). Otherwise places are cells whose borders agree, and it lies at
 * (s·i + r + ½) / s − ½.
 */
function offset(graph: GraphBuilder, wide: Node["type"], place: number, corners: boolean): Node {
  const [length, scale] = [wide.shape[place]!, wide.shape[place + 1]!];
  const type = { shape: [length, scale], batched: false };
  const part = graph.iota(type, 1);
  const distance = corners
    ? graph.divide(
        graph.subtract(
          graph.multiply(part, length - 1),
          graph.multiply(graph.iota(type, 0), scale - 1),
        ),
        scale * length - 1,
      )
    : graph.subtract(graph.divide(graph.add(part, 1 / 2), scale), 1 / 2);
  return graph.broadcast(distance, wide, [place, place + 1]);
}

/** Linear interpolation along one axis: every new place lies between a place and one of its neighbours. */
function interpolate(
  graph: GraphBuilder,
  x: Node,
  place: number,
  scale: number,
  corners: boolean,
): Node {
  if (scale === 1) return x;
  const own = repeated(graph, x, place, scale);
  const distance = offset(graph, own.type, place, corners);
  const share = (side: "before" | "after", weight: Node): Node =>
    graph.multiply(repeated(graph, neighbours(graph, x, place, side), place, scale), weight);
  const sum = graph.add(
    graph.multiply(own, graph.subtract(1, graph.absolute(distance))),
    graph.add(
      share("before", graph.maximum(0, graph.negate(distance))),
      share("after", graph.maximum(0, distance)),
    ),
  );
  return merged(graph, sum, place);
}

export const upsample = defineLayer({
  name: "upsample",
  summary:
    "Makes every spatial axis `scale` times as long, by repeating places or by linear interpolation between them.",
  formula:
    "nearest: y[t] = x[floor(t / scale)]; bilinear: y[t] = (1 - f) x[i] + f x[i + 1] along each axis, i + f = (t + 1/2) / scale - 1/2 held within the borders, or t (n - 1) / (scale n - 1) with align_corners: on",
  arguments: {
    scale: {
      kind: "size",
      list: true,
      summary: "How many times longer each spatial axis becomes, one for all or one for each.",
    },
    mode: {
      kind: "symbol",
      choices: ["nearest", "bilinear"],
      default: "nearest",
      summary:
        "`nearest` repeats places; `bilinear` interpolates (along one axis linearly, along three trilinearly).",
    },
    align_corners: {
      kind: "switch",
      named: true,
      default: false,
      summary:
        "With `bilinear`: whether the first and last places keep theirs; otherwise the borders of their cells agree.",
    },
  },
  example: "x -> upsample(2) -> conv(16, 3) -> relu",
  pitfalls:
    "It has no weights and makes no detail: a `conv` after it does. As PyTorch's `nn.Upsample`; `align_corners: on` makes the result depend on the size of the picture in other ways than `off`, so weights trained with one do not go with the other.",
  between: "upsampling",
  check: ({ mode, align_corners }) =>
    mode === "nearest" && align_corners
      ? {
          problem: "`align_corners` speaks of interpolation, and `nearest` only repeats",
          help: "write `mode: bilinear`, or leave `align_corners` out",
          argument: "align_corners",
        }
      : undefined,
  window: ([type], { scale, mode }, number) =>
    spatialPlaces(type!).map((_, index) => ({
      reach: mode === "bilinear" && number(entry(scale, index)) > 1 ? 1 : 0,
      jump: 1 / number(entry(scale, index)),
    })),
  infer: ([type], { scale }) => notNumbers("upsample", type!) ?? enlarge(type!, scale),
  arithmetic: ([type], { scale }) =>
    spatialPlaces(type!).map((place, index) => {
      const { size } = type!.axes[place]!;
      const factor = entry(scale, index);
      return `${callAxis(type!, place).replaceAll("`", "")} = ${print(size)} * ${print(factor)} = ${print(multiply(size, factor))}`;
    }),
  lower: ({ graph, inputTypes, size }, [x], { scale, mode, align_corners }) =>
    spatialPlaces(inputTypes[0]!).reduce((each, place, index) => {
      const factor = size(entry(scale, index));
      return mode === "bilinear"
        ? interpolate(graph, each, place, factor, align_corners)
        : merged(graph, repeated(graph, each, place, factor), place);
    }, x!),
});
