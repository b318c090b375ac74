import { invariant } from "../../../base/invariant.ts";
import type { Affine, Buffer, Expr, Kernel, PlanAxis } from "../../../plan/plan.ts";
import { affine } from "../../../plan/affine.ts";
import { subexpressions, type Expressions } from "../../../plan/expressions.ts";

/** A kernel with one store: what one gpu.js function can do. */
export interface Projection extends Omit<Kernel, "stores"> {
  readonly to: Buffer;
  readonly index: readonly Affine[];
  readonly value: Expr;
}

/** Some drivers stop counting loops here: all iterations of one function together stay below. */
const mostIterations = 60_000;
/** A reduction longer than this is stored once rather than repeated in every function of its kernel. */
const repeatedReduction = 64;

/**
 * One function a store. A store whose value contains that of an earlier one reads it back; a long reduction that several
 * stores need is stored first; a reduction with too many iterations is done in two stages.
 */
export function projectionsOf(kernel: Kernel, expressions: Expressions): readonly Projection[] {
  return single(kernel, expressions).flatMap((projection) => shortened(projection, expressions));
}

function single(kernel: Kernel, expressions: Expressions): readonly Projection[] {
  const { stores, ...rest } = withStoredReduction(kernel, expressions);
  const values = stores.map((store) => store.value);
  return stores.map(({ to }, place) => {
    let value = values[place]!;
    for (let earlier = 0; earlier < place; earlier++) {
      const known = values[earlier]!;
      if (isWorthReading(known)) value = expressions.replace(value, known, expressions.load(stores[earlier]!.to.buffer, to.index));
    }
    const usesReduction = subexpressions(value).some((part) => part.kind === "accumulator");
    const { term, initial, combine, reduce, ...plain } = rest;
    const name = to.buffer.name;
    if (!usesReduction) return { ...plain, name, reduce: [], to: to.buffer, index: to.index, value };
    return { ...rest, name, to: to.buffer, index: to.index, value };
  });
}

/** Loads and constants are as cheap as what would replace them. */
function isWorthReading(value: Expr): boolean {
  return value.kind === "apply" || value.kind === "accumulator";
}

/** Adds a store of the bare reduction where several stores would repeat a long one. */
function withStoredReduction(kernel: Kernel, expressions: Expressions): Kernel {
  const accumulator = expressions.accumulator();
  const users = kernel.stores.filter((store) => subexpressions(store.value).includes(accumulator));
  const [first, ...others] = users;
  const covered = first !== undefined && others.every((store) => !subexpressions(expressions.replace(store.value, first.value, expressions.constant(0))).includes(accumulator));
  if (first === undefined || covered || iterationsOf(axesOf(kernel, kernel.reduce)) <= repeatedReduction) return kernel;
  const buffer: Buffer = { ...first.to.buffer, name: `${kernel.name}_reduced`, role: "temporary" };
  return { ...kernel, stores: [{ to: { buffer, index: first.to.index }, value: accumulator }, ...kernel.stores] };
}

function axesOf(kernel: Pick<Kernel, "axes">, names: readonly string[]): readonly PlanAxis[] {
  return names.map((name) => kernel.axes.find((axis) => axis.name === name)!);
}

/** Iterations of a loop nest, those of the outer loops counted too. */
function iterationsOf(axes: readonly PlanAxis[]): number {
  let inner = 1;
  return axes.reduce((total, axis) => total + (inner *= axis.extent), 0);
}

/** Cuts a reduction that is too long: first over part of its axes, for each value of the rest; then over the rest. */
function shortened(projection: Projection, expressions: Expressions): readonly Projection[] {
  const reduce = axesOf(projection, projection.reduce);
  if (iterationsOf(reduce) <= mostIterations) return [projection];
  const fitting = reduce.filter((axis) => iterationsOf(reduce.filter((other) => other !== axis)) <= mostIterations);
  const outer = [...(fitting.length > 0 ? fitting : reduce)].sort((a, b) => (a.extent - b.extent) * (fitting.length > 0 ? 1 : -1))[0]!;
  const cut = reduce.length === 1 || outer.extent > mostIterations ? cutAxis(projection, outer, expressions) : { projection, outer: outer.name };
  return twoStages(cut.projection, cut.outer, expressions).flatMap((stage) => shortened(stage, expressions));
}

function twoStages(projection: Projection, outer: string, expressions: Expressions): readonly Projection[] {
  const axis = axesOf(projection, [outer])[0]!;
  const space = axesOf(projection, projection.space);
  const shape = [axis.extent, ...space.map((one) => one.extent)];
  const buffer: Buffer = { name: `${projection.name}_partial`, shape, batched: axis.batch === true, role: "temporary" };
  const index = [axis, ...space].map((one) => affine(0, [[one.name, 1]]));
  const { initial, ...rest } = projection;
  const first: Projection = {
    ...rest, name: buffer.name, space: [outer, ...projection.space], reduce: projection.reduce.filter((name) => name !== outer),
    to: buffer, index, value: expressions.accumulator(), comment: `${buffer.name}: ${projection.combine ?? "sum"} over part of ${projection.name}`,
  };
  return [first, { ...projection, reduce: [outer], term: expressions.load(buffer, index) }];
}

/** Replaces an axis by two, of which the inner is short enough. */
function cutAxis(projection: Projection, axis: PlanAxis, expressions: Expressions): { projection: Projection; outer: string } {
  invariant(axis.batch !== true, `a batch of ${axis.extent} rows is too long for one loop`);
  let inner = Math.floor(mostIterations / 2);
  while (axis.extent % inner !== 0) inner--;
  const outerName = `${axis.name}_outer`;
  const innerName = `${axis.name}_inner`;
  const move = (index: Affine): Affine =>
    affine(index.constant, index.terms.flatMap(([name, step]) => (name === axis.name ? [[outerName, step * inner] as const, [innerName, step] as const] : [[name, step] as const])), index.divisor);
  const axes = projection.axes.flatMap((one) => (one === axis ? [{ name: outerName, extent: axis.extent / inner }, { name: innerName, extent: inner }] : [one]));
  const reduce = projection.reduce.flatMap((name) => (name === axis.name ? [outerName, innerName] : [name]));
  return { projection: { ...projection, axes, reduce, term: mapIndices(projection.term!, move, expressions) }, outer: outerName };
}

function mapIndices(expression: Expr, move: (index: Affine) => Affine, expressions: Expressions): Expr {
  switch (expression.kind) {
    case "load": return expressions.load(expression.access.buffer, expression.access.index.map(move));
    case "axis": return expressions.axisValue(move(affine(expression.constant, [[expression.axis, expression.step]])));
    case "inside": return expressions.inside(move(expression.index), expression.extent);
    case "apply": return expressions.apply(expression.op, ...expression.args.map((arg) => mapIndices(arg, move, expressions)));
    default: return expression;
  }
}
