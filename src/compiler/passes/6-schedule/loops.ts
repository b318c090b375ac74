import { invariant } from "../../base/invariant.ts";
import type { Node, NodeOf, Window } from "../../ir/graph.ts";
import type { Affine, Expr } from "../../plan/plan.ts";
import { addAffine, affine, scaleAffine } from "../../plan/affine.ts";
import type { Label } from "./scope.ts";
import { valueAt, windowIndex, windowOf, type Scope } from "./value.ts";

/** The loop nest of a root: its space (one label a dimension of its result), what it reduces over, and the term. */
export interface Loops {
  readonly space: readonly Label[];
  readonly reduce: readonly Label[];
  readonly combine?: "sum" | "max";
  /** Labels that have to be cut from the start (groups). */
  readonly cuts?: ReadonlyMap<string, number>;
  readonly term?: (scope: Scope) => Expr;
}

const spatialNames = ["z", "y", "x"] as const;

/** Names for the dimensions of an array: the batch is b, the last the channel or feature. */
export function labelsOf(shape: readonly number[], batched: boolean): readonly Label[] {
  const inner = shape.length - (batched ? 1 : 0);
  const names = inner === 1 ? ["n"] : inner === 2 && !batched ? ["p", "n"] : innerNames(inner);
  return shape.map((extent, axis) =>
    batched && axis === 0
      ? { name: "b", extent, batch: true }
      : { name: names[axis - (batched ? 1 : 0)]!, extent },
  );
}

function innerNames(count: number): readonly string[] {
  if (count > spatialNames.length + 1)
    return Array.from({ length: count }, (_, axis) => `d${String.fromCharCode(97 + axis)}`);
  return [...spatialNames.slice(spatialNames.length - (count - 1)), "c"];
}

/** `operands` are those of the prepared graph: `window_argmax` has the maximum as its second. */
export function loopsOf(node: Node, operands: readonly Node[]): Loops {
  switch (node.op) {
    case "reduce_sum":
    case "reduce_max":
      return reduction(node, node.attributes.axes, node.op === "reduce_sum" ? "sum" : "max");
    case "contract":
      return contraction(node);
    case "convolve":
      return convolution(node);
    case "convolve_input_gradient":
      return inputGradient(node);
    case "convolve_weight_gradient":
      return weightGradient(node);
    case "window_max":
      return windowReduction(node, node.attributes.window, "max", (scope, at) =>
        valueAt(scope, node.inputs[0]!, at),
      );
    case "window_sum":
      return windowReduction(node, node.attributes.window, "sum", (scope, at) =>
        valueAt(scope, node.inputs[0]!, at),
      );
    case "window_argmax":
      return firstMaximum(node, operands[1]!);
    case "window_sum_gradient":
      return windowGather(node, (scope, at) => valueAt(scope, node.inputs[0]!, at));
    case "window_max_gradient":
      return windowGather(node, (scope, at, tap) => routed(scope, node, at, tap));
    default:
      return { space: labelsOf(node.type.shape, node.type.batched), reduce: [] };
  }
}

function reduction(
  node: NodeOf<"reduce_sum"> | NodeOf<"reduce_max">,
  axes: readonly number[],
  combine: "sum" | "max",
): Loops {
  const operand = node.inputs[0]!;
  const labels = labelsOf(operand.type.shape, operand.type.batched);
  return {
    space: labels.filter((_, axis) => !axes.includes(axis)),
    reduce: labels.filter((_, axis) => axes.includes(axis)),
    combine,
    term: (scope) =>
      valueAt(
        scope,
        operand,
        labels.map((label) => scope.axes.index(label.name)),
      ),
  };
}

function contraction(node: NodeOf<"contract">): Loops {
  const [operands, result] = node.attributes.labels.split("->");
  const [a, b] = operands!.split(",");
  invariant(
    a !== undefined && b !== undefined && result !== undefined,
    `contract labels ${node.attributes.labels}`,
  );
  const labels = new Map<string, Label>();
  for (const [place, text] of [a, b].entries()) {
    const { shape, batched } = node.inputs[place]!.type;
    [...text].forEach((name, axis) => {
      const batch = (batched && axis === 0) || labels.get(name)?.batch === true;
      labels.set(
        name,
        batch ? { name, extent: shape[axis]!, batch } : { name, extent: shape[axis]! },
      );
    });
  }
  const index = (scope: Scope, text: string): readonly Affine[] =>
    [...text].map((name) => scope.axes.index(name));
  return {
    space: [...result].map((name) => labels.get(name)!),
    reduce: [...labels.values()].filter((label) => !result.includes(label.name)),
    combine: "sum",
    term: (scope) =>
      scope.expressions.apply(
        "multiply",
        valueAt(scope, node.inputs[0]!, index(scope, a)),
        valueAt(scope, node.inputs[1]!, index(scope, b)),
      ),
  };
}

/** Labels of a window's axes over the space: place y, tap dy (and z, x). */
function spatial(rank: number): readonly string[] {
  return innerNames(rank + 1).slice(0, rank);
}

