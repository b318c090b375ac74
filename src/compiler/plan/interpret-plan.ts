import { invariant } from "../base/invariant.ts";
import { kernelsOf, memoryOf } from "./accesses.ts";
import type { Affine, Buffer, Expr, Kernel, Loop, Plan, PlanAxis, ScalarOp } from "./plan.ts";
import { scalarOperations } from "./scalar-operations.ts";

/** What one call of a plan is given: every input, parameter, state and random buffer by name, row-major. */
interface PlanInputs {
  readonly buffers: ReadonlyMap<string, ArrayLike<number>>;
  readonly scalars: ReadonlyMap<string, number>;
  /** Rows of this batch, 1 … capacity. */
  readonly rows: number;
  readonly precision?: "float64" | "float32";
}

interface PlanValues {
  readonly results: ReadonlyMap<string, Float64Array>;
  readonly updates: ReadonlyMap<string, Float64Array>;
  /** Every buffer by name, as the last step left it. */
  readonly memory: ReadonlyMap<string, Float64Array>;
}

/** The executable specification of plans: slow, plain, and in double precision unless asked otherwise. */
export function interpretPlan(plan: Plan, inputs: PlanInputs): PlanValues {
  const memory = new Map<Buffer, Float64Array>();
  const round = inputs.precision === "float32" ? Math.fround : (value: number): number => value;
  for (const buffer of plan.buffers) {
    if (buffer.aliasOf !== undefined) continue;
    const given = inputs.buffers.get(buffer.name);
    const provided =
      buffer.role === "input" ||
      buffer.role === "parameter" ||
      buffer.role === "state" ||
      buffer.role === "random";
    invariant(
      !provided || given?.length === sizeOf(buffer),
      `buffer ${buffer.name} needs ${sizeOf(buffer)} numbers`,
    );
    memory.set(
      buffer,
      provided
        ? Float64Array.from(given!, round)
        : new Float64Array(sizeOf(buffer)).fill(Number.NaN),
    );
  }
  const machine: Machine = { memory, inputs, round };
  for (const step of plan.steps) {
    const kernels = kernelsOf(step).map((kernel) => compileKernel(kernel, machine));
    if (step.kind === "kernel") kernels.forEach((run) => run(0));
    if (step.kind === "loop") forEachRound(step, (place) => kernels.forEach((run) => run(place)));
  }
  const read = (buffers: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Float64Array> =>
    new Map([...buffers].map(([name, buffer]) => [name, memory.get(buffer)!] as const));
  const byName = new Map([...memory].map(([{ name }, values]) => [name, values]));
  return { results: read(plan.results), updates: read(plan.updates), memory: byName };
}

function forEachRound({ axis: { extent }, reverse }: Loop, body: (place: number) => void): void {
  for (let round = 0; round < extent; round++) body(reverse ? extent - 1 - round : round);
}

function sizeOf(buffer: Buffer): number {
  return buffer.shape.reduce((product, size) => product * size, 1);
}

interface Machine {
  readonly memory: ReadonlyMap<Buffer, Float64Array>;
  readonly inputs: PlanInputs;
  readonly round: (value: number) => number;
}

/** The loop variables and the accumulator at one point. */
interface Point {
  readonly variables: number[];
  accumulator: number;
}
type Compiled = (point: Point) => number;

/** The kernel as a function of the variable of the loop around it. */
function compileKernel(kernel: Kernel, machine: Machine): (place: number) => void {
  const slots = new Map(
    [...kernel.axes, ...(kernel.around === undefined ? [] : [kernel.around])].map(
      (axis, slot) => [axis.name, slot] as const,
    ),
  );
  const outside = kernel.combine === "max" ? -Infinity : 0;
  const compile = (expression: Expr, absent: number): Compiled =>
    compileExpression(expression, { machine, slots, outside: absent, done: new Map() });
  const term = kernel.term === undefined ? undefined : compile(kernel.term, outside);
  const initial = kernel.initial === undefined ? (): number => outside : compile(kernel.initial, 0);
  const stores = kernel.stores.map((store) => ({
    value: compile(store.value, 0),
    place: compilePlace(store.to.index, store.to.buffer, slots),
    to: target(store.to.buffer, machine),
  }));
  const point: Point = { variables: [...slots].map(() => 0), accumulator: 0 };
  const axis = (name: string): PlanAxis => kernel.axes[slots.get(name)!]!;
  const combine = (): void => {
    const value = term!(point);
    point.accumulator = machine.round(
      kernel.combine === "max" ? Math.max(point.accumulator, value) : point.accumulator + value,
    );
  };
  return (around) => {
    if (kernel.around !== undefined) point.variables[slots.get(kernel.around.name)!] = around;
    forEachPoint(kernel.space.map(axis), slots, point, undefined, () => {
      point.accumulator = initial(point);
      if (term !== undefined)
        forEachPoint(kernel.reduce.map(axis), slots, point, machine.inputs.rows, combine);
      const values = stores.map((store) => store.value(point));
      for (const [place, store] of stores.entries()) store.to[store.place(point)] = values[place]!;
    });
  };
}

function target(buffer: Buffer, machine: Machine): Float64Array {
  return machine.memory.get(memoryOf(buffer))!;
}

/** Nested loops; batch axes stop at `rows` where it is given. */
function forEachPoint(
  axes: readonly PlanAxis[],
  slots: ReadonlyMap<string, number>,
  point: Point,
  rows: number | undefined,
  body: () => void,
): void {
  const [first, ...rest] = axes;
  if (first === undefined) return body();
  const end =
    first.batch === true && rows !== undefined ? Math.min(rows, first.extent) : first.extent;
  const slot = slots.get(first.name)!;
  for (let value = 0; value < end; value++) {
    point.variables[slot] = value;
    forEachPoint(rest, slots, point, rows, body);
  }
}

interface Context {
  readonly machine: Machine;
  readonly slots: ReadonlyMap<string, number>;
  readonly outside: number;
  readonly done: Map<Expr, Compiled>;
}

function compileExpression(expression: Expr, context: Context): Compiled {
  const known = context.done.get(expression);
  if (known !== undefined) return known;
  const compiled = compileNew(expression, context);
  context.done.set(expression, compiled);
  return compiled;
}

function compileNew(expression: Expr, context: Context): Compiled {
  const { machine, slots } = context;
  switch (expression.kind) {
    case "constant":
      return () => machine.round(expression.value);
    case "scalar": {
      const value = machine.inputs.scalars.get(expression.name);
      invariant(value !== undefined, `scalar ${expression.name} is missing`);
      return () => machine.round(value);
    }
    case "rows":
      return () => machine.inputs.rows;
    case "axis": {
      const slot = slots.get(expression.axis)!;
      return (point) => expression.constant + expression.step * point.variables[slot]!;
    }
    case "accumulator":
      return (point) => point.accumulator;
    case "inside": {
      const index = compileAffine(expression.index, slots);
      return (point) => (isInside(index(point), expression.extent) ? 1 : 0);
    }
    case "load":
      return compileLoad(expression, context);
    case "apply":
      return compileApply(
        expression.op,
        expression.args.map((arg) => compileExpression(arg, context)),
        machine.round,
      );
  }
}

function isInside(value: number, extent: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < extent;
}

/** The value of an index: not an integer where the division is not exact. */
function compileAffine(index: Affine, slots: ReadonlyMap<string, number>): Compiled {
  const terms = index.terms.map(([axis, step]) => {
    const slot = slots.get(axis);
    invariant(slot !== undefined, `axis ${axis} is unknown`);
    return [slot, step] as const;
  });
  const divisor = index.divisor ?? 1;
  return (point) =>
    terms.reduce((sum, [slot, step]) => sum + point.variables[slot]! * step, index.constant) /
    divisor;
}

function compileLoad(expression: Extract<Expr, { kind: "load" }>, context: Context): Compiled {
  const { buffer, index } = expression.access;
  const from = target(buffer, context.machine);
  const places = index.map((one) => compileAffine(one, context.slots));
  return (point) => {
    let flat = 0;
    for (const [axis, place] of places.entries()) {
      const value = place(point);
      if (!isInside(value, buffer.shape[axis]!)) return context.outside;
      flat = flat * buffer.shape[axis]! + value;
    }
    return from[flat]!;
  };
}

function compilePlace(
  index: readonly Affine[],
  buffer: Buffer,
  slots: ReadonlyMap<string, number>,
): Compiled {
  const places = index.map((one) => compileAffine(one, slots));
  return (point) =>
    places.reduce((flat, place, axis) => flat * buffer.shape[axis]! + place(point), 0);
}

function compileApply(
  op: ScalarOp,
  args: readonly Compiled[],
  round: (value: number) => number,
): Compiled {
  if (op === "select") {
    const [condition, then, otherwise] = args as readonly [Compiled, Compiled, Compiled];
    return (point) => (condition(point) !== 0 ? then(point) : otherwise(point));
  }
  const compute = scalarOperations[op];
  const [first, second] = args as readonly [Compiled, Compiled?];
  if (second === undefined) return (point) => round(compute(first(point), 0));
  return (point) => round(compute(first(point), second(point)));
}
