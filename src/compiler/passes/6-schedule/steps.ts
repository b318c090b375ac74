import type { Buffer, Expr, FillRandom, Kernel, Step } from "../../plan/plan.ts";
import { subexpressions } from "./expressions.ts";

/** The memory behind a buffer: itself, or what it is another shape of. */
export function memoryOf(buffer: Buffer): Buffer {
  return buffer.aliasOf === undefined ? buffer : memoryOf(buffer.aliasOf);
}

export function expressionsOf(kernel: Kernel): readonly Expr[] {
  return subexpressions(...[kernel.term, kernel.initial].filter((part) => part !== undefined), ...kernel.stores.map((store) => store.value));
}

/** The buffers (as accessed, aliases included) that a kernel loads from, in order of first use. */
export function readsOf(kernel: Kernel): readonly Buffer[] {
  const buffers = new Set<Buffer>();
  for (const expression of expressionsOf(kernel)) if (expression.kind === "load") buffers.add(expression.access.buffer);
  return [...buffers];
}

/** Kernels in the order of data flow, first ready first served; random numbers are filled just before their first reader. */
export function orderSteps(kernels: readonly Kernel[], streams: ReadonlyMap<Buffer, string>): readonly Step[] {
  const maker = new Map<Buffer, Kernel>();
  for (const kernel of kernels) for (const store of kernel.stores) maker.set(store.to.buffer, kernel);
  const waiting = new Map<Kernel, Set<Kernel>>();
  const users = new Map<Kernel, Kernel[]>(kernels.map((kernel) => [kernel, []]));
  for (const kernel of kernels) {
    const needs = new Set(readsOf(kernel).flatMap((buffer) => maker.get(memoryOf(buffer)) ?? []));
    waiting.set(kernel, needs);
    for (const need of needs) users.get(need)!.push(kernel);
  }
  const steps: Step[] = [];
  const filled = new Set<Buffer>();
  const ready = kernels.filter((kernel) => waiting.get(kernel)!.size === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    steps.push(...fillsBefore(next, streams, filled), next);
    for (const user of users.get(next)!) {
      waiting.get(user)!.delete(next);
      if (waiting.get(user)!.size === 0) ready.push(user);
    }
  }
  return steps;
}

function fillsBefore(kernel: Kernel, streams: ReadonlyMap<Buffer, string>, filled: Set<Buffer>): readonly FillRandom[] {
  const fresh = readsOf(kernel).map(memoryOf).filter((buffer) => buffer.role === "random" && !filled.has(buffer));
  return [...new Set(fresh)].map((buffer) => {
    filled.add(buffer);
    return { kind: "fill random", buffer, stream: streams.get(buffer)! };
  });
}

/** For every buffer that lives within one call, the first and last step that touches it; what is read afterwards lives to the end. */
export function lifetimesOf(steps: readonly Step[], kept: ReadonlySet<Buffer>): ReadonlyMap<string, readonly [number, number]> {
  const lifetimes = new Map<string, readonly [number, number]>();
  const touch = (buffer: Buffer, step: number): void => {
    const memory = memoryOf(buffer);
    if (memory.role !== "temporary" && memory.role !== "result" && memory.role !== "random") return;
    const first = lifetimes.get(memory.name)?.[0] ?? step;
    lifetimes.set(memory.name, [first, kept.has(memory) ? steps.length - 1 : step]);
  };
  for (const [number, step] of steps.entries()) {
    if (step.kind === "fill random") touch(step.buffer, number);
    else for (const buffer of [...readsOf(step), ...step.stores.map((store) => store.to.buffer)]) touch(buffer, number);
  }
  return lifetimes;
}
