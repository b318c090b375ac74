import type { Expressions } from "../../../compiler/plan/expressions.ts";
import type { Buffer, Plan, Step } from "../../../compiler/plan/plan.ts";

/** A plan whose steps are in the form that kernels are emitted from, with the buffers that this added. */
export interface PreparedPlan {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  readonly buffers: readonly Buffer[];
  readonly expressions: Expressions;
}
