import { definitionOf } from "../../targets/trainer/definition/definition.ts";
import { namesIn } from "../../targets/trainer/definition/print-recipe.ts";
import type { Emission } from "../../targets/trainer/emission.ts";
import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { Plans, TrainingDefinition } from "../../runtime/training/definition.ts";
import { follow } from "./follow-recipe.ts";
import { devicePlans, wasmProgram } from "./plans.ts";
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

/** The plans of the run, as both kinds of device take them: what no device asks for is not made. */
export function plansOf({ plans }: CompiledRun): Pick<TrainingDefinition, "plans" | "wasmModule"> {
  return {
    plans: devicePlans(plans) as unknown as Plans,
    wasmModule: wasmProgram(plans),
  };
}
