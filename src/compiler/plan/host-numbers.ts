import {
  atom,
  called,
  chosen,
  joined,
  negated,
  orElse,
  truth,
  type Arithmetic,
} from "../base/arithmetic.ts";
import { invariant } from "../base/invariant.ts";
import { numberText } from "../base/layout.ts";
import type { Expr, ScalarOp } from "./plan.ts";

/** Numbers that a plan's kernels need and that depend only on what the host hands over: worked out once a call, in double. */
export class HostNumbers {
  private readonly names = new Map<string, string>();

  /** The name under which an expression of host numbers reaches the kernels. */
  nameOf(expression: Expr): string {
    if (expression.kind === "scalar") return expression.name;
    if (expression.kind === "rows") return "rows";
    const formula = hostText(expression).text;
    const known = this.names.get(formula);
    if (known !== undefined) return known;
    const name = `number_${this.names.size + 1}`;
    this.names.set(formula, name);
    return name;
  }

  /** name → formula over `given`, in order of first use. */
  formulas(): ReadonlyMap<string, string> {
    return new Map([...this.names].map(([formula, name]) => [name, formula] as const));
  }
}

/** Whether the host can work the expression out: numbers only, at least one of which is not a constant. */
export function isHostNumber(expression: Expr, memo: Map<Expr, boolean>): boolean {
  return dependsOnlyOn(expression, memo) && mentionsNumber(expression);
}

function dependsOnlyOn(expression: Expr, memo: Map<Expr, boolean>): boolean {
  const known = memo.get(expression);
  if (known !== undefined) return known;
  const answer =
    expression.kind === "apply"
      ? expression.args.every((arg) => dependsOnlyOn(arg, memo))
      : ["constant", "scalar", "rows"].includes(expression.kind);
  memo.set(expression, answer);
  return answer;
}

function mentionsNumber(expression: Expr): boolean {
  return expression.kind === "apply"
    ? expression.args.some(mentionsNumber)
    : expression.kind === "scalar" || expression.kind === "rows";
}

type Formula = (operands: readonly [Arithmetic, Arithmetic, Arithmetic]) => Arithmetic;

const one = atom("1");

const formulas: Readonly<Record<ScalarOp, Formula>> = {
  negate: ([a]) => negated(a),
  exp: ([a]) => called("Math.exp", a),
  log: ([a]) => called("Math.log", a),
  sqrt: ([a]) => called("Math.sqrt", a),
  tanh: ([a]) => called("Math.tanh", a),
  sigmoid: ([a]) => joined(one, "/", joined(one, "+", called("Math.exp", negated(a)))),
  erf: () => {
    invariant(false, "erf of a host number");
  },
  sine: ([a]) => called("Math.sin", a),
  cosine: ([a]) => called("Math.cos", a),
  absolute: ([a]) => called("Math.abs", a),
  sign: ([a]) => called("Math.sign", a),
  floor: ([a]) => called("Math.floor", a),
  ceil: ([a]) => called("Math.ceil", a),
  add: ([a, b]) => joined(a, "+", b),
  subtract: ([a, b]) => joined(a, "-", b),
  multiply: ([a, b]) => joined(a, "*", b),
  divide: ([a, b]) => joined(a, "/", b),
  maximum: ([a, b]) => called("Math.max", a, b),
  minimum: ([a, b]) => called("Math.min", a, b),
  power: ([a, b]) => called("Math.pow", a, b),
  modulo: ([a, b]) => joined(a, "-", joined(b, "*", called("Math.floor", joined(a, "/", b)))),
  less: ([a, b]) => truth(a, "<", b),
  less_equal: ([a, b]) => truth(a, "<=", b),
  equal: ([a, b]) => truth(a, "===", b),
  select: ([a, b, c]) => chosen(joined(a, "!==", atom("0")), b, c),
};

function hostText(expression: Expr): Arithmetic {
  switch (expression.kind) {
    case "constant":
      return atom(numberText(expression.value));
    case "scalar":
      return orElse(`given[${JSON.stringify(expression.name)}]`, "NaN");
    case "rows":
      return orElse(`given["rows"]`, "NaN");
    case "apply": {
      const [a = one, b = one, c = one] = expression.args.map(hostText);
      return formulas[expression.op]([a, b, c]);
    }
    default:
      invariant(false, `${expression.kind} is not a number of the host`);
  }
}
