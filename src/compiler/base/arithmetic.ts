/**
 * Expressions of the host as text, with the parentheses that prettier leaves: where the order of the work asks for them, and
 * between `*` and `/`, which nobody should have to remember the order of.
 */
export interface Arithmetic {
  readonly text: string;
  /** How tightly it holds together; what holds less tightly than the place where it stands is put in parentheses. */
  readonly binding: number;
  readonly operator?: string;
  /** What it is put together from; nothing where it is one word. */
  readonly made?: Made;
}

export type Made =
  | {
      readonly kind: "operation";
      readonly left: Operand;
      readonly operator: string;
      readonly right: Operand;
    }
  | { readonly kind: "sign"; readonly operand: Operand }
  | { readonly kind: "call"; readonly name: string; readonly given: readonly Arithmetic[] }
  | { readonly kind: "choice" };

export interface Operand {
  readonly value: Arithmetic;
  /** Whether it stands in parentheses. */
  readonly isWrapped: boolean;
}

const bindings = { conditional: 1, nullish: 2, equal: 3, compare: 4, sum: 5, product: 6, unary: 7 };
const whole = 8;

const operators = {
  "+": bindings.sum,
  "-": bindings.sum,
  "*": bindings.product,
  "/": bindings.product,
  "<": bindings.compare,
  "<=": bindings.compare,
  "===": bindings.equal,
  "!==": bindings.equal,
} as const;

export type Operator = keyof typeof operators;

/** A name, a number, a call: nothing that stands beside it takes it apart. */
export function atom(text: string): Arithmetic {
  return text.startsWith("-") ? { text, binding: bindings.unary } : { text, binding: whole };
}

/** `value ?? otherwise`. */
export function orElse(value: string, otherwise: string): Arithmetic {
  const text = `${value} ?? ${otherwise}`;
  return { text, binding: bindings.nullish, made: { kind: "choice" } };
}

export function called(name: string, ...given: readonly Arithmetic[]): Arithmetic {
  const text = `${name}(${given.map((each) => each.text).join(", ")})`;
  return { text, binding: whole, made: { kind: "call", name, given } };
}

export function negated(value: Arithmetic): Arithmetic {
  const operand = { value, isWrapped: value.binding <= bindings.unary };
  return {
    text: `-${operandText(operand)}`,
    binding: bindings.unary,
    made: { kind: "sign", operand },
  };
}

export function joined(left: Arithmetic, operator: Operator, right: Arithmetic): Arithmetic {
  const binding = operators[operator];
  const first = { value: left, isWrapped: !(left.binding > binding || isGoneOn(left, operator)) };
  const second = { value: right, isWrapped: right.binding <= binding };
  return {
    text: `${operandText(first)} ${operator} ${operandText(second)}`,
    binding,
    operator,
    made: { kind: "operation", left: first, operator, right: second },
  };
}

/** Whether what stands left of an operator is read on without parentheses: `a - b + c`, but neither `(a / b) * c` nor `(a < b) < c`. */
export function isGoneOn(left: Arithmetic, operator: string): boolean {
  const binding = operators[operator as Operator];
  if (left.binding !== binding) return false;
  return binding === bindings.sum || (binding === bindings.product && left.operator === operator);
}

function operandText({ value, isWrapped }: Operand): string {
  return isWrapped ? `(${value.text})` : value.text;
}

/** Whether two are in a relation, as 1 or 0. */
export function truth(left: Arithmetic, operator: Operator, right: Arithmetic): Arithmetic {
  return chosen(joined(left, operator, right), atom("1"), atom("0"));
}

export function chosen(condition: Arithmetic, then: Arithmetic, otherwise: Arithmetic): Arithmetic {
  const test = condition.binding <= bindings.conditional ? `(${condition.text})` : condition.text;
  return {
    text: `${test} ? ${then.text} : ${otherwise.text}`,
    binding: bindings.conditional,
    made: { kind: "choice" },
  };
}
