import { invariant } from "../base/invariant.ts";
import { expressionsOf, extentsOf, kernelsOf, lifetimesOf, memoryOf, readsOf } from "./accesses.ts";
import { flatten, rangeOf } from "./affine.ts";
import { subexpressions } from "./expressions.ts";
import type { Access, Affine, Buffer, Expr, Kernel, Loop, Plan } from "./plan.ts";

/**
 * Holds a plan against its own rules: known axes, accesses inside of their buffers or borders, every buffer stored once,
 * wholly and before it is read, lifetimes as the steps say. Throws on the first thing wrong: that is a fault of the scheduler.
 */
export function verifyPlan(plan: Plan): void {
  unique(
    "buffer",
    plan.buffers.map((buffer) => buffer.name),
  );
  unique(
    "kernel",
    plan.steps.flatMap(kernelsOf).map(({ name }) => name),
  );
  for (const kernel of plan.steps.flatMap(kernelsOf)) verifyKernel(kernel, plan);
  verifyOrder(plan);
  verifyLifetimes(plan);
}

function unique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  invariant(twice === undefined, `two ${what}s are called ${twice ?? ""}`);
}

function verifyKernel(kernel: Kernel, plan: Plan): void {
  const complain = (problem: string): never =>
    invariant(false, `kernel ${kernel.name}: ${problem}`) as never;
  unique(
    `axis of ${kernel.name}`,
    kernel.axes.map((axis) => axis.name),
  );
  const used = [...kernel.space, ...kernel.reduce];
  if (used.length !== kernel.axes.length || !kernel.axes.every((axis) => used.includes(axis.name)))
    complain("its axes are not its space and what it reduces over");
  if ((kernel.term === undefined) !== (kernel.combine === undefined))
    complain("a reduction needs a term and how to combine");
  if (kernel.term === undefined && kernel.reduce.length > 0)
    complain("it reduces over axes without a term");
  for (const axis of kernel.axes)
    if (axis.batch === true && axis.extent !== plan.capacity)
      complain(`batch axis ${axis.name} has ${axis.extent} rows`);
  const around = kernel.around === undefined ? [] : [kernel.around.name];
  if (kernel.axes.some((axis) => around.includes(axis.name)))
    complain("it has the variable of its loop for an axis of its own");
  const outside = [kernel.initial, ...kernel.stores.map((store) => store.value)].filter(
    (part) => part !== undefined,
  );
  for (const expression of subexpressions(...outside))
    verifyAxes(expression, new Set([...kernel.space, ...around]), complain);
  if (kernel.term !== undefined)
    for (const expression of subexpressions(kernel.term))
      verifyAxes(expression, new Set([...used, ...around]), complain);
  verifyAccumulator(kernel, complain);
  for (const expression of expressionsOf(kernel))
    if (expression.kind === "load") verifyLoad(expression.access, kernel, complain);
  if (kernel.stores.length === 0) complain("it stores nothing");
  for (const store of kernel.stores) verifyStore(store.to, kernel, complain);
}

type Complain = (problem: string) => never;

function indicesOf(expression: Expr): readonly Affine[] {
  if (expression.kind === "load") return expression.access.index;
  return expression.kind === "inside" ? [expression.index] : [];
}

function verifyAxes(expression: Expr, allowed: ReadonlySet<string>, complain: Complain): void {
  if (expression.kind === "axis" && !allowed.has(expression.axis))
    complain(`axis ${expression.axis} is not known here`);
  for (const index of indicesOf(expression)) {
    for (const [axis] of index.terms)
      if (!allowed.has(axis)) complain(`axis ${axis} is not known here`);
  }
}

function verifyAccumulator(kernel: Kernel, complain: Complain): void {
  const inside = [kernel.term, kernel.initial].filter((part) => part !== undefined);
  if (subexpressions(...inside).some((part) => part.kind === "accumulator"))
    complain("the accumulator is used before it has a value");
  const inStores = subexpressions(...kernel.stores.map((store) => store.value)).some(
    (part) => part.kind === "accumulator",
  );
  if (inStores && kernel.term === undefined)
    complain("it stores the value of a reduction that it does not have");
}

function verifyLoad({ buffer, index }: Access, kernel: Kernel, complain: Complain): void {
  if (index.length !== buffer.shape.length)
    complain(`${buffer.name} has ${buffer.shape.length} dimensions, not ${index.length}`);
  for (const [dimension, one] of index.entries()) {
    const [low, high] = rangeOf(one, extentsOf(kernel));
    const [before, after] = buffer.halo?.[dimension] ?? [0, 0];
    const size = buffer.shape[dimension]!;
    if (low < -before || high >= size + after)
      complain(`${buffer.name} is read at ${low} … ${high} of ${size} in dimension ${dimension}`);
  }
  const rows = index[0];
  if (!buffer.batched || rows === undefined) return;
  for (const [axis] of rows.terms) {
    const isBatch = kernel.axes.find((one) => one.name === axis)?.batch === true;
    if (kernel.reduce.includes(axis) && !isBatch)
      complain(`it reduces over the rows of ${buffer.name} without leaving out absent ones`);
  }
}

