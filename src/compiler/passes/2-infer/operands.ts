import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import {
  notATensor,
  shapesDisagree,
  wrongElement,
} from "../../base/diagnostics/catalogue/shapes.ts";
import type { Related } from "../../base/diagnostics/diagnostic.ts";
import type { Span } from "../../base/source.ts";
import type { FunctionDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";
import {
  broadcast,
  printType,
  sameElement,
  sameNames,
  scalar,
  withNames,
  disagreement,
} from "./agreement.ts";
import { plainNumber } from "./calculate.ts";
import type { CompileValue } from "./context.ts";
import { describeValue } from "./describe.ts";
import { addValue, broken, trailOf } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";

/** A tensor, or a number as one without axes; undefined when it was reported, or is broken already. */
export function asTensor(
  frame: Frame,
  found: CompileValue | undefined,
  hint?: string,
): Value | undefined {
  if (!found) return undefined;
  if (found.kind === "tensor") return found.value === broken ? undefined : found.value;
  const number = plainNumber(found);
  if (number !== undefined)
    return addValue(frame, scalar, found.span, { kind: "number", value: number }, [], "number");
  if (
    found.kind === "tuple" &&
    found.items.some(({ value }) => value.kind === "tensor" && value.value === broken)
  )
    return undefined;
  const what =
    found.kind === "tuple"
      ? `a list of ${found.items.length} values`
      : describeValue(found, found.span);
  frame.context.report(
    diagnostic(notATensor, found.span, { found: what, hint: hint ?? hintFor(found) }),
  );
  return undefined;
}

function hintFor(found: CompileValue): string | undefined {
  if (found.kind === "tuple") return "join the values with `concat` or `add`";
  return found.kind === "size" ? "only numbers that are known can meet tensors" : undefined;
}

/** Arithmetic takes f32 only: labels and masks are no numbers. */
export function isNumeric(frame: Frame, value: Value, where: string, at: Span): boolean {
  if (value.type.element.kind === "f32") return true;
  const notes =
    value.type.element.kind === "class"
      ? ["labels stand for classes; `one_hot` or `embedding` makes numbers of them"]
      : [];
  frame.context.report(
    diagnostic(
      wrongElement,
      at,
      { where, expected: "f32", found: printType(value.type) },
      { notes },
    ),
  );
  return false;
}

/** `a + b` of tensors, broadcast by the names of axes. */
export function arithmetic(
  frame: Frame,
  expression: Ast.Binary,
  left: Value,
  right: Value,
): Value | undefined {
  const { operator, span } = expression;
  if (
    !isNumeric(frame, left, `\`${operator}\``, expression.left.span) ||
    !isNumeric(frame, right, `\`${operator}\``, expression.right.span)
  )
    return undefined;
  const met = broadcast(left.type, right.type);
  if ("problem" in met) return disagree(frame, operator, met.problem, expression, left, right);
  const operands = [left, right];
  if (
    operator === "+" ||
    operator === "-" ||
    operator === "*" ||
    operator === "/" ||
    operator === "^"
  ) {
    return addValue(
      frame,
      met.type,
      span,
      { kind: "arithmetic", operator, operands, broadcasts: met.broadcasts },
      richer(left, right),
      operator,
    );
  }
  const body = {
    kind: "compare",
    operator: operator as Ast.Comparison,
    operands,
    broadcasts: met.broadcasts,
  } as const;
  return addValue(
    frame,
    { element: { kind: "bool" }, axes: met.type.axes },
    span,
    body,
    richer(left, right),
    operator,
  );
}

/** The operand whose shape the result has comes first in the trail. */
function richer(left: Value, right: Value): readonly Value[] {
  return left.type.axes.length >= right.type.axes.length ? [left, right] : [right, left];
}

function disagree(
  frame: Frame,
  operator: string,
  problem: string,
  expression: Ast.Binary,
  left: Value,
  right: Value,
): undefined {
  const related: Related[] = [
    { span: expression.left.span, message: `this is ${printType(left.type)}` },
    { span: expression.right.span, message: `this is ${printType(right.type)}` },
  ];
  const rule =
    left.type.axes.length === right.type.axes.length
      ? "operands with the same number of axes agree in every size, and in names where both have one; size 1 does not stretch"
      : "the smaller operand's axes are all named axes of the larger, of equal size";
  const notes = [rule, ...trailOf(frame, left), ...trailOf(frame, right)];
  frame.context.report(
    diagnostic(
      shapesDisagree,
      expression.span,
      { operator, left: printType(left.type), right: printType(right.type), problem },
      { notes, related },
    ),
  );
  return undefined;
}

/** `-x`. */
export function negative(frame: Frame, operand: Value, span: Span): Value | undefined {
  if (!isNumeric(frame, operand, "`-`", span)) return undefined;
  const broadcasts = [operand.type.axes.map((_, place) => place)];
  return addValue(
    frame,
    operand.type,
    span,
    { kind: "arithmetic", operator: "negate", operands: [operand], broadcasts },
    [operand],
    "-",
  );
}

/** A function of tensors of one shape; numbers fit everywhere. */
export function callFunction(
  frame: Frame,
  definition: FunctionDefinition,
  operands: readonly Value[],
  at: Span,
  spans: readonly Span[],
): Value | undefined {
  if (
    operands.some(
      (operand, index) => !isNumeric(frame, operand, `\`${definition.name}\``, spans[index] ?? at),
    )
  )
    return undefined;
  const largest = operands.reduce((best, operand) =>
    operand.type.axes.length > best.type.axes.length ? operand : best,
  );
  let { type } = largest;
  for (const [index, operand] of operands.entries()) {
    if (operand.type.axes.length === 0) continue;
    const problem = disagreement(type, operand.type);
    if (problem === undefined) type = withNames(type, operand.type);
    else {
      const notes = [...trailOf(frame, largest), ...trailOf(frame, operand)];
      frame.context.report(
        diagnostic(
          shapesDisagree,
          spans[index] ?? at,
          {
            operator: definition.name,
            left: printType(type),
            right: printType(operand.type),
            problem,
          },
          { notes },
        ),
      );
      return undefined;
    }
  }
  return addValue(
    frame,
    type,
    at,
    { kind: "call", function: definition, operands },
    [largest],
    definition.name,
  );
}

/** `if mask then a else b`, place by place. */
export function select(
  frame: Frame,
  condition: Value,
  first: Value,
  second: Value,
  at: Span,
): Value | undefined {
  const operands = [condition, first, second];
  const largest = operands.reduce((best, operand) =>
    operand.type.axes.length > best.type.axes.length ? operand : best,
  );
  const wrong = operands.find(
    (operand) =>
      operand.type.axes.length > 0 &&
      disagreement(
        { ...operand.type, element: { kind: "f32" } },
        { ...largest.type, element: { kind: "f32" } },
      ) !== undefined,
  );
  if (wrong || !sameElement(first.type.element, second.type.element)) {
    const [left, right] = wrong ? [largest, wrong] : [first, second];
    const problem = disagreement(left.type, right.type) ?? "the shapes differ";
    frame.context.report(
      diagnostic(
        shapesDisagree,
        at,
        { operator: "if", left: printType(left.type), right: printType(right.type), problem },
        { notes: [...trailOf(frame, left), ...trailOf(frame, right)] },
      ),
    );
    return undefined;
  }
  return addValue(
    frame,
    { element: first.type.element, axes: largest.type.axes },
    at,
    { kind: "select", condition, then: first, else: second },
    [largest],
    "if",
  );
}

/** The same value with axis names that a signature or a result gives it. */
export function renamed(frame: Frame, value: Value, names: Value["type"], at: Span): Value {
  const type = withNames(value.type, names);
  if (sameNames(type, value.type)) return value;
  const broadcasts = [type.axes.map((_, place) => place)];
  return addValue(
    frame,
    type,
    at,
    { kind: "arithmetic", operator: "+", operands: [value], broadcasts },
    [value],
    "named",
  );
}
