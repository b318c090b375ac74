import { kernelsOf, memoryOf, readsOf } from "./plan/accesses.ts";
import type { Buffer, Plan } from "./plan/plan.ts";

/** Bytes that one call of a plan needs, four a number; buffers whose lifetimes do not meet share memory. */
export interface PlanMemory {
  readonly weights: number;
  /** The optimiser's tensors and running statistics. */
  readonly states: number;
  /** The most that inputs, activations, gradients and random numbers take at one time. */
  readonly activations: number;
  readonly total: number;
}

/** What a plan holds at its fullest step. A weight or state whose old value is not read any more is replaced in place. */
export function memoryOfPlan(plan: Plan): PlanMemory {
  const own = plan.buffers.filter(({ aliasOf }) => aliasOf === undefined);
  const weights = sum(own.filter(({ role }) => role === "parameter"));
  const states = sum(own.filter(({ role }) => role === "state"));
  const activations = sum(own.filter(({ role }) => role === "input")) + fullestStep(plan, own);
  return { weights, states, activations, total: weights + states + activations };
}

function fullestStep(plan: Plan, own: readonly Buffer[]): number {
  const inPlace = replacedInPlace(plan);
  const changes = new Float64Array(plan.steps.length + 1);
  for (const buffer of own) {
    const life = plan.lifetimes.get(buffer);
    if (life === undefined || inPlace.has(buffer)) continue;
    changes[life[0]]! += bytesOf(buffer);
    changes[life[1] + 1]! -= bytesOf(buffer);
  }
  let [held, most] = [0, 0];
  for (const change of changes) most = Math.max(most, (held += change));
  return most;
}

/** New values that are written when nothing reads the old one any more. */
function replacedInPlace(plan: Plan): ReadonlySet<Buffer> {
  const lastRead = new Map<string, number>();
  for (const [number, step] of plan.steps.entries()) {
    for (const buffer of kernelsOf(step).flatMap(readsOf))
      lastRead.set(memoryOf(buffer).name, number);
  }
  const replaced = [...plan.updates].filter(([path, buffer]) => {
    const life = plan.lifetimes.get(buffer);
    return life !== undefined && life[0] >= (lastRead.get(path) ?? 0);
  });
  return new Set(replaced.map(([, buffer]) => buffer));
}

function sum(buffers: readonly Buffer[]): number {
  return buffers.reduce((total, buffer) => total + bytesOf(buffer), 0);
}

function bytesOf({ shape }: Buffer): number {
  return 4 * shape.reduce((product, size) => product * size, 1);
}
