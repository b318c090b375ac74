import {
  expressionsOf,
  extentsOf,
  kernelsOf,
  memoryOf,
  readsOf,
} from "../../../compiler/plan/accesses.ts";
import { affine, rangeOf } from "../../../compiler/plan/affine.ts";
import { Expressions } from "../../../compiler/plan/expressions.ts";
import type { Access, Buffer, Expr, Kernel, Plan, Step } from "../../../compiler/plan/plan.ts";
import type { PreparedPlan } from "./prepared-plan.ts";
import { verifyPrepared } from "./verify-prepared.ts";
import { rewriteKernel } from "../../../compiler/plan/rewrite-kernel.ts";
import { splitDivisors } from "./split-divisors.ts";

/**
 * Divided indices are split by remainder; arrays that a product reads outside of their bounds, but whose memory has no room for a
 * border (inputs, other shapes of a buffer), are copied first; kernels that only make new values of variables come last.
 */
export function preparePlan(plan: Plan): PreparedPlan {
  const expressions = new Expressions();
  const split = plan.steps.flatMap((step): readonly Step[] => {
    if (step.kind === "loop")
      return [{ ...step, body: step.body.flatMap((kernel) => splitDivisors(kernel, expressions)) }];
    return step.kind === "kernel" ? splitDivisors(step, expressions) : [step];
  });
  const { steps, buffers } = withBorders(split, aliased(plan.buffers), expressions);
  const prepared = {
    plan,
    steps: updatesLast(steps, plan),
    buffers: [...plan.buffers, ...buffers],
    expressions,
  };
  verifyPrepared(prepared);
  return prepared;
}

/** The memories that are seen under more than one shape. */
export function aliased(buffers: readonly Buffer[]): ReadonlySet<Buffer> {
  return new Set(
    buffers.flatMap((buffer) => (buffer.aliasOf === undefined ? [] : [memoryOf(buffer)])),
  );
}

/** Whether the memory of a buffer can have a border of zeros around it. */
function hasRoom(buffer: Buffer, shared: ReadonlySet<Buffer>): boolean {
  return buffer.role === "temporary" && buffer.aliasOf === undefined && !shared.has(buffer);
}

/** The two loads of a product, when the kernel is a sum of products of loads. */
function productOf(kernel: Kernel): readonly [Access, Access] | undefined {
  if (kernel.combine !== "sum" || kernel.term?.kind !== "apply" || kernel.term.op !== "multiply")
    return undefined;
  const [a, b] = kernel.term.args as readonly [Expr, Expr];
  return a.kind === "load" && b.kind === "load" ? [a.access, b.access] : undefined;
}

export function leavesBounds({ buffer, index }: Access, kernel: Kernel): boolean {
  const extents = extentsOf(kernel);
  return index.some((one, dimension) => {
    const [low, high] = rangeOf(one, extents);
    return low < 0 || high >= buffer.shape[dimension]!;
  });
}

function withBorders(
  steps: readonly Step[],
  shared: ReadonlySet<Buffer>,
  expressions: Expressions,
): { steps: readonly Step[]; buffers: readonly Buffer[] } {
  const copies = new Map<Buffer, Buffer>();
  const result: Step[] = [];
  for (const step of steps) {
    if (step.kind !== "kernel") {
      result.push(step);
      continue;
    }
    const wanted = (productOf(step) ?? [])
      .filter((access) => !hasRoom(access.buffer, shared) && leavesBounds(access, step))
      .map((access) => access.buffer);
    for (const buffer of wanted) {
      if (copies.has(buffer)) continue;
      const copy: Buffer = {
        name: `${buffer.name}_bordered`,
        shape: buffer.shape,
        batched: buffer.batched,
        role: "temporary",
      };
      copies.set(buffer, copy);
      result.push(copyKernel(buffer, copy, step.path, expressions));
    }
    const load = (expression: Extract<Expr, { kind: "load" }>): Expr => {
      const copy = wanted.includes(expression.access.buffer)
        ? copies.get(expression.access.buffer)
        : undefined;
      return copy === undefined ? expression : expressions.load(copy, expression.access.index);
    };
    result.push(
      wanted.length === 0
        ? step
        : { ...step, term: rewriteKernel(step, { load }, expressions).term! },
    );
  }
  return { steps: result, buffers: [...copies.values()] };
}

function copyKernel(from: Buffer, to: Buffer, path: string, expressions: Expressions): Kernel {
  const axes = from.shape.map((extent, axis) => ({
    name: `d${axis}`,
    extent,
    ...(axis === 0 && from.batched ? { batch: true } : {}),
  }));
  const index = axes.map((axis) => affine(0, [[axis.name, 1]]));
  return {
    kind: "kernel",
    name: to.name,
    axes,
    space: axes.map((axis) => axis.name),
    reduce: [],
    path,
    stores: [{ to: { buffer: to, index }, value: expressions.load(from, index) }],
    comment: `${to.name}: ${from.name} [${from.shape.join(", ")}] with a border of zeros`,
  };
}

/** Then almost every new value of a variable can be written over the old one. */
function updatesLast(steps: readonly Step[], plan: Plan): readonly Step[] {
  const updates = new Set(plan.updates.values());
  const readElsewhere = new Set<Buffer>();
  const isUpdate = (step: Step): boolean =>
    step.kind === "kernel" &&
    step.stores.every(
      (store) => updates.has(store.to.buffer) && !readElsewhere.has(store.to.buffer),
    );
  for (;;) {
    const before = readElsewhere.size;
    for (const step of steps)
      if (!isUpdate(step))
        for (const buffer of kernelsOf(step).flatMap(readsOf)) readElsewhere.add(memoryOf(buffer));
    if (readElsewhere.size === before) break;
  }
  return [...steps.filter((step) => !isUpdate(step)), ...steps.filter(isUpdate)];
}

/**
 * The new values that can be written over the old ones: path → buffer. No later step reads the old value, and the kernel
 * that stores the new one reads the old one at the same place only.
 */
export function inPlace(prepared: PreparedPlan): ReadonlyMap<string, Buffer> {
  const { plan, steps } = prepared;
  const result = new Map<string, Buffer>();
  const shared = aliased(prepared.buffers);
  for (const [path, buffer] of plan.updates) {
    const variable = plan.buffers.find(
      (one) => one.name === path && (one.role === "parameter" || one.role === "state"),
    );
    // One new value of two variables can lie in the place of one of them only.
    const isTaken = [...result.values()].includes(buffer);
    if (
      variable === undefined ||
      isTaken ||
      shared.has(variable) ||
      shared.has(buffer) ||
      buffer.role === "result"
    )
      continue;
    const first = steps.findIndex(
      (step) => step.kind === "kernel" && step.stores.some((store) => store.to.buffer === buffer),
    );
    const isSafe =
      first >= 0 &&
      steps
        .slice(first)
        .flatMap(kernelsOf)
        .every((kernel) => readsSamePlaceOnly(kernel, variable, buffer));
    if (isSafe) result.set(path, buffer);
  }
  return result;
}

function readsSamePlaceOnly(kernel: Kernel, variable: Buffer, next: Buffer): boolean {
  const store = kernel.stores.find((one) => one.to.buffer === next);
  const place = (access: Access): string => JSON.stringify(access.index);
  return expressionsOf(kernel).every((expression) => {
    if (expression.kind !== "load" || memoryOf(expression.access.buffer) !== variable) return true;
    const inTerm = kernel.term !== undefined && kernel.reduce.length > 0;
    return store !== undefined && !inTerm && place(expression.access) === place(store.to);
  });
}
