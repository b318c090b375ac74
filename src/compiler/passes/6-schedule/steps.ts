import { memoryOf, readsOf } from "../../plan/accesses.ts";
import type { Buffer, FillRandom, Kernel, Step } from "../../plan/plan.ts";

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
