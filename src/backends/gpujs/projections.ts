import type { Names } from "../../compiler/plan/identifiers.ts";
import type { Projection } from "./projection.ts";
import { sizeOf } from "./text/writer.ts";
import type { Affine, Buffer, Expr, Kernel, PlanAxis } from "../../compiler/plan/plan.ts";
import { affine } from "../../compiler/plan/affine.ts";
import { operandsText, operationsText, shapeText } from "../../compiler/plan/describe.ts";
import { subexpressions, type Expressions } from "../../compiler/plan/expressions.ts";

/** Some drivers stop counting loops here: all iterations of one function together stay below. */
const mostIterations = 60_000;
/** A reduction longer than this is stored once rather than repeated in every function of its kernel. */
const repeatedReduction = 64;

/**
 * One function a store. A store whose value contains that of an earlier one reads it back; a long reduction that several
 * stores need is stored first; a reduction with too many iterations is done in two stages.
 */
export function projectionsOf(kernel: Kernel, workshop: Workshop): readonly Projection[] {
  return single(kernel, workshop).flatMap((projection) => shortened(projection, workshop));
}

/** What the functions of a program are made with. */
export interface Workshop {
  readonly expressions: Expressions;
  /** For the arrays that are added to those of the plan. */
  readonly names: Names;
}

function single(kernel: Kernel, workshop: Workshop): readonly Projection[] {
  const { expressions } = workshop;
  const { stores, ...rest } = withStoredReduction(kernel, workshop);
  const values = stores.map((store) => store.value);
  return stores.map(({ to }, place) => {
    let value = values[place]!;
    for (let earlier = 0; earlier < place; earlier++) {
      const known = values[earlier]!;
      if (isWorthReading(known))
        value = expressions.replace(
          value,
          known,
          expressions.load(stores[earlier]!.to.buffer, stores[earlier]!.to.index),
        );
    }
    const comment = commentOf(kernel, to.buffer, stores[place]!.value);
    const usesReduction = subexpressions(value).some((part) => part.kind === "accumulator");
    const { term, initial, combine, reduce, ...plain } = rest;
    const name = to.buffer.name;
    if (!usesReduction)
      return { ...plain, name, comment, reduce: [], to: to.buffer, index: to.index, value };
    return { ...rest, name, comment, to: to.buffer, index: to.index, value };
  });
}

/** The kernel's comment, for one of its stores: the same reduction, this store's own operations. */
function commentOf(kernel: Kernel, to: Buffer, value: Expr): string {
  const usesReduction = subexpressions(value).some((part) => part.kind === "accumulator");
  const core = usesReduction
    ? kernel.comment.slice(kernel.name.length + 2).split(" → ")[0]!
    : operandsText([value]);
  return `${to.name}: ${[core, ...operationsText([value]), shapeText(to.shape)].join(" → ")}`;
}

/** Loads and constants are as cheap as what would replace them. */
function isWorthReading(value: Expr): boolean {
  return value.kind === "apply" || value.kind === "accumulator";
}

/** Adds a store of the bare reduction where several stores would repeat a long one. */
function withStoredReduction(kernel: Kernel, { expressions, names }: Workshop): Kernel {
  const accumulator = expressions.accumulator();
  const users = kernel.stores.filter((store) => subexpressions(store.value).includes(accumulator));
  const [first, ...others] = users;
  const covered =
    first !== undefined &&
    others.every(
      (store) =>
        !subexpressions(
          expressions.replace(store.value, first.value, expressions.constant(0)),
        ).includes(accumulator),
    );
  if (
    first === undefined ||
    covered ||
    iterationsOf(axesOf(kernel, kernel.reduce)) <= repeatedReduction
  )
    return kernel;
  const name = names.unique(`${kernel.name}_reduced`);
  const buffer: Buffer = { ...first.to.buffer, name, role: "temporary" };
  return {
    ...kernel,
    stores: [{ to: { buffer, index: first.to.index }, value: accumulator }, ...kernel.stores],
  };
}

function axesOf(kernel: Pick<Kernel, "axes">, names: readonly string[]): readonly PlanAxis[] {
  return names.map((name) => kernel.axes.find((axis) => axis.name === name)!);
}

/** Iterations of a loop nest, those of the outer loops counted too. */
function iterationsOf(axes: readonly PlanAxis[]): number {
  let inner = 1;
  return axes.reduce((total, axis) => total + (inner *= axis.extent), 0);
}

/** Few results of long reductions would leave most of a graphics card idle. */
const fewResults = 256;
const longReduction = 4096;

/**
 * Cuts a reduction that is too long, or that too few threads would do: first over part of its axes, for each value of the
 * rest; then over the rest.
 */
