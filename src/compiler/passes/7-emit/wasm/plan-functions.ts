import { FunctionBuilder } from "./builder.ts";
import { callWhole, type Callable } from "./call-task.ts";
import type { WasmFunction } from "./encoder.ts";
import type { Copy } from "./plan-groups.ts";
import type { PlannedTask } from "./tasks.ts";
import { barrierFunction, dividedPlan, serveFunction } from "./thread-functions.ts";

/** A plan whose kernels are functions already. */
export interface CallablePlan {
  readonly name: string;
  readonly capacity: number;
  readonly planned: readonly PlannedTask[];
  readonly copies: readonly Copy[];
  /** More than one thread may pay. */
  readonly isDivided: boolean;
}

/** What is called from outside: a function a plan, and where threads may pay what each of them runs. */
export function addPlanFunctions(
  functions: WasmFunction[],
  plans: readonly CallablePlan[],
  meetingPlace: number,
): void {
  const indexOf = (name: string): number => functions.findIndex((one) => one.name === name);
  const callable = ({ copies }: CallablePlan): Callable => ({
    indexOf,
    inline: (name, f) => {
      const copy = copies.find(({ path }) => path === name);
      if (copy !== undefined) writeCopy(f, copy);
      return copy !== undefined;
    },
  });
  for (const plan of plans) functions.push(stepFunction(plan, callable(plan)));
  const divided = plans.filter((plan) => plan.isDivided);
  if (divided.length === 0) return;
  functions.push(barrierFunction(meetingPlace));
  for (const plan of divided) functions.push(dividedPlan(plan.name, plan.planned, callable(plan)));
  functions.push(
    serveFunction(
      meetingPlace,
      divided.map((plan) => plan.name),
      indexOf,
    ),
  );
}

/** Calls the kernels in order. */
function stepFunction({ name, capacity, planned }: CallablePlan, callable: Callable): WasmFunction {
  const f = new FunctionBuilder(name);
  for (const { task } of planned) callWhole(f, task, callable);
  return f.finish(`${name}: one call of the plan on at most ${capacity} rows`, true);
}

function writeCopy(f: FunctionBuilder, { path, buffer, to, from }: Copy): void {
  f.comment(`${path} becomes ${buffer.name}`);
  f.integer(to.address);
  f.integer(from.address);
  f.integer(to.bytes);
  f.op("memory.copy");
}
