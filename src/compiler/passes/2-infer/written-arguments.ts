import * as messages from "../../base/diagnostics/catalogue/arguments.ts";
import type { ArgumentSpecification } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import { describeExpected, snippet } from "./describe.ts";
import { fail, type Reading, type Specification } from "./reading.ts";

/** Axis names are read as they stand and never looked up: `over: c`, `over: (h, w)`. */
export function readAxes(
  reading: Reading,
  specification: Specification<"axis">,
  expression: Ast.Expression,
): string | readonly string[] | undefined {
  if (expression.kind === "group" && specification.list === true) {
    const names = expression.arguments.map((argument) =>
      argument.name ? undefined : axisName(argument.value),
    );
    if (names.length > 0 && !names.includes(undefined))
      return names.filter((name) => name !== undefined);
  }
  const name = axisName(expression);
  if (name !== undefined) return name;
  return fail(reading, messages.wrongKindOfValue, expression.span, {
    name: reading.name,
    expected: describeExpected(specification),
    found: `\`${snippet(expression.span)}\``,
  });
}

function axisName(expression: Ast.Expression): string | undefined {
  const one =
    expression.kind === "group" && expression.arguments.length === 1
      ? expression.arguments[0]!.value
      : expression;
  if (one.kind !== "reference" || one.path.length !== 1 || one.arguments !== undefined)
    return undefined;
  return one.path[0]!.text;
}

/** `validation.loss`, as it stands. */
export function readDotted(
  reading: Reading,
  specification: ArgumentSpecification,
  expression: Ast.Expression,
): string | undefined {
  if (expression.kind === "reference" && expression.arguments === undefined)
    return expression.path.map((name) => name.text).join(".");
  return fail(reading, messages.wrongKindOfValue, expression.span, {
    name: reading.name,
    expected: describeExpected(specification),
    found: `\`${snippet(expression.span)}\``,
  });
}

/** `encode.weight` or `transpose(encode.weight)`, kept as that text; the model finds the stage. */
export function readTensor(
  reading: Reading,
  specification: ArgumentSpecification,
  expression: Ast.Expression,
): string | undefined {
  const inner =
    expression.kind === "reference" &&
    expression.path.length === 1 &&
    expression.path[0]!.text === "transpose"
      ? expression.arguments
      : undefined;
  const target = inner?.length === 1 && !inner[0]!.name ? inner[0]!.value : expression;
  if (target.kind === "reference" && target.arguments === undefined && target.path.length >= 2) {
    const path = target.path.map((name) => name.text).join(".");
    return target === expression ? path : `transpose(${path})`;
  }
  return fail(reading, messages.wrongKindOfValue, expression.span, {
    name: reading.name,
    expected: describeExpected(specification),
    found: `\`${snippet(expression.span)}\``,
  });
}
