/**
 * Expressions of the host as text, with the parentheses that prettier leaves: where the order of the work asks for them, and
 * between `*` and `/`, which nobody should have to remember the order of.
 */
export interface Arithmetic {
  readonly text: string;
  /** How tightly it holds together; what holds less tightly than the place where it stands is put in parentheses. */
  readonly binding: number;
  readonly operator?: string;
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
  return { text: `${value} ?? ${otherwise}`, binding: bindings.nullish };
}

export function called(name: string, ...given: readonly Arithmetic[]): Arithmetic {
  return atom(`${name}(${given.map(({ text }) => text).join(", ")})`);
}

export function negated(operand: Arithmetic): Arithmetic {
  const text = operand.binding <= bindings.unary ? `(${operand.text})` : operand.text;
  return { text: `-${text}`, binding: bindings.unary };
}

export function joined(left: Arithmetic, operator: Operator, right: Arithmetic): Arithmetic {
  const binding = operators[operator];
  const isChain =
    left.binding === binding &&
    (binding === bindings.sum || (operator === left.operator && binding === bindings.product));
  const first = left.binding > binding || isChain ? left.text : `(${left.text})`;
  const second = right.binding > binding ? right.text : `(${right.text})`;
  return { text: `${first} ${operator} ${second}`, binding, operator };
}

/** Whether two are in a relation, as 1 or 0. */
export function truth(left: Arithmetic, operator: Operator, right: Arithmetic): Arithmetic {
  return chosen(joined(left, operator, right), atom("1"), atom("0"));
}

export function chosen(condition: Arithmetic, then: Arithmetic, otherwise: Arithmetic): Arithmetic {
  const test = condition.binding <= bindings.conditional ? `(${condition.text})` : condition.text;
  return { text: `${test} ? ${then.text} : ${otherwise.text}`, binding: bindings.conditional };
}
