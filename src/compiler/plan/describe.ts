import type { Expr } from "./plan.ts";
import { subexpressions } from "./expressions.ts";

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : `[${shape.join(", ")}]`;
}

/** The buffers that values are computed from, with their shapes. */
export function operandsText(values: readonly Expr[]): string {
  const buffers = new Map<string, readonly number[]>();
  for (const expression of subexpressions(...values)) {
    if (expression.kind === "load")
      buffers.set(expression.access.buffer.name, expression.access.buffer.shape);
  }
  return buffers.size === 0
    ? "numbers"
    : [...buffers].map(([name, shape]) => `${name} ${shapeText(shape)}`).join(", ");
}

/** What is done to them, in order: the distinct operations, when they are few. */
export function operationsText(values: readonly Expr[]): readonly string[] {
  const operations = subexpressions(...values).flatMap((value) =>
    value.kind === "apply" ? [operationName(value)] : [],
  );
  const distinct = [...new Set(operations)];
  return distinct.length <= 4 ? distinct : [...distinct.slice(0, 3), "…"];
}

function operationName(value: Extract<Expr, { kind: "apply" }>): string {
  return isRectifier(value) ? "relu" : value.op.replaceAll("_", " ");
}

/** max(x, 0), also as x ≤ 0 ? 0 : x. */
function isRectifier({ op, args }: Extract<Expr, { kind: "apply" }>): boolean {
  const isZero = (part: Expr | undefined): boolean => part?.kind === "constant" && part.value === 0;
  const [first, second, third] = args;
  if (op === "maximum") return isZero(second);
  return (
    op === "select" &&
    isZero(second) &&
    first?.kind === "apply" &&
    (first.op === "less_equal" || first.op === "less") &&
    first.args[0] === third &&
    isZero(first.args[1])
  );
}