function tapLabels(size: readonly number[]): readonly Label[] {
  const names = spatial(size.length);
  return size.map((extent, axis) => ({ name: `d${names[axis]!}`, extent }));
}

/** x [b, stride·place + dilation·tap − low, g·I + i] · w [tap, i, g·O + o], summed over taps and i. */
function convolution(node: NodeOf<"convolve">): Loops {
  const [x, w] = node.inputs as readonly [Node, Node];
  const { window, groups } = node.attributes;
  const names = spatial(window.size.length);
  const [b, ...rest] = node.type.shape;
  const out = rest.pop()!;
  const perGroup = w.type.shape[window.size.length]!;
  const taps = tapLabels(window.size);
  return {
    space: [
      { name: "b", extent: b!, batch: true },
      ...rest.map((extent, axis) => ({ name: names[axis]!, extent })),
      { name: "n", extent: out },
    ],
    reduce: [...taps, { name: "k", extent: perGroup }],
    combine: "sum",
    ...groupCut("n", groups, out),
    term: (scope) => {
      const channel = grouped(scope, "n", groups, perGroup, "k");
      const at = names.map((name, axis) =>
        windowIndex(
          scope.axes.index(name),
          scope.axes.index(`d${name}`),
          window.stride[axis]!,
          window.dilation[axis]!,
          window.low[axis]!,
        ),
      );
      const image = valueAt(scope, x, [scope.axes.index("b"), ...at, channel]);
      return scope.expressions.apply(
        "multiply",
        image,
        valueAt(scope, w, [
          ...taps.map((tap) => scope.axes.index(tap.name)),
          scope.axes.index("k"),
          scope.axes.index("n"),
        ]),
      );
    },
  };
}

function groupCut(
  label: string,
  groups: number,
  extent: number,
): { readonly cuts?: ReadonlyMap<string, number> } {
  return groups === 1 ? {} : { cuts: new Map([[label, extent / groups]]) };
}

/** group·size + inner, where the group is the outer part of `label` and `inner` a label of its own. */
function grouped(scope: Scope, label: string, groups: number, size: number, inner: string): Affine {
  return groups === 1
    ? scope.axes.index(inner)
    : addAffine(scaleAffine(groupOf(scope, label, groups), size), scope.axes.index(inner));
}

/** The outer part of a label that was cut into groups, counted from 0. */
function groupOf(scope: Scope, label: string, groups: number): Affine {
  const { terms } = scope.axes.index(label);
  const extents = terms.map(([axis]) => scope.axes.extents.get(axis)!);
  const size = terms.reduce((product, _, place) => product * extents[place]!, 1) / groups;
  return affine(
    0,
    terms.filter(([, step]) => step >= size).map(([axis, step]) => [axis, step / size] as const),
  );
}

/** dy [b, (place + low − dilation·tap) / stride, g·O + o] · w [tap, i, g·O + o], summed over taps and o. */
function inputGradient(node: NodeOf<"convolve_input_gradient">): Loops {
  const [gradient, w] = node.inputs as readonly [Node, Node];
  const { window, groups, shape } = node.attributes;
  const rank = window.size.length;
  const names = spatial(rank);
  const perGroup = shape[rank + 1]! / groups;
  const outPerGroup = w.type.shape[rank + 1]! / groups;
  const taps = tapLabels(window.size);
  return {
    space: [
      { name: "b", extent: shape[0]!, batch: true },
      ...names.map((name, axis) => ({ name, extent: shape[axis + 1]! })),
      { name: "k", extent: shape[rank + 1]! },
    ],
    reduce: [...taps, { name: "n", extent: outPerGroup }],
    combine: "sum",
    ...groupCut("k", groups, shape[rank + 1]!),
    term: (scope) => {
      const out = grouped(scope, "k", groups, outPerGroup, "n");
      const inner = groups === 1 ? scope.axes.index("k") : innerOf(scope, "k", perGroup);
      const at = names.map((name, axis) =>
        windowOf(
          scope.axes.index(name),
          scope.axes.index(`d${name}`),
          window.stride[axis]!,
          window.dilation[axis]!,
          window.low[axis]!,
        ),
      );
      const upstream = valueAt(scope, gradient, [scope.axes.index("b"), ...at, out]);
      return scope.expressions.apply(
        "multiply",
        upstream,
        valueAt(scope, w, [...taps.map((tap) => scope.axes.index(tap.name)), inner, out]),
      );
    },
  };
}

function innerOf(scope: Scope, label: string, size: number): Affine {
  return affine(
    0,
    scope.axes.index(label).terms.filter(([, step]) => step < size),
  );
}

