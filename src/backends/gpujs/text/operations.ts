import type { Expr, ScalarOp } from "../../../compiler/plan/plan.ts";

/** A number as text that GLSL and JavaScript read alike: always with a point or an exponent; beyond float32 it is cut. */
export function numberText(value: number): string {
  const bounded = Math.max(-3e38, Math.min(3e38, value));
  if (Number.isNaN(value)) return "(0.0 / 0.0)";
  const text =
    Number.isInteger(bounded) && Math.abs(bounded) < 1e15 ? `${bounded}.0` : String(bounded);
  return text.startsWith("-") ? `(${text})` : text;
}

/** Text of an operation from the texts of its operands (atoms: names, numbers or bracketed), and its operands for special cases. */
type Printer = (args: readonly string[], operands: readonly Expr[]) => string;

const infix =
  (symbol: string): Printer =>
  ([a, b]) =>
    `(${a!} ${symbol} ${b!})`;
const call =
  (name: string): Printer =>
  ([a]) =>
    `Math.${name}(${a!})`;

/**
 * How each operation is written so that every mode agrees: NaN passes through (a value is compared, never handed to GLSL's
 * min and max), tanh is cut where GLSL overflows, log and the exponential stay finite where GLSL is undefined.
 */
export const printers = {
  negate: ([a]) => `(-${a!})`,
  /** Some drivers make infinity of exp(NaN). */
  exp: ([a]) => `(${a!} > 0.0 ? Math.exp(${a!}) : (${a!} <= 0.0 ? Math.exp(${a!}) : ${a!}))`,
  /** The log of the smallest normal number below it: log(0) is undefined in GLSL. */
  log: ([a]) =>
    `(${a!} < 1.17549435e-38 ? -87.33655 : (${a!} >= 1.17549435e-38 ? Math.log(${a!}) : ${a!}))`,
  sqrt: call("sqrt"),
  tanh: ([a]) => `(${a!} > 15.0 ? 1.0 : (${a!} < -15.0 ? -1.0 : Math.tanh(${a!})))`,
  /** Without overflow on either side. */
  sigmoid: ([a]) =>
    `(${a!} >= 0.0 ? 1.0 / (1.0 + Math.exp(-${a!})) : Math.exp(${a!}) / (1.0 + Math.exp(${a!})))`,
  erf: ([a]) => errorFunctionText(a!),
  sine: call("sin"),
  cosine: call("cos"),
  absolute: call("abs"),
  sign: ([a]) => `(${a!} > 0.0 ? 1.0 : (${a!} < 0.0 ? -1.0 : ${a!}))`,
  floor: call("floor"),
  ceil: call("ceil"),
  add: infix("+"),
  subtract: infix("-"),
  multiply: infix("*"),
  divide: infix("/"),
  maximum: (args, operands) => extremum(args, operands, ">"),
  minimum: (args, operands) => extremum(args, operands, "<"),
  power: (args, operands) => powerText(args, operands),
  modulo: ([a, b]) => `(${a!} - ${b!} * Math.floor(${a!} / ${b!}))`,
  less: ([a, b]) => `(${a!} < ${b!} ? 1.0 : 0.0)`,
  less_equal: ([a, b]) => `(${a!} <= ${b!} ? 1.0 : 0.0)`,
  equal: ([a, b]) => `(${a!} === ${b!} ? 1.0 : 0.0)`,
} satisfies Record<Exclude<ScalarOp, "select">, Printer>;

/** Operations whose text names an operand more than once: those operands are put into locals first. */
export const repeating: ReadonlySet<ScalarOp> = new Set<ScalarOp>([
  "exp",
  "log",
  "tanh",
  "sigmoid",
  "erf",
  "sign",
  "maximum",
  "minimum",
  "power",
  "modulo",
]);

/**
 * Three ways, because drivers turn `a < b ? b : a` into a maximum that drops NaN: where neither comparison holds, one of the
 * two is NaN, and so is a sum with it.
 */
function extremum(args: readonly string[], operands: readonly Expr[], symbol: ">" | "<"): string {
  const [a, b] = (operands[0]?.kind === "constant" ? [args[1]!, args[0]!] : args) as readonly [
    string,
    string,
  ];
  const isBound = operands.some((operand) => operand.kind === "constant");
  const neither = isBound ? `${a} + 1.0` : `${a} + ${b}`;
  return symbol === ">"
    ? `(${a} < ${b} ? ${b} : (${b} <= ${a} ? ${a} : ${neither}))`
    : `(${b} < ${a} ? ${b} : (${a} <= ${b} ? ${a} : ${neither}))`;
}

/** Abramowitz and Stegun 7.1.26: error at most 1.5e-7 (and that of float32). */
function errorFunctionText(x: string): string {
  const t = `(1.0 / (1.0 + 0.3275911 * Math.abs(${x})))`;
  const polynomial = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]
    .map(numberText)
    .reduce((sum, next) => `(${sum} * ${t} + ${next})`);
  const size = `(1.0 - ${polynomial} * ${t} * Math.exp(-(${x} * ${x})))`;
  return `(${x} < 0.0 ? -${size} : ${size})`;
}

/** Whole exponents become products: GLSL's pow of a negative base is undefined. */
function powerText(args: readonly string[], operands: readonly Expr[]): string {
  const [base, exponent] = args as readonly [string, string];
  const constant = operands[1]?.kind === "constant" ? operands[1].value : undefined;
  if (constant === 0) return "1.0";
  if (constant === 0.5) return `Math.sqrt(${base})`;
  if (constant !== undefined && Number.isInteger(constant) && Math.abs(constant) <= 16) {
    const product = `(${Array.from({ length: Math.abs(constant) }, () => base).join(" * ")})`;
    return constant > 0 ? product : `(1.0 / ${product})`;
  }
  if (operands[0]?.kind === "constant" && operands[0].value > 0)
    return `Math.pow(${base}, ${exponent})`;
  if (constant !== undefined && Number.isInteger(constant))
    return integerPower(base, exponent, constant % 2 === 0);
  return `(${exponent} === 0.0 ? 1.0 : (${base} === 0.0 ? ${zeroPower(exponent)} : ${signedPower(base, exponent)}))`;
}

function integerPower(base: string, exponent: string, even: boolean): string {
  const positive = `Math.pow(Math.abs(${base}), ${exponent})`;
  return even ? positive : `(${base} < 0.0 ? -${positive} : ${positive})`;
}

function zeroPower(exponent: string): string {
  return `(${exponent} > 0.0 ? 0.0 : 3e38)`;
}

/** A negative base is defined for whole exponents only; the sign is that of an odd one. */
function signedPower(base: string, exponent: string): string {
  const positive = `Math.pow(Math.abs(${base}), ${exponent})`;
  const odd = `(${exponent} - 2.0 * Math.floor(${exponent} / 2.0) === 1.0)`;
  return `(${base} < 0.0 ? (Math.floor(${exponent}) === ${exponent} ? (${odd} ? -${positive} : ${positive}) : (0.0 / 0.0)) : Math.pow(${base}, ${exponent}))`;
}
