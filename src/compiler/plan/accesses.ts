import { subexpressions } from "./expressions.ts";
import type { Buffer, Expr, Kernel, Lifetimes, PlanAxis, Step } from "./plan.ts";

/** The memory behind a buffer: itself, or what it is another shape of. */
export function memoryOf(buffer: Buffer): Buffer {
  return buffer.aliasOf === undefined ? buffer : memoryOf(buffer.aliasOf);
}

export function expressionsOf(kernel: Kernel): readonly Expr[] {
  return subexpressions(
    ...[kernel.term, kernel.initial].filter((part) => part !== undefined),
    ...kernel.stores.map((store) => store.value),
  );
}

/** The kernels of a step: those in the body of a loop, in order. */
export function kernelsOf(step: Step): readonly Kernel[] {
  return step.kind === "loop" ? step.body : step.kind === "kernel" ? [step] : [];
}

/** How far the variables of a kernel run, that of the loop around it included. */
export function extentsOf({
  axes,
  around,
}: Pick<Kernel, "axes" | "around">): ReadonlyMap<string, number> {
  const all: readonly PlanAxis[] = around === undefined ? axes : [...axes, around];
  return new Map(all.map((axis) => [axis.name, axis.extent]));
}

/** The buffers that a kernel or loop reads or stores. */
export function touchedBy(step: Step): readonly Buffer[] {
  if (step.kind === "fill random") return [step.buffer];
  return kernelsOf(step).flatMap((kernel) => [
    ...readsOf(kernel),
    ...kernel.stores.map((store) => store.to.buffer),
  ]);
}

/** The buffers (as accessed, aliases included) that a kernel loads from, in order of first use. */
export function readsOf(kernel: Kernel): readonly Buffer[] {
  const buffers = new Set<Buffer>();
  for (const expression of expressionsOf(kernel))
    if (expression.kind === "load") buffers.add(expression.access.buffer);
  return [...buffers];
}

/** For every buffer that lives within one call, the first and last step that touches it; what is read afterwards lives to the end. */
export function lifetimesOf(steps: readonly Step[], kept: ReadonlySet<Buffer>): Lifetimes {
  const lifetimes = new Map<Buffer, readonly [number, number]>();
  const touch = (buffer: Buffer, step: number): void => {
    const memory = memoryOf(buffer);
    if (memory.role !== "temporary" && memory.role !== "result" && memory.role !== "random") return;
    const first = lifetimes.get(memory)?.[0] ?? step;
    lifetimes.set(memory, [first, kept.has(memory) ? steps.length - 1 : step]);
  };
  for (const [number, step] of steps.entries()) {
    for (const buffer of touchedBy(step)) touch(buffer, number);
  }
  return lifetimes;
}
