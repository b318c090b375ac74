import {
  term,
  unknown,
  zero,
  type Growth,
  type LeadingTerm,
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
      return called(formula.function.name, formula.operands.map(of));
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

type Known = Exclude<Growth, { kind: "unknown" }>;

function negated(a: Known): Known {
  return a.kind === "zero" ? a : { ...a, coefficient: -a.coefficient };
}

/** Which of two grows faster: by exponents, then powers, then logarithms. */
function order(a: LeadingTerm, b: LeadingTerm): number {
  return a.exponent - b.exponent || a.power - b.power || a.logarithm - b.logarithm;
}

function sum(a: Known, b: Known): Growth {
  if (a.kind === "zero") return b;
  if (b.kind === "zero") return a;
  const difference = order(a, b);
  if (difference !== 0) return difference > 0 ? a : b;
  const coefficient = a.coefficient + b.coefficient;
  if (coefficient === 0)
    return isConstant(a) ? zero : unknown("the leading terms of a difference cancel");
  return { ...a, coefficient };
}

function isConstant({ exponent, power, logarithm }: LeadingTerm): boolean {
  return exponent === 0 && power === 0 && logarithm === 0;
}

function product(a: Known, b: Known): Growth {
  if (a.kind === "zero" || b.kind === "zero") return zero;
  return term(
    a.coefficient * b.coefficient,
    a.power + b.power,
    a.logarithm + b.logarithm,
    a.exponent + b.exponent,
  );
}

function raised(a: LeadingTerm, by: number): LeadingTerm {
  return {
    kind: "term",
    coefficient: a.coefficient ** by,
    power: a.power * by,
    logarithm: a.logarithm * by,
    exponent: a.exponent * by,
  };
}

/** a^b: of a constant exponent, or of a constant base. */
function power(a: Known, b: Known): Growth {
  if (b.kind === "zero") return term(1);
  if (isConstant(b)) {
    if (a.kind === "zero") return b.coefficient > 0 ? zero : unknown("it divides by 0");
    const coefficient = a.coefficient ** b.coefficient;
    return Number.isNaN(coefficient)
      ? unknown("it is a root of a negative number")
      : raised(a, b.coefficient);
  }
  if (a.kind === "zero") return zero;
  if (isConstant(a) && a.coefficient > 0) return exponential(Math.log(a.coefficient), b);
  return unknown("both the base and the exponent change");
}

/** e^(factor · b) */
function exponential(factor: number, b: LeadingTerm): Growth {
  if (factor === 0) return term(1);
  const slope = factor * b.coefficient;
  if (b.exponent < 0 || (b.exponent === 0 && (b.power < 0 || (b.power === 0 && b.logarithm < 0))))
    return term(1);
  if (b.exponent === 0 && b.power === 1 && b.logarithm === 0) return term(1, 0, 0, slope);
  if (b.exponent === 0 && b.power === 0 && b.logarithm === 1) return term(1, slope);
  if (isConstant(b)) return term(Math.exp(slope));
  if (b.exponent > 0 || b.power > 1 || (b.power === 1 && b.logarithm > 0))
    return term(1, 0, 0, slope > 0 ? Infinity : -Infinity);
  // Slower than every e^(rt), faster than every power: as a power without bound.
  if (b.power > 0 || b.logarithm > 1) return term(1, slope > 0 ? Infinity : -Infinity);
  return unknown("its exponent grows more slowly than a logarithm");
}

function logarithm(a: Known): Growth {
  if (a.kind === "zero" || a.coefficient < 0)
    return unknown("it is the logarithm of a number that is not positive");
  if (a.exponent !== 0) return term(a.exponent, 1);
  if (a.power !== 0) return term(a.power, 0, 1);
  if (a.logarithm !== 0) return unknown("it is a logarithm of a logarithm");
  return a.coefficient === 1
    ? unknown("it is the logarithm of a number that goes to 1")
    : term(Math.log(a.coefficient));
}

/** Whether it goes to infinity (1), to 0 (−1) or to a number (0). */
function direction(a: LeadingTerm): number {
  return Math.sign(a.exponent) || Math.sign(a.power) || Math.sign(a.logarithm);
}

function called(name: string, operands: readonly Growth[]): Growth {
  const doubtful = operands.find((operand) => operand.kind === "unknown");
  if (doubtful) return doubtful;
  const [a, ...rest] = operands as readonly Known[];
  if (!a) return zero;
  switch (name) {
    case "exp":
      return a.kind === "zero" ? term(1) : exponential(1, a);
    case "sqrt":
      return power(a, term(0.5) as Known);
    case "log":
      return logarithm(a);
    case "abs":
      return a.kind === "zero" ? a : { ...a, coefficient: Math.abs(a.coefficient) };
    case "min":
      return rest.reduce<Known>(
        (best, other) => (sign(sum(best, negated(other))) > 0 ? other : best),
        a,
      );
    case "max":
      return rest.reduce<Known>(
        (best, other) => (sign(sum(best, negated(other))) < 0 ? other : best),
        a,
      );
    case "floor":
    case "ceil":
      return rounded(name, a);
    case "sign":
      return a.kind === "zero" ? a : term(Math.sign(a.coefficient));
    case "tanh":
    case "sin":
      return bent(name, a);
    case "cos":
      return a.kind === "zero" || direction(a) < 0
        ? term(1)
        : isConstant(a)
          ? term(Math.cos(a.coefficient))
          : unknown("it swings up and down for ever");
    default:
      return unknown(`the course of \`${name}\` is not known here`);
  }
}

function sign(growth: Growth): number {
  return growth.kind === "term" ? Math.sign(growth.coefficient) : 0;
}

function rounded(name: "floor" | "ceil", a: Known): Growth {
  if (a.kind === "zero" || direction(a) > 0) return a;
  const up = name === "ceil";
  if (direction(a) < 0) return a.coefficient > 0 === up ? term(up ? 1 : -1) : zero;
  return Number.isInteger(a.coefficient)
    ? unknown("it rounds a number that comes close to a whole one")
    : term(Math[name](a.coefficient));
}

function bent(name: "tanh" | "sin", a: Known): Growth {
  if (a.kind === "zero" || direction(a) < 0) return a;
  if (isConstant(a)) return term(Math[name](a.coefficient));
  return name === "tanh"
    ? term(Math.sign(a.coefficient))
    : unknown("it swings up and down for ever");
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
