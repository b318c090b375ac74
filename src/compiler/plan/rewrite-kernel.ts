import type { Affine, Expr, Kernel } from "./plan.ts";
import { addAffine, affine, scaleAffine } from "./affine.ts";
import type { Expressions } from "./expressions.ts";

/** What to put in the place of loads and of indices; anything left out stays. */
export interface Rewriting {
  readonly index?: (index: Affine) => Affine;
  readonly load?: (load: Extract<Expr, { kind: "load" }>) => Expr;
}

/** The expression with its loads and indices replaced; what is shared stays shared. */
function rewriteExpression(expression: Expr, rewriting: Rewriting, expressions: Expressions): Expr {
  const done = new Map<Expr, Expr>();
  const index = rewriting.index ?? ((same: Affine): Affine => same);
  const visit = (current: Expr): Expr => {
    const known = done.get(current);
    if (known !== undefined) return known;
    const result = fresh(current);
    done.set(current, result);
    return result;
  };
  const fresh = (current: Expr): Expr => {
    switch (current.kind) {
      case "load":
        return (
          rewriting.load?.(current) ??
          expressions.load(current.access.buffer, current.access.index.map(index))
        );
      case "axis":
        return expressions.axisValue(
          index(affine(current.constant, [[current.axis, current.step]])),
        );
      case "inside":
        return expressions.inside(index(current.index), current.extent);
      case "apply":
        return expressions.apply(current.op, ...current.args.map(visit));
      case "accumulator":
        return expressions.accumulator();
      default:
        return current;
    }
  };
  return visit(expression);
}

export function rewriteKernel(
  kernel: Kernel,
  rewriting: Rewriting,
  expressions: Expressions,
): Kernel {
  const { term, initial } = kernel;
  const index = rewriting.index ?? ((same: Affine): Affine => same);
  return {
    ...kernel,
    ...(term === undefined ? {} : { term: rewriteExpression(term, rewriting, expressions) }),
    ...(initial === undefined
      ? {}
      : { initial: rewriteExpression(initial, rewriting, expressions) }),
    stores: kernel.stores.map(({ to, value }) => ({
      to: { buffer: to.buffer, index: to.index.map(index) },
      value: rewriteExpression(value, rewriting, expressions),
    })),
  };
}

/** The index with each axis replaced by an affine of other axes; what then divides exactly loses its divisor. */
export function substitute(index: Affine, axes: ReadonlyMap<string, Affine>): Affine {
  let sum = affine(index.constant);
  for (const [axis, step] of index.terms) {
    const by = axes.get(axis);
    sum = addAffine(sum, by === undefined ? affine(0, [[axis, step]]) : scaleAffine(by, step));
  }
  const divisor = index.divisor ?? 1;
  const exact = sum.constant % divisor === 0 && sum.terms.every(([, step]) => step % divisor === 0);
  if (exact)
    return affine(
      sum.constant / divisor,
      sum.terms.map(([axis, step]) => [axis, step / divisor] as const),
    );
  return affine(sum.constant, sum.terms, divisor);
}
