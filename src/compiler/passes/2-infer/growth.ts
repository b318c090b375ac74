import type { FunctionDefinition } from "../../library/definition.ts";
import {
  negated,
  power,
  product,
  raised,
  sign,
  sum,
} from "../../library/support/growth-arithmetic.ts";
import {
  term,
  unknown,
  zero,
  type Growth,
  type KnownGrowth,
} from "../../library/support/growth.ts";
import type { Formula } from "../../typed/program.ts";

/**
 * How a formula over the step behaves as the step goes to infinity: its leading term c · e^(rt) · t^p · (log t)^q, found from
 * those of its parts; unknown where they do not tell (oscillations, leading terms that cancel).
 */
export function growthOf(formula: Formula, variable: string): Growth {
  const of = (operand: Formula): Growth => growthOf(operand, variable);
  switch (formula.kind) {
    case "number":
      return term(formula.value);
    case "variable":
      return formula.name === variable
        ? term(1, 1)
        : unknown(`\`${formula.name}\` is not the step`);
    case "call":
      return called(formula.function, formula.operands.map(of));
    default:
      if (formula.operator === "if")
        return chosen(
          formula.operands[0]!,
          variable,
          () => of(formula.operands[1]!),
          () => of(formula.operands[2]!),
        );
      return combined(formula.operator, formula.operands.map(of));
  }
}

function combined(operator: string, [a, b]: readonly Growth[]): Growth {
  if (!a || a.kind === "unknown") return a ?? zero;
  if (operator === "negate") return negated(a);
  if (!b || b.kind === "unknown") return b ?? zero;
  switch (operator) {
    case "+":
      return sum(a, b);
    case "-":
      return sum(a, negated(b));
    case "*":
      return product(a, b);
    case "/":
      return b.kind === "zero" ? unknown("it divides by 0") : product(a, raised(b, -1));
    case "^":
      return power(a, b);
    default:
      return unknown(`the result of \`${operator}\` is no number`);
  }
}

function called({ name, growth }: FunctionDefinition, operands: readonly Growth[]): Growth {
  const doubtful = operands.find((operand) => operand.kind === "unknown");
  if (doubtful) return doubtful;
  return (
    growth?.(...(operands as readonly KnownGrowth[])) ??
    unknown(`the course of \`${name}\` is not known here`)
  );
}

/** The branch that holds from some step on. */
function chosen(
  condition: Formula,
  variable: string,
  then: () => Growth,
  otherwise: () => Growth,
): Growth {
  const holds = eventually(condition, variable);
  return holds === undefined
    ? unknown("its condition does not settle")
    : holds
      ? then()
      : otherwise();
}

function eventually(condition: Formula, variable: string): boolean | undefined {
  if (condition.kind !== "apply") return undefined;
  const { operator, operands } = condition;
  if (operator === "and" || operator === "or" || operator === "not") {
    const [a, b] = operands.map((operand) => eventually(operand, variable));
    if (operator === "not") return a === undefined ? undefined : !a;
    if (a === undefined || b === undefined) return undefined;
    return operator === "and" ? a && b : a || b;
  }
  const [a, b] = operands.map((operand) => growthOf(operand, variable));
  const difference = combined("-", [a!, b!]);
  if (difference.kind === "unknown") return undefined;
  const side = sign(difference);
  const answers: Readonly<Record<string, boolean>> = {
    "<": side < 0,
    "<=": side <= 0,
    ">": side > 0,
    ">=": side >= 0,
    "==": side === 0,
    "!=": side !== 0,
  };
  return answers[operator];
}