function shortened(projection: Projection, workshop: Workshop): readonly Projection[] {
  const reduce = axesOf(projection, projection.reduce);
  const count = iterationsOf(reduce);
  const isLonely =
    projection.space.length < 8 && sizeOf(projection.to) < fewResults && count > longReduction;
  if (count <= mostIterations && !isLonely) return [projection];
  const rest = (axis: PlanAxis): number => iterationsOf(reduce.filter((other) => other !== axis));
  const fitting = reduce.filter(
    (axis) => axis.extent <= mostIterations && rest(axis) <= mostIterations && rest(axis) > 0,
  );
  const outer = [...(fitting.length > 0 ? fitting : reduce)].sort(
    (a, b) => a.extent + rest(a) - b.extent - rest(b),
  )[0]!;
  const cut =
    fitting.length === 0 && (reduce.length === 1 || outer.extent > mostIterations)
      ? cutAxis(projection, outer, workshop.expressions)
      : { projection, outer: outer.name };
  return twoStages(cut.projection, cut.outer, workshop).flatMap((stage) =>
    isLonely && count <= mostIterations ? [stage] : shortened(stage, workshop),
  );
}

function twoStages(
  projection: Projection,
  outer: string,
  { expressions, names }: Workshop,
): readonly Projection[] {
  const axis = axesOf(projection, [outer])[0]!;
  const space = axesOf(projection, projection.space);
  const shape = [axis.extent, ...space.map((one) => one.extent)];
  const buffer: Buffer = {
    name: names.unique(`${projection.name}_partial`),
    shape,
    batched: axis.batch === true,
    role: "temporary",
  };
  const index = [axis, ...space].map((one) => affine(0, [[one.name, 1]]));
  const { initial, ...rest } = projection;
  const first: Projection = {
    ...rest,
    name: buffer.name,
    space: [outer, ...projection.space],
    reduce: projection.reduce.filter((name) => name !== outer),
    to: buffer,
    index,
    value: expressions.accumulator(),
    comment: `${buffer.name}: ${projection.combine ?? "sum"} over part of ${projection.name}`,
  };
  return [first, { ...projection, reduce: [outer], term: expressions.load(buffer, index) }];
}

/**
 * Replaces an axis by two of about equal length. Where they do not divide it, or run over the rows of the batch, points beyond
 * the end count for nothing.
 */
function cutAxis(
  projection: Projection,
  axis: PlanAxis,
  expressions: Expressions,
): { projection: Projection; outer: string } {
  const inner = innerLength(axis.extent);
  const outer = Math.ceil(axis.extent / inner);
  const outerName = `${axis.name}_outer`;
  const innerName = `${axis.name}_inner`;
  const whole = affine(0, [
    [outerName, inner],
    [innerName, 1],
  ]);
  const move = (index: Affine): Affine =>
    affine(
      index.constant,
      index.terms.flatMap(([name, step]) =>
        name === axis.name
          ? [[outerName, step * inner] as const, [innerName, step] as const]
          : [[name, step] as const],
      ),
      index.divisor,
    );
  const conditions = [
    ...(outer * inner > axis.extent ? [expressions.inside(whole, axis.extent)] : []),
    ...(axis.batch === true
      ? [expressions.apply("less", expressions.axisValue(whole), expressions.rows())]
      : []),
  ];
  const term = expressions.guarded(
    conditions,
    mapIndices(projection.term!, move, expressions),
    projection.combine === "max" ? -Infinity : 0,
  );
  const axes = projection.axes.flatMap((one) =>
    one === axis
      ? [
          { name: outerName, extent: outer },
          { name: innerName, extent: inner },
        ]
      : [one],
  );
  const reduce = projection.reduce.flatMap((name) =>
    name === axis.name ? [outerName, innerName] : [name],
  );
  return { projection: { ...projection, axes, reduce, term }, outer: outerName };
}

/** Near the square root: a divisor where there is one that is not much smaller. */
function innerLength(extent: number): number {
  const root = Math.ceil(Math.sqrt(extent));
  for (let inner = root; inner * 4 >= root; inner--) if (extent % inner === 0) return inner;
  return root;
}

function mapIndices(
  expression: Expr,
  move: (index: Affine) => Affine,
  expressions: Expressions,
): Expr {
  switch (expression.kind) {
    case "load":
      return expressions.load(expression.access.buffer, expression.access.index.map(move));
    case "axis":
      return expressions.axisValue(
        move(affine(expression.constant, [[expression.axis, expression.step]])),
      );
    case "inside":
      return expressions.inside(move(expression.index), expression.extent);
    case "apply":
      return expressions.apply(
        expression.op,
        ...expression.args.map((arg) => mapIndices(arg, move, expressions)),
      );
    default:
      return expression;
  }
}
