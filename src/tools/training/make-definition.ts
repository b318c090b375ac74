import { definitionOf } from "../../targets/trainer/definition/definition.ts";
import { namesIn } from "../../targets/trainer/definition/print-recipe.ts";
import type { Emission } from "../../targets/trainer/emission.ts";
import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { Plans, TrainingDefinition } from "../../runtime/training/definition.ts";
import { follow } from "./follow-recipe.ts";
import { devicePlan, wasmProgram } from "./plans.ts";
import { loadFunctions } from "./runtime-functions.ts";

/**
 * The definition of a run as values, to train by it in this very process. `here` is the address of the module that a generated
 * program would have it in: relative paths start from it.
 */
export async function makeDefinition(
  emission: Emission,
  here: string,
): Promise<TrainingDefinition> {
  const { entries, flags } = definitionOf({ ...emission, readsAnything: true });
  const names = entries.flatMap(({ value }) => namesIn(value));
  const scope = new Map<string, unknown>([["here", here], ...(await loadFunctions(names))]);
  const members: Record<string, unknown> = {};
  for (const { name, value } of entries) {
    members[name] = follow(value, scope);
    scope.set(name, members[name]);
  }
  return {
    ...Object.fromEntries([...flags].map((flag) => [flag, true])),
    ...members,
    ...plansOf(emission.compiled),
  } as unknown as TrainingDefinition;
}

/** The plans of the run, as both kinds of device take them. */
export function plansOf({ plans }: CompiledRun): Pick<TrainingDefinition, "plans" | "wasmModule"> {
  // Functions that several plans call are one, as in a file of kernels.
  const pool = new Map();
  const table = Object.entries(plans).map(([name, plan]) => [name, devicePlan(plan, pool)]);
  return {
    plans: Object.fromEntries(table) as unknown as Plans,
    wasmModule: wasmProgram(plans),
  };
}