/** The space, in a loop all its rounds together, must reach every element of the buffer exactly once: its axes are the digits of the flat place. */
function verifyStore({ buffer, index }: Access, kernel: Kernel, complain: Complain): void {
  if (index.length !== buffer.shape.length)
    complain(`${buffer.name} has ${buffer.shape.length} dimensions, not ${index.length}`);
  const flat = flatten(index, buffer.shape);
  if (flat === undefined || flat.constant !== 0)
    return complain(`${buffer.name} is not stored from its first element on`);
  const extents = extentsOf(kernel);
  const places = [
    ...kernel.space,
    ...(kernel.around === undefined || !flat.terms.some(([name]) => name === kernel.around!.name)
      ? []
      : [kernel.around.name]),
  ];
  const digits = places
    .filter((axis) => extents.get(axis)! > 1)
    .map((axis) => ({
      extent: extents.get(axis)!,
      step: flat.terms.find(([name]) => name === axis)?.[1] ?? 0,
    }));
  let next = 1;
  for (const { extent, step } of digits.sort((a, b) => a.step - b.step)) {
    if (step !== next) complain(`${buffer.name} is stored with gaps or twice`);
    next *= extent;
  }
  const size = buffer.shape.reduce((product, extent) => product * extent, 1);
  if (next !== size) complain(`${buffer.name} has ${size} elements, of which ${next} are stored`);
}

/** Reads come after writes; leaves are never written; everything else is written once. */
function verifyOrder(plan: Plan): void {
  const known = new Set<Buffer>(plan.buffers);
  const written = new Set<Buffer>();
  const isLeaf = (buffer: Buffer): boolean =>
    buffer.role === "input" || buffer.role === "parameter" || buffer.role === "state";
  const write = (buffer: Buffer, by: string): void => {
    invariant(
      known.has(buffer) && !isLeaf(buffer) && buffer.aliasOf === undefined,
      `${by} writes ${buffer.name}, which is not its to write`,
    );
    invariant(!written.has(buffer), `${by} writes ${buffer.name} a second time`);
    written.add(buffer);
  };
  for (const step of plan.steps) {
    if (step.kind === "fill random") write(step.buffer, `the random stream ${step.stream}`);
    const stacks = step.kind === "loop" ? stacksOf(step) : new Set<Buffer>();
    for (const kernel of kernelsOf(step)) {
      for (const buffer of readsOf(kernel)) {
        invariant(
          known.has(buffer),
          `kernel ${kernel.name} reads ${buffer.name}, which is not in the plan`,
        );
        const isFromBefore =
          step.kind === "loop" &&
          stacks.has(memoryOf(buffer)) &&
          readsPlaceBefore(kernel, buffer, step);
        invariant(
          isFromBefore || isLeaf(memoryOf(buffer)) || written.has(memoryOf(buffer)),
          `kernel ${kernel.name} reads ${buffer.name} before it is written`,
        );
      }
      for (const store of kernel.stores) write(store.to.buffer, `kernel ${kernel.name}`);
    }
  }
  for (const [name, buffer] of [...plan.results, ...plan.updates])
    invariant(written.has(buffer), `${name} is never computed`);
}

/** The arrays that a loop fills place by place. */
function stacksOf({ axis, body }: Loop): ReadonlySet<Buffer> {
  const stores = body.flatMap((kernel) => kernel.stores.map((store) => store.to));
  return new Set(
    stores
      .filter(({ index }) => index.some((one) => one.terms.some(([name]) => name === axis.name)))
      .map(({ buffer }) => buffer),
  );
}

/** Whether a kernel reads an array of its loop only where rounds before have stored it. */
function readsPlaceBefore(kernel: Kernel, buffer: Buffer, { axis, reverse }: Loop): boolean {
  return expressionsOf(kernel).every((expression) => {
    if (expression.kind !== "load" || expression.access.buffer !== buffer) return true;
    const place = expression.access.index.find((one) =>
      one.terms.some(([name]) => name === axis.name),
    );
    return (
      place !== undefined &&
      place.terms.length === 1 &&
      place.terms[0]![1] === 1 &&
      place.constant === (reverse ? 1 : -1)
    );
  });
}

function verifyLifetimes(plan: Plan): void {
  const expected = lifetimesOf(
    plan.steps,
    new Set([...plan.results.values(), ...plan.updates.values()]),
  );
  invariant(expected.size === plan.lifetimes.size, "lifetimes are missing or too many");
  for (const [buffer, [first, last]] of expected) {
    const given = plan.lifetimes.get(buffer);
    invariant(
      given !== undefined && given[0] === first && given[1] === last,
      `the lifetime of ${buffer.name} is not ${first} … ${last}`,
    );
  }
}
