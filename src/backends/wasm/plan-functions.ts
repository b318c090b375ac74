import { FunctionBuilder } from "./encode/builder.ts";
import { callWhole, type CallOf } from "./call-task.ts";
import type { WasmFunction } from "./encode/encoder.ts";
import type { ModuleFunctions } from "./encode/module-functions.ts";
import type { PlanTask } from "./plan-groups.ts";
import type { PlannedTask } from "./threads/tasks.ts";
import { barrierFunction, dividedPlan, serveFunction } from "./threads/thread-functions.ts";

/** A plan whose kernels are functions already. */
export interface CallablePlan {
  readonly name: string;
  readonly capacity: number;
  readonly planned: readonly PlannedTask<PlanTask>[];
  /** More than one thread may pay. */
  readonly isDivided: boolean;
}

/** What is called from outside: a function a plan, and where threads may pay what each of them runs. */
export function addPlanFunctions(
  functions: ModuleFunctions,
  plans: readonly CallablePlan[],
  callOf: CallOf,
  meetingPlace: number,
): void {
  for (const plan of plans) functions.add(stepFunction(plan, callOf));
  const divided = plans.filter((plan) => plan.isDivided);
  if (divided.length === 0) return;
  const barrier = functions.add(barrierFunction(meetingPlace));
  const shares = divided.map(({ name, planned }) =>
    functions.add(dividedPlan(name, planned, callOf, barrier)),
  );
  functions.add(serveFunction(meetingPlace, shares, barrier));
}

/** Calls the kernels in order. */
function stepFunction({ name, capacity, planned }: CallablePlan, callOf: CallOf): WasmFunction {
  const f = new FunctionBuilder(name);
  for (const { task } of planned) callWhole(f, task, callOf);
  return f.finish(`${name}: one call of the plan on at most ${capacity} rows`, true);
}