/** x [b, stride·place + dilation·tap − low, g·I + i] · dy [b, place, g·O + o], summed over the batch and places. */
function weightGradient(node: NodeOf<"convolve_weight_gradient">): Loops {
  const [x, gradient] = node.inputs as readonly [Node, Node];
  const { window, groups } = node.attributes;
  const rank = window.size.length;
  const names = spatial(rank);
  const perGroup = node.type.shape[rank]!;
  const out = node.type.shape[rank + 1]!;
  const taps = tapLabels(window.size);
  const places = names.map((name, axis) => ({ name, extent: gradient.type.shape[axis + 1]! }));
  return {
    space: [...taps, { name: "k", extent: perGroup }, { name: "n", extent: out }],
    reduce: [{ name: "b", extent: x.type.shape[0]!, batch: true }, ...places],
    combine: "sum",
    ...groupCut("n", groups, out),
    term: (scope) => {
      const at = names.map((name, axis) =>
        windowIndex(
          scope.axes.index(name),
          scope.axes.index(`d${name}`),
          window.stride[axis]!,
          window.dilation[axis]!,
          window.low[axis]!,
        ),
      );
      const image = valueAt(scope, x, [
        scope.axes.index("b"),
        ...at,
        grouped(scope, "n", groups, perGroup, "k"),
      ]);
      return scope.expressions.apply(
        "multiply",
        image,
        valueAt(scope, gradient, [
          scope.axes.index("b"),
          ...names.map((name) => scope.axes.index(name)),
          scope.axes.index("n"),
        ]),
      );
    },
  };
}

type WindowNode = NodeOf<"window_max"> | NodeOf<"window_sum"> | NodeOf<"window_argmax">;

function windowReduction(
  node: WindowNode,
  window: Window,
  combine: "sum" | "max",
  read: (scope: Scope, at: readonly Affine[]) => Expr,
): Loops {
  const names = spatial(window.size.length);
  const [b, ...rest] = node.type.shape;
  const channels = rest.pop()!;
  return {
    space: [
      { name: "b", extent: b!, batch: true },
      ...rest.map((extent, axis) => ({ name: names[axis]!, extent })),
      { name: "c", extent: channels },
    ],
    reduce: tapLabels(window.size),
    combine,
    term: (scope) => {
      const at = names.map((name, axis) =>
        windowIndex(
          scope.axes.index(name),
          scope.axes.index(`d${name}`),
          window.stride[axis]!,
          window.dilation[axis]!,
          window.low[axis]!,
        ),
      );
      return read(scope, [scope.axes.index("b"), ...at, scope.axes.index("c")]);
    },
  };
}

/** The row-major number of a tap. */
function tapNumber(scope: Scope, size: readonly number[]): Expr {
  const flat = tapLabels(size).reduce(
    (sum, tap) => addAffine(scaleAffine(sum, tap.extent), scope.axes.index(tap.name)),
    affine(0),
  );
  return scope.expressions.axisValue(flat);
}

/** The greatest −tap among the taps that equal the maximum: minus the first place (negated when it is stored). */
function firstMaximum(node: NodeOf<"window_argmax">, maximum: Node): Loops {
  const { window } = node.attributes;
  return windowReduction(node, window, "max", (scope, at) => {
    const { expressions, axes } = scope;
    const here = [
      axes.index("b"),
      ...spatial(window.size.length).map((name) => axes.index(name)),
      axes.index("c"),
    ];
    const found = expressions.apply(
      "equal",
      valueAt(scope, node.inputs[0]!, at),
      valueAt(scope, maximum, here),
    );
    const taps = window.size.reduce((product, size) => product * size, 1);
    return expressions.apply(
      "select",
      found,
      expressions.apply("negate", tapNumber(scope, window.size)),
      expressions.constant(-taps),
    );
  });
}

type GatherNode = NodeOf<"window_sum_gradient"> | NodeOf<"window_max_gradient">;

/** Over the taps, what the window that reads this place at that tap hands back: a scatter written as a gather. */
function windowGather(
  node: GatherNode,
  read: (scope: Scope, at: readonly Affine[], tap: Expr) => Expr,
): Loops {
  const { window, shape } = node.attributes;
  const names = spatial(window.size.length);
  return {
    space: [
      { name: "b", extent: shape[0]!, batch: true },
      ...names.map((name, axis) => ({ name, extent: shape[axis + 1]! })),
      { name: "c", extent: shape[shape.length - 1]! },
    ],
    reduce: tapLabels(window.size),
    combine: "sum",
    term: (scope) => {
      const at = names.map((name, axis) =>
        windowOf(
          scope.axes.index(name),
          scope.axes.index(`d${name}`),
          window.stride[axis]!,
          window.dilation[axis]!,
          window.low[axis]!,
        ),
      );
      return read(
        scope,
        [scope.axes.index("b"), ...at, scope.axes.index("c")],
        tapNumber(scope, window.size),
      );
    },
  };
}

/** The upstream gradient where this tap held the first maximum, otherwise 0. */
function routed(
  scope: Scope,
  node: NodeOf<"window_max_gradient">,
  at: readonly Affine[],
  tap: Expr,
): Expr {
  const [gradient, place] = node.inputs as readonly [Node, Node];
  const chosen = scope.expressions.apply("equal", valueAt(scope, place, at), tap);
  return scope.expressions.apply(
    "select",
    chosen,
    valueAt(scope, gradient, at),
    scope.expressions.constant(0),
  );
}
