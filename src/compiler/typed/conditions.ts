import type { Formula } from "./formula.ts";
import type { StopCondition } from "./program.ts";

/** The measured values that a condition mentions. */
export function variablesOf(condition: StopCondition): readonly string[] {
  switch (condition.kind) {
    case "early":
      return [condition.metric];
    case "compare":
      return [...formulaVariables(condition.left), ...formulaVariables(condition.right)];
    default:
      return condition.conditions.flatMap(variablesOf);
  }
}

function formulaVariables(formula: Formula): readonly string[] {
  if (formula.kind === "number") return [];
  return formula.kind === "variable" ? [formula.name] : formula.operands.flatMap(formulaVariables);
}
