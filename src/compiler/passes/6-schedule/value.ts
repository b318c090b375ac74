import type { Node, NodeOf } from "../../ir/graph.ts";
import type { Affine, Buffer, Expr, PlanAxis, ScalarOp } from "../../plan/plan.ts";
import {
  addAffine,
  affine,
  affineKey,
  flatten,
  rangeOf,
  shiftAffine,
  staysInside,
  unflatten,
} from "../../plan/affine.ts";
import type { Expressions } from "../../plan/expressions.ts";
import { classOf } from "./roots.ts";
import type { Axes, Wanted } from "./scope.ts";

/** What the body of a loop adds to a scope. */
export interface LoopScope {
  readonly around: PlanAxis;
  /** The index of a value of the body in its buffer, which may have a dimension for the variable of the loop. */
  readonly indexIn: (buffer: Buffer, index: readonly Affine[]) => readonly Affine[];
  readonly localAt: (scope: Scope, node: NodeOf<"local">, index: readonly Affine[]) => Expr;
}

/** Where an expression is built: the loop variables, the buffers that exist, and what is computed at this very point. */
export interface Scope {
  readonly axes: Axes;
  readonly expressions: Expressions;
  /** The buffer of a root or leaf; of a reshape of one, the same memory under its own shape. */
  readonly bufferOf: (node: Node) => Buffer | undefined;
  readonly aliasOf: (buffer: Buffer, node: Node) => Buffer;
  /** In the body of a loop. */
  readonly loop: LoopScope | undefined;
  /** Members of the kernel at the point `point`: read as expressions, not from memory. */
  readonly here:
    | {
        readonly members: ReadonlySet<Node>;
        readonly reduction: Node | undefined;
        readonly point: string;
      }
    | undefined;
  readonly wanted: Wanted;
  /** Labels that cannot be cut any further: the batch, and those cut in another way already. */
  readonly frozen: ReadonlySet<string>;
  readonly memo: Map<string, Expr>;
}

/** The value of a node at an index; 0 where the index lies outside of the node's shape. */
export function valueAt(scope: Scope, node: Node, index: readonly Affine[]): Expr {
  const key = `${node.id} ${index.map(affineKey).join(",")}`;
  const known = scope.memo.get(key);
  if (known !== undefined) return known;
  const value = compute(scope, node, index);
  scope.memo.set(key, value);
  return value;
}

export function pointKey(index: readonly Affine[]): string {
  return index.map(affineKey).join(",");
}

function compute(scope: Scope, node: Node, index: readonly Affine[]): Expr {
  const here =
    scope.here !== undefined &&
    scope.here.members.has(node) &&
    pointKey(index) === scope.here.point;
  if (here)
    return node === scope.here!.reduction
      ? reductionValue(scope, node)
      : definition(scope, node, index);
  const buffer = scope.bufferOf(node);
  if (buffer !== undefined) return loadOf(scope, buffer, index);
  if (node.op === "local") return scope.loop!.localAt(scope, node, index);
  if (node.op === "transpose" || node.op === "pad") return definition(scope, node, index);
  const guards = index.flatMap((one, axis) =>
    staysInside(one, node.type.shape[axis]!, scope.axes.extents)
      ? []
      : [scope.expressions.inside(one, node.type.shape[axis]!)],
  );
  if (guards.length > 0 && node.op === "reshape") return otherShape(scope, node, index);
  return scope.expressions.guarded(guards, definition(scope, node, index), 0);
}

/** What a reduction comes to: its accumulator, but the place of a maximum is gathered with the sign turned, so that the first wins. */
export function reductionValue({ expressions }: Scope, node: Node): Expr {
  return node.op === "window_argmax"
    ? expressions.apply("negate", expressions.accumulator())
    : expressions.accumulator();
}

function loadOf({ expressions, loop }: Scope, buffer: Buffer, index: readonly Affine[]): Expr {
  return expressions.load(buffer, loop === undefined ? index : loop.indexIn(buffer, index));
}

/** What a node computes, from its operands. */
export function definition(scope: Scope, node: Node, index: readonly Affine[]): Expr {
  switch (node.op) {
    case "constant":
      return scope.expressions.constant(node.attributes.value);
    case "scalar":
      return scope.expressions.scalar(node.attributes.name);
    case "rows":
      return scope.expressions.rows();
    case "iota":
      return scope.expressions.axisValue(index[node.attributes.axis]!);
    case "broadcast":
      return valueAt(scope, node.inputs[0]!, broadcastIndex(node, index));
    case "reshape":
      return reshaped(scope, node, index);
    case "transpose":
      return valueAt(scope, node.inputs[0]!, transposedIndex(node, index));
    case "slice":
      return valueAt(
        scope,
        node.inputs[0]!,
        index.map((one, axis) => shiftAffine(one, node.attributes.start[axis]!)),
      );
    case "pad":
      return valueAt(
        scope,
        node.inputs[0]!,
        index.map((one, axis) => shiftAffine(one, -node.attributes.low[axis]!)),
      );
    case "concatenate":
      return concatenated(scope, node, index);
    default:
      return elementwise(scope, node, index);
  }
}

