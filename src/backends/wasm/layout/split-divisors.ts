import type { Affine, Expr, Kernel, PlanAxis } from "../../../compiler/plan/plan.ts";
import { expressionsOf } from "../../../compiler/plan/accesses.ts";
import { affine } from "../../../compiler/plan/affine.ts";
import type { Expressions } from "../../../compiler/plan/expressions.ts";
import { rewriteKernel, substitute } from "../../../compiler/plan/rewrite-kernel.ts";

/**
 * A kernel that reads at divided indices (the gradient of stride s) as one kernel for each remainder of its axes: with
 * y = s·y' + p only the taps d ≡ … (mod s) contribute, and every index is affine again. Kernels in which several taps
 * share a remainder (dilations that are not prime to the stride) stay as they are.
 */
export function splitDivisors(kernel: Kernel, expressions: Expressions): readonly Kernel[] {
  const parts = splitIndices(kernel, expressions).map((part) => withoutSums(part, expressions));
  return joined(parts, kernel.name);
}

function splitIndices(kernel: Kernel, expressions: Expressions): readonly Kernel[] {
  for (const index of indicesOf(kernel)) {
    const parts =
      index.divisor === undefined ? undefined : splitBy(kernel, index, index.divisor, expressions);
    if (parts !== undefined) return parts.flatMap((part) => splitIndices(part, expressions));
  }
  return [kernel];
}

/** A sum of a single term is that term. */
function withoutSums(kernel: Kernel, expressions: Expressions): Kernel {
  const { term, combine, initial, ...rest } = kernel;
  const reduced = kernel.axes.filter((axis) => kernel.reduce.includes(axis.name));
  const isSingle =
    combine === "sum" &&
    reduced.length > 0 &&
    reduced.every((axis) => axis.extent === 1 && axis.batch !== true);
  if (!isSingle || term === undefined) return kernel;
  const fixed = new Map(reduced.map((axis) => [axis.name, affine(0)] as const));
  const { term: value, ...single } = rewriteKernel(
    { ...rest, term, axes: kernel.axes.filter((axis) => !reduced.includes(axis)), reduce: [] },
    { index: (index) => substitute(index, fixed) },
    expressions,
  );
  const start =
    initial === undefined
      ? undefined
      : rewriteKernel({ ...kernel, stores: [] }, {}, expressions).initial;
  const sum = start === undefined ? value! : expressions.apply("add", start, value!);
  return {
    ...single,
    stores: single.stores.map((store) => ({
      to: store.to,
      value: expressions.replace(store.value, expressions.accumulator(), sum),
    })),
  };
}

/** Parts without a reduction that run over the same points become one kernel with a store each: what they read is read once. */
function joined(parts: readonly Kernel[], name: string): readonly Kernel[] {
  const [first] = parts;
  const shapeOf = (part: Kernel): string => JSON.stringify(part.axes);
  if (
    first === undefined ||
    parts.length < 2 ||
    parts.some((part) => part.term !== undefined || shapeOf(part) !== shapeOf(first))
  )
    return parts;
  return [
    {
      ...first,
      name,
      stores: parts.flatMap((part) => part.stores),
    },
  ];
}

function indicesOf(kernel: Kernel): readonly Affine[] {
  return expressionsOf(kernel).flatMap((expression) =>
    expression.kind === "load"
      ? expression.access.index
      : expression.kind === "inside"
        ? [expression.index]
        : [],
  );
}

type Remainders = ReadonlyMap<string, number>;

function splitBy(
  kernel: Kernel,
  index: Affine,
  divisor: number,
  expressions: Expressions,
): readonly Kernel[] | undefined {
  const mixed = index.terms
    .filter(([, step]) => step % divisor !== 0)
    .map(([axis]) => kernel.axes.find((one) => one.name === axis)!);
  if (mixed.some((axis) => axis.batch === true)) return undefined;
  const space = mixed.filter((axis) => kernel.space.includes(axis.name));
  const reduce = mixed.filter((axis) => kernel.reduce.includes(axis.name));
  const parts: Kernel[] = [];
  for (const place of remaindersOf(space, divisor)) {
    const fitting = remaindersOf(reduce, divisor).filter(
      (taps) => numerator(index, new Map([...place, ...taps])) % divisor === 0,
    );
    if (fitting.length > 1) return undefined;
    parts.push(part(kernel, divisor, place, fitting[0], reduce, expressions));
  }
  return parts.map((one, number) => ({
    ...one,
    name: parts.length === 1 ? one.name : `${one.name}_${number}`,
  }));
}

/** Every choice of remainders; those at which an axis has no point are left out. */
function remaindersOf(axes: readonly PlanAxis[], divisor: number): readonly Remainders[] {
  let choices: readonly Remainders[] = [new Map()];
  for (const axis of axes) {
    choices = choices.flatMap((choice) =>
      Array.from(
        { length: Math.min(divisor, axis.extent) },
        (_, remainder) => new Map([...choice, [axis.name, remainder]]),
      ),
    );
  }
  return choices;
}

function numerator(index: Affine, at: Remainders): number {
  return index.terms.reduce(
    (sum, [axis, step]) => sum + step * (at.get(axis) ?? 0),
    index.constant,
  );
}

function part(
  kernel: Kernel,
  divisor: number,
  place: Remainders,
  taps: Remainders | undefined,
  reduce: readonly PlanAxis[],
  expressions: Expressions,
): Kernel {
  const chosen = new Map([...place, ...(taps ?? new Map(reduce.map((axis) => [axis.name, 0])))]);
  const axes = kernel.axes.map((axis) => {
    const remainder = chosen.get(axis.name);
    return remainder === undefined
      ? axis
      : { ...axis, extent: Math.ceil((axis.extent - remainder) / divisor) };
  });
  const replaced = new Map(
    [...chosen].map(([axis, remainder]) => [axis, affine(remainder, [[axis, divisor]])] as const),
  );
  const narrowed = rewriteKernel(
    { ...kernel, axes },
    { index: (index) => substitute(index, replaced) },
    expressions,
  );
  return taps === undefined ? withoutTerms(narrowed, expressions) : narrowed;
}

/** No tap reaches these places: the reduction is what it starts from. */
function withoutTerms(kernel: Kernel, expressions: Expressions): Kernel {
  const { term, combine, initial, ...rest } = kernel;
  const start: Expr = initial ?? expressions.constant(combine === "max" ? -Infinity : 0);
  return {
    ...rest,
    axes: kernel.axes.filter((axis) => kernel.space.includes(axis.name)),
    reduce: [],
    stores: kernel.stores.map(({ to, value }) => ({
      to,
      value: expressions.replace(value, expressions.accumulator(), start),
    })),
  };
}
