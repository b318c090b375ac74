export { devicePlan } from "../../src/tools/cli/verification/device-programs.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { gpuJsProgram } from "../../src/backends/gpujs/lower-plan.ts";
import { deviceStep } from "../../src/tools/training/plans.ts";
import type { DevicePlan } from "../../src/runtime/device-plan.ts";

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
    variables: Object.fromEntries(program.variables),
    given: program.given,
    derived: Object.fromEntries(program.derived),
    steps: program.steps.map(deviceStep),
    results: Object.fromEntries(program.results),
    updates: Object.fromEntries(program.updates),
  };
}

export function withFormulas(text: DevicePlanText): DevicePlan {
  const formula = (body: string): ((given: Readonly<Record<string, number>>) => number) =>
    new Function("given", `return ${body};`) as (given: Readonly<Record<string, number>>) => number;
  const derived = Object.entries(text.derived).map(
    ([name, body]) => [name, formula(body)] as const,
  );
  return { ...text, derived: Object.fromEntries(derived) };
}
