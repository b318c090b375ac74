import { subexpressions } from "../../../compiler/plan/expressions.ts";
import type { Expr } from "../../../compiler/plan/plan.ts";
import { HostNumbers, isHostNumber } from "../../../compiler/plan/host-numbers.ts";

/** The numbers that the kernels of a plan take from the host, each with its place in the block of numbers. */
export class PlanNumbers {
  private readonly host = new HostNumbers();
  private readonly memo = new Map<Expr, boolean>();
  private readonly slots = new Map<string, number>();

  /** The place of a number; undefined where an expression needs more than the host has. */
  slotOf(expression: Expr): number | undefined {
    if (!isHostNumber(expression, this.memo) || hasErrorFunction(expression)) return undefined;
    const name = this.host.nameOf(expression);
    const known = this.slots.get(name) ?? this.slots.size;
    this.slots.set(name, known);
    return known;
  }

  get count(): number {
    return this.slots.size;
  }

  /** name → place. */
  places(): ReadonlyMap<string, number> {
    return this.slots;
  }

  /** name → formula over what the host is given, as TypeScript. */
  formulas(): ReadonlyMap<string, string> {
    return this.host.formulas();
  }
}

/** The host has no erf. */
function hasErrorFunction(expression: Expr): boolean {
  return subexpressions(expression).some((part) => part.kind === "apply" && part.op === "erf");
}
