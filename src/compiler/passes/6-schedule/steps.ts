import { kernelsOf, memoryOf, readsOf } from "../../plan/accesses.ts";
import type { Buffer, FillRandom, Kernel, Loop, Step } from "../../plan/plan.ts";

/** Kernels and loops in the order of data flow; random numbers are filled just before their first reader. */
export function orderSteps(
  steps: readonly (Kernel | Loop)[],
  streams: ReadonlyMap<Buffer, string>,
): readonly Step[] {
  const filled = new Set<Buffer>();
  return inOrder(steps, (step) => kernelsOf(step).flatMap(readsOf)).flatMap((step) => [
    ...fillsBefore(step, streams, filled),
    step,
  ]);
}

/** Each after those that make what it reads; first ready first served. Without those that need each other in a circle. */
export function inOrder<Item extends Kernel | Loop>(
  kernels: readonly Item[],
  reads: (item: Item) => readonly Buffer[],
): readonly Item[] {
  const maker = new Map<Buffer, Item>();
  for (const item of kernels)
    for (const kernel of kernelsOf(item))
      for (const store of kernel.stores) maker.set(store.to.buffer, item);
  const waiting = new Map<Item, Set<Item>>();
  const users = new Map<Item, Item[]>(kernels.map((kernel) => [kernel, []]));
  for (const kernel of kernels) {
    const needs = new Set(
      reads(kernel)
        .flatMap((buffer) => maker.get(memoryOf(buffer)) ?? [])
        .filter((need) => need !== kernel || kernel.kind === "kernel"),
    );
    waiting.set(kernel, needs);
    for (const need of needs) users.get(need)!.push(kernel);
  }
  const ordered: Item[] = [];
  const ready = kernels.filter((kernel) => waiting.get(kernel)!.size === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    ordered.push(next);
    for (const user of users.get(next)!) {
      waiting.get(user)!.delete(next);
      if (waiting.get(user)!.size === 0) ready.push(user);
    }
  }
  return ordered;
}

function fillsBefore(
  step: Kernel | Loop,
  streams: ReadonlyMap<Buffer, string>,
  filled: Set<Buffer>,
): readonly FillRandom[] {
  const fresh = kernelsOf(step)
    .flatMap(readsOf)
    .map(memoryOf)
    .filter((buffer) => buffer.role === "random" && !filled.has(buffer));
  return [...new Set(fresh)].map((buffer) => {
    filled.add(buffer);
    return { kind: "fill random", buffer, stream: streams.get(buffer)! };
  });
}
