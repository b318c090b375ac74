import { describe, expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Buffer, Kernel, Plan } from "../../src/compiler/plan/plan.ts";
import { verifyPlan } from "../../src/compiler/plan/verify-plan.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";

const plan = schedule("train", multilayerPerceptron().graph, 8);

function withKernel(name: string, change: (kernel: Kernel) => Kernel): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) =>
      step.kind === "kernel" && step.name === name ? change(step) : step,
    ),
  };
}

test("what the scheduler makes is right", () => {
  expect(() => verifyPlan(plan)).not.toThrow();
  expect(() => verifyPlan(schedule("train", convolutionalNetwork().graph, 4))).not.toThrow();
});

describe("planted faults are found and named", () => {
  const first = plan.steps.find(
    (step): step is Kernel =>
      step.kind === "kernel" && step.reduce.length > 0 && step.space.length === 2,
  )!;
  const faults: Readonly<Record<string, readonly [Plan, RegExp]>> = {
    "an axis too long": [
      withKernel(first.name, (kernel) => ({
        ...kernel,
        axes: kernel.axes.map((axis) =>
          kernel.reduce.includes(axis.name) ? { ...axis, extent: axis.extent + 1 } : axis,
        ),
      })),
      /is read at 0 … \d+ of \d+ in dimension/,
    ],
    "an axis too short": [
      withKernel(first.name, (kernel) => ({
        ...kernel,
        axes: kernel.axes.map((axis) =>
          axis.name === kernel.space[1] ? { ...axis, extent: axis.extent - 1 } : axis,
        ),
      })),
      /stored with gaps or twice|of which \d+ are stored/,
    ],
    "an unknown axis": [
      withKernel(first.name, (kernel) => ({
        ...kernel,
        axes: kernel.axes.filter((axis) => axis.name !== kernel.reduce[0]),
        reduce: [],
        term: kernel.term!,
      })),
      /is not known here/,
    ],
    "a store transposed onto itself": [
      withKernel(first.name, (kernel) => ({
        ...kernel,
        stores: kernel.stores.map((store) => ({
          ...store,
          to: { ...store.to, index: [store.to.index[1]!, store.to.index[0]!] },
        })),
      })),
      /stored with gaps or twice/,
    ],
    "a read before its write": [
      { ...plan, steps: plan.steps.toReversed() },
      /before it is written/,
    ],
    "a step twice": [{ ...plan, steps: [...plan.steps, plan.steps[0]!] }, /two kernels are called/],
    "a lifetime cut short": [
      {
        ...plan,
        lifetimes: new Map(
          [...plan.lifetimes].map(([name, [from, to]]) => [name, [from, to - 1]] as const),
        ),
      },
      /the lifetime of/,
    ],
    "an update that nobody computes": [
      { ...plan, updates: new Map([["x", { ...(plan.buffers[0] as Buffer) }]]) },
      /never computed/,
    ],
    "rows that are absent": [
      withKernel("h1_weight_gradient", (kernel) => ({
        ...kernel,
        axes: kernel.axes.map(({ name, extent }) => ({ name, extent })),
      })),
      /without leaving out absent ones/,
    ],
  };
  for (const [name, [faulty, message]] of Object.entries(faults)) {
    test(name, () => {
      expect(() => verifyPlan(faulty)).toThrow(message);
    });
  }
});