function elementwise(scope: Scope, node: Node, index: readonly Affine[]): Expr {
  if (classOf(node) !== "elementwise") {
    scope.wanted.buffers.add(node);
    return scope.expressions.constant(0);
  }
  const operands = node.inputs.map((input) =>
    valueAt(scope, input, input.type.shape.length === 0 ? [] : index),
  );
  return scope.expressions.apply(node.op as ScalarOp, ...operands);
}

function broadcastIndex(node: NodeOf<"broadcast">, index: readonly Affine[]): readonly Affine[] {
  const operand = node.inputs[0]!.type.shape;
  return node.attributes.axes.map((axis, place) =>
    operand[place] === 1 && node.type.shape[axis] !== 1 ? affine(0) : index[axis]!,
  );
}

function transposedIndex(node: NodeOf<"transpose">, index: readonly Affine[]): readonly Affine[] {
  const result: Affine[] = [];
  node.attributes.permutation.forEach((from, to) => (result[from] = index[to]!));
  return result;
}

/** Reads the operand at the same flat place: over cut loop variables where that works, else through another shape of its buffer. */
function reshaped(scope: Scope, node: NodeOf<"reshape">, index: readonly Affine[]): Expr {
  const operand = node.inputs[0]!;
  if (shapeKey(node) === shapeKey(operand)) return valueAt(scope, operand, index);
  const flat = flatten(index, node.type.shape);
  const parts =
    flat === undefined
      ? ({ kind: "impossible" } as const)
      : unflatten(flat, operand.type.shape, scope.axes.extents);
  if (parts.kind === "index") return valueAt(scope, operand, parts.index);
  const cut = parts.kind === "split" ? scope.axes.cut(parts.axis, parts.inner) : undefined;
  if (cut !== undefined && !scope.frozen.has(cut.label)) {
    scope.wanted.splits.push(cut);
    return scope.expressions.constant(0);
  }
  return otherShape(scope, node, index);
}

/** The operand's memory under the shape of the reshape: then an index may also lie outside. */
function otherShape(scope: Scope, node: NodeOf<"reshape">, index: readonly Affine[]): Expr {
  const operand = node.inputs[0]!;
  if (shapeKey(node) === shapeKey(operand)) return valueAt(scope, operand, index);
  const buffer = scope.bufferOf(operand);
  if (buffer !== undefined) return loadOf(scope, scope.aliasOf(buffer, node), index);
  scope.wanted.buffers.add(operand);
  return scope.expressions.constant(0);
}

function shapeKey(node: Node): string {
  return node.type.shape.join(",");
}

/** Each part where the index lies in it. */
function concatenated(scope: Scope, node: NodeOf<"concatenate">, index: readonly Affine[]): Expr {
  const { axis } = node.attributes;
  let start = node.type.shape[axis]!;
  let value = scope.expressions.constant(0);
  for (const [place, part] of [...node.inputs].reverse().entries()) {
    const size = part.type.shape[axis]!;
    start -= size;
    const local = index.map((one, at) => (at === axis ? shiftAffine(one, -start) : one));
    const [low, high] = rangeOf(local[axis]!, scope.axes.extents);
    if (high < 0 || low >= size) continue;
    const here = valueAt(scope, part, local);
    value =
      place === 0
        ? here
        : scope.expressions.apply(
            "select",
            scope.expressions.inside(local[axis]!, size),
            here,
            value,
          );
  }
  return value;
}

/** index·stride + offset·dilation − low, one spatial axis of a window. */
export function windowIndex(
  place: Affine,
  tap: Affine,
  stride: number,
  dilation: number,
  low: number,
): Affine {
  return addAffine(
    affine(
      -low,
      place.terms.map(([axis, step]) => [axis, step * stride] as const),
    ),
    affine(
      0,
      tap.terms.map(([axis, step]) => [axis, step * dilation] as const),
    ),
  );
}

/** (index + low − offset·dilation) / stride: the window that reads `index` at `tap`, where there is one. */
export function windowOf(
  index: Affine,
  tap: Affine,
  stride: number,
  dilation: number,
  low: number,
): Affine {
  return affine(
    low,
    [...index.terms, ...tap.terms.map(([axis, step]) => [axis, -step * dilation] as const)],
    stride,
  );
}
