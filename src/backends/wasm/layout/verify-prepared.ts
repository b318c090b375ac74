import { invariant } from "../../../compiler/base/invariant.ts";
import { kernelsOf, memoryOf, readsOf } from "../../../compiler/plan/accesses.ts";
import type { Buffer, Kernel, Step } from "../../../compiler/plan/plan.ts";
import type { PreparedPlan } from "./prepared-plan.ts";

/**
 * Holds what was made of a plan against the plan: the kernels together still store as many elements of every buffer as before,
 * nothing is read before all of it is stored, and nothing is stored that the plan does not have. Throws on the first thing wrong:
 * that is a fault of the preparation.
 */
export function verifyPrepared({ plan, steps, buffers }: PreparedPlan): void {
  const expected = storedBy(plan.steps);
  const added = buffers.filter((buffer) => !plan.buffers.includes(buffer));
  for (const buffer of added) expected.set(buffer, elementsOf(buffer.shape));
  const stored = storedBy(steps);
  for (const [buffer, elements] of stored)
    invariant(
      expected.get(buffer) === elements,
      `${elements} elements of ${buffer.name} are stored, not ${expected.get(buffer) ?? "none"}`,
    );
  invariant(stored.size === expected.size, "a buffer of the plan is not stored any more");
  verifyOrder(steps, stored);
}

/** How many elements of each buffer the kernels store, all rounds of loops together. */
function storedBy(steps: readonly Step[]): Map<Buffer, number> {
  const stored = new Map<Buffer, number>();
  for (const step of steps)
    for (const kernel of kernelsOf(step))
      for (const [buffer, elements] of storesOf(kernel))
        stored.set(buffer, (stored.get(buffer) ?? 0) + elements);
  return stored;
}

/** The points of the space, and of the loop around it where the store moves with that. */
function storesOf(kernel: Kernel): readonly (readonly [Buffer, number])[] {
  const { axes, space, around } = kernel;
  const points = elementsOf(
    axes.filter(({ name }) => space.includes(name)).map(({ extent }) => extent),
  );
  return kernel.stores.map(({ to: { buffer, index } }) => {
    const moves =
      around !== undefined &&
      index.some(({ terms }) => terms.some(([axis]) => axis === around.name));
    return [buffer, moves ? points * around.extent : points];
  });
}

function verifyOrder(steps: readonly Step[], stored: ReadonlyMap<Buffer, number>): void {
  const missing = new Map(stored);
  for (const step of steps) {
    const own = new Set(
      kernelsOf(step).flatMap((kernel) => kernel.stores.map(({ to }) => to.buffer)),
    );
    for (const kernel of kernelsOf(step)) {
      for (const buffer of readsOf(kernel).map(memoryOf))
        invariant(
          (missing.get(buffer) ?? 0) === 0 || (step.kind === "loop" && own.has(buffer)),
          `kernel ${kernel.name} reads ${buffer.name} before all of it is stored`,
        );
      for (const [buffer, elements] of storesOf(kernel))
        missing.set(buffer, missing.get(buffer)! - elements);
    }
  }
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
