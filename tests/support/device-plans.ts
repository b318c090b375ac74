import type { Plan } from "../../src/compiler/plan/plan.ts";
import { gpuJsProgram } from "../../src/backends/gpujs/lower-plan.ts";
import type { DevicePlan } from "../../src/runtime/device-plan.ts";

/** What the generated kernels.ts would export for a plan, without writing and importing the file. */
export function devicePlan(plan: Plan): DevicePlan {
  const program = gpuJsProgram(plan);
  const formula = (text: string): ((given: Readonly<Record<string, number>>) => number) =>
    new Function("given", `return ${text};`) as (given: Readonly<Record<string, number>>) => number;
  return {
    name: program.name,
    capacity: program.capacity,
    inputs: Object.fromEntries(program.inputs),
    variables: Object.fromEntries(program.variables),
    given: program.given,
    derived: Object.fromEntries(
      [...program.derived].map(([name, text]) => [name, formula(text)] as const),
    ),
    steps: program.steps,
    results: Object.fromEntries(program.results),
    updates: Object.fromEntries(program.updates),
  };
}
