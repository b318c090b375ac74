export { devicePlan } from "../../src/tools/cli/verification/device-programs.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { gpuJsProgram } from "../../src/backends/gpujs/lower-plan.ts";
import { deviceStep } from "../../src/tools/training/plans.ts";
import type { DeviceKernel, DevicePlan, DeviceStep } from "../../src/runtime/device-plan.ts";

/** A plan of kernels as plain data, which another process can be sent: formulas are text. */
export interface DevicePlanText extends Omit<DevicePlan, "derived"> {
  readonly derived: Readonly<Record<string, string>>;
}

export function devicePlanText(plan: Plan): DevicePlanText {
  const program = gpuJsProgram(plan);
  return {
    name: program.name,
    capacity: program.capacity,
    inputs: Object.fromEntries(program.inputs),
    given: program.given,
    derived: Object.fromEntries(program.derived),
    steps: program.steps.map(deviceStep),
    results: Object.fromEntries(program.results),
    updates: Object.fromEntries(program.updates),
  };
}

/** The parameters and states that a plan reads or replaces. */
export function variablesOf({
  inputs,
  steps,
  updates,
}: Pick<DevicePlan, "inputs" | "steps" | "updates">): readonly string[] {
  const made = new Set(Object.keys(inputs));
  const read = new Set(Object.keys(updates));
  for (const step of steps) {
    if ("stream" in step) made.add(step.fill);
    else if ("body" in step)
      for (const { makes, here, before } of step.stacks)
        for (const name of [makes, here, before]) made.add(name);
    for (const [makes, , , arrays] of kernelsOf(step)) {
      made.add(makes);
      for (const name of arrays) read.add(name);
    }
  }
  return [...read].filter((name) => !made.has(name));
}

function kernelsOf(step: DeviceStep): readonly DeviceKernel[] {
  if ("stream" in step) return [];
  return "body" in step ? step.body : [step];
}

export function withFormulas(text: DevicePlanText): DevicePlan {
  const formula = (body: string): ((given: Readonly<Record<string, number>>) => number) =>
    new Function("given", `return ${body};`) as (given: Readonly<Record<string, number>>) => number;
  const derived = Object.entries(text.derived).map(
    ([name, body]) => [name, formula(body)] as const,
  );
  return { ...text, derived: Object.fromEntries(derived) };
}
