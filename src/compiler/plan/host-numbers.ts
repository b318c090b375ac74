import { invariant } from "../base/invariant.ts";
import type { Expr, ScalarOp } from "./plan.ts";

/** Numbers that a plan's kernels need and that depend only on what the host hands over: worked out once a call, in double. */
export class HostNumbers {
  private readonly names = new Map<string, string>();

  /** The name under which an expression of host numbers reaches the kernels. */
  nameOf(expression: Expr): string {
    if (expression.kind === "scalar") return expression.name;
    if (expression.kind === "rows") return "rows";
    const formula = hostText(expression);
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

const formulas = {
  negate: ([a]) => `-${a!}`,
  exp: ([a]) => `Math.exp(${a!})`,
  log: ([a]) => `Math.log(${a!})`,
  sqrt: ([a]) => `Math.sqrt(${a!})`,
  tanh: ([a]) => `Math.tanh(${a!})`,
  sigmoid: ([a]) => `1 / (1 + Math.exp(-${a!}))`,
  erf: () => invariant(false, "erf of a host number"),
  sine: ([a]) => `Math.sin(${a!})`,
  cosine: ([a]) => `Math.cos(${a!})`,
  absolute: ([a]) => `Math.abs(${a!})`,
  sign: ([a]) => `Math.sign(${a!})`,
  floor: ([a]) => `Math.floor(${a!})`,
  ceil: ([a]) => `Math.ceil(${a!})`,
  add: ([a, b]) => `${a!} + ${b!}`,
  subtract: ([a, b]) => `${a!} - ${b!}`,
  multiply: ([a, b]) => `${a!} * ${b!}`,
  divide: ([a, b]) => `${a!} / ${b!}`,
  maximum: ([a, b]) => `Math.max(${a!}, ${b!})`,
  minimum: ([a, b]) => `Math.min(${a!}, ${b!})`,
  power: ([a, b]) => `Math.pow(${a!}, ${b!})`,
  modulo: ([a, b]) => `${a!} - ${b!} * Math.floor(${a!} / ${b!})`,
  less: ([a, b]) => `${a!} < ${b!} ? 1 : 0`,
  less_equal: ([a, b]) => `${a!} <= ${b!} ? 1 : 0`,
  equal: ([a, b]) => `${a!} === ${b!} ? 1 : 0`,
  select: ([a, b, c]) => `${a!} !== 0 ? ${b!} : ${c!}`,
} satisfies Record<ScalarOp, (args: readonly string[]) => string | void>;

function hostText(expression: Expr): string {
  switch (expression.kind) {
    case "constant":
      return expression.value < 0 ? `(${expression.value})` : String(expression.value);
    case "scalar":
      return `(given[${JSON.stringify(expression.name)}] ?? NaN)`;
    case "rows":
      return `(given["rows"] ?? NaN)`;
    case "apply":
      return `(${String(formulas[expression.op](expression.args.map(hostText)))})`;
    default:
      invariant(false, `${expression.kind} is not a number of the host`);
  }
}
