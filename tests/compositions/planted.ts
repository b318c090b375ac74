import type { Kernel, Plan, Step } from "../../src/compiler/plan/plan.ts";
import { Expressions } from "../../src/compiler/plan/expressions.ts";
import type { Spoil } from "./backends.ts";

/** Faults that are planted into plans, so that a test can see that they are found. */

/** Kernels that differ in a number at the end of their names: once calls found functions by such names, and one kernel ran twice. */
const second = /^(.+_gradient)_2$/;

/** The second of two gradients of one layer never runs: its array stays 0. */
export const oneNeverRuns: Spoil = (plan) =>
  withKernels(plan, ({ kernel }) =>
    second.test(kernel.name) && has(plan, second.exec(kernel.name)![1]!)
      ? stored(kernel, () => new Expressions().constant(0))
      : kernel,
  );

/** Each kernel that makes the gradient of a window's maximum makes a tenth too much of it. */
export const wrongGradientOfMaxima: Spoil = (plan) =>
  withKernels(plan, ({ kernel }) =>
    kernel.comment.includes("window max gradient")
      ? stored(kernel, (value) => {
          const expressions = new Expressions();
          return expressions.apply("multiply", value, expressions.constant(1.1));
        })
      : kernel,
  );

/** Two kernels that make arrays of one shape, each in the place of the other. */
export const swapped: Spoil = (plan) => {
  const gradients = plan.steps.filter(
    (step): step is Kernel =>
      step.kind === "kernel" && step.name.endsWith("_gradient") && step.stores.length === 1,
  );
  const pair = gradients.flatMap((one, place) =>
    gradients
      .slice(place + 1, place + 2)
      .flatMap((other) =>
        String(shapeOf(one)) === String(shapeOf(other)) ? [[one, other] as const] : [],
      ),
  )[0];
  if (pair === undefined) return plan;
  const [one, other] = pair;
  return withKernels(plan, ({ kernel }) =>
    kernel === one ? into(one, other) : kernel === other ? into(other, one) : kernel,
  );
};

function shapeOf({ stores }: Kernel): readonly number[] {
  return stores[0]!.to.buffer.shape;
}

/** The kernel, storing where the other one stores. */
function into(kernel: Kernel, { stores }: Kernel): Kernel {
  const to = { ...kernel.stores[0]!.to, buffer: stores[0]!.to.buffer };
  return { ...kernel, stores: [{ ...kernel.stores[0]!, to }] };
}

function has({ steps }: Plan, name: string): boolean {
  return steps.some((step) => step.kind !== "fill random" && step.name === name);
}

function stored(
  kernel: Kernel,
  change: (value: Kernel["stores"][number]["value"]) => Kernel["stores"][number]["value"],
): Kernel {
  return {
    ...kernel,
    stores: kernel.stores.map(({ to, value }) => ({ to, value: change(value) })),
  };
}

function withKernels(plan: Plan, change: (of: { readonly kernel: Kernel }) => Kernel): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step): Step =>
      step.kind === "kernel" ? change({ kernel: step }) : step,
    ),
  };
}
