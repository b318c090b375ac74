import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import {
  duplicateArgument,
  missingArgument,
  wrongLength,
} from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { known } from "../../ir/dim.ts";
import { defaults } from "../../library/defaults.ts";
import type { ArgumentValues } from "../../library/arguments.ts";
import type { LossDefinition, MetricDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { LossExpression } from "../../typed/program.ts";
import { numberOf } from "./argument-values.ts";
import { checkArguments, unknownItem } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { checkOperands, type Operand } from "./loss-operands.ts";
import { namesTensor, tensorScope, withJoinedNames, type RunNames } from "./run-names.ts";
import { inferTensor } from "./tensor.ts";

/** A loss of the library with the tensors that it is of, as written. */
export interface LossTerm {
  readonly definition: LossDefinition;
  readonly operands: readonly Operand[];
}

export interface ReadLoss {
  readonly expression: LossExpression;
  readonly terms: readonly LossTerm[];
}

/** `cross_entropy(mood, label) + 0.3 * mean_squared_error(age, years)`; undefined when something was reported. */
export function inferLoss(
  context: Context,
  scope: Scope,
  names: RunNames,
  written: Ast.Expression,
): ReadLoss | undefined {
  const terms: LossTerm[] = [];
  const expression = readLoss({ context, scope, names, terms }, written);
  if (!expression) return undefined;
  if (terms.length > 0) return { expression, terms };
  context.report(
    diagnostic(messages.notALoss, written.span, {
      found: `\`${snippet(written.span)}\``,
      example: exampleLoss(names),
    }),
  );
  return undefined;
}

interface Reading {
  readonly context: Context;
  readonly scope: Scope;
  readonly names: RunNames;
  readonly terms: LossTerm[];
}

function readLoss(reading: Reading, expression: Ast.Expression): LossExpression | undefined {
  switch (expression.kind) {
    case "group":
      return expression.arguments.length === 1 && !expression.arguments[0]!.name
        ? readLoss(reading, expression.arguments[0]!.value)
        : refuse(reading, expression);
    case "unary":
      return expression.operator === "-"
        ? arithmetic(reading, "negate", [expression.operand])
        : refuse(reading, expression);
    case "binary": {
      const operator = (["+", "-", "*", "/"] as const).find((each) => each === expression.operator);
      return operator
        ? arithmetic(reading, operator, [expression.left, expression.right])
        : number(reading, expression);
    }
    case "conditional": {
      const condition = evaluate(reading.context, reading.scope, expression.condition);
      if (!condition) return undefined;
      return condition.kind === "switch"
        ? readLoss(reading, condition.value ? expression.then : expression.else)
        : refuse(reading, expression.condition);
    }
    case "reference":
      return reference(reading, expression);
    default:
      return number(reading, expression);
  }
}

function refuse(
  reading: Reading,
  expression: Ast.Expression,
  found = `\`${snippet(expression.span)}\``,
): undefined {
  const { context, names } = reading;
  context.report(
    diagnostic(messages.notALoss, expression.span, { found, example: exampleLoss(names) }),
  );
  return undefined;
}

function arithmetic(
  reading: Reading,
  operator: "+" | "-" | "*" | "/" | "negate",
  written: readonly Ast.Expression[],
): LossExpression | undefined {
  const before = reading.terms.length;
  const operands = written.map((operand) => readLoss(reading, operand));
  if (operands.includes(undefined)) return undefined;
  if (operator === "/" && reading.terms.length > before && hasLoss(operands[1]!))
    return refuse(reading, written[1]!, "a loss as a divisor");
  return {
    kind: "arithmetic",
    operator,
    operands: operands.filter((operand) => operand !== undefined),
  };
}

function hasLoss(expression: LossExpression): boolean {
  return (
    expression.kind === "loss" ||
    (expression.kind === "arithmetic" && expression.operands.some(hasLoss))
  );
}

function number(reading: Reading, expression: Ast.Expression): LossExpression | undefined {
  const value = evaluate(reading.context, reading.scope, expression);
  if (!value) return undefined;
  const found = numberOf(value);
  return found === undefined
    ? refuse(reading, expression, describeValue(value, expression.span))
    : { kind: "number", value: found };
}

function reference(reading: Reading, expression: Ast.Reference): LossExpression | undefined {
  const { context, names } = reading;
  const name = expression.path[0]!;
  if (expression.path.length === 1) {
    const definition = context.library.find("loss", name.text);
    if (definition?.kind === "loss") return lossCall(reading, definition, expression);
    if (context.library.find("regularizer", name.text) && !names.tensors.has(name.text)) {
      context.report(diagnostic(messages.penaltyInLoss, expression.span, { name: name.text }));
      return undefined;
    }
    if (expression.arguments !== undefined && !isDeclared(reading, expression)) {
      context.report(unknownItem(context, "loss", name));
      return undefined;
    }
    if (context.library.planned(name.text) || isSlipOfLoss(reading, expression)) {
      context.report(unknownItem(context, "loss", name));
      return undefined;
    }
  }
  return namesTensor(names, expression)
    ? refuse(reading, expression, `the tensor \`${snippet(expression.span)}\``)
    : number(reading, expression);
}

/** A bare word that is neither bound nor a tensor can only have been meant as a loss. */
function isSlipOfLoss(reading: Reading, expression: Ast.Reference): boolean {
  return !isDeclared(reading, expression) && !namesTensor(reading.names, expression);
}

function isDeclared(reading: Reading, expression: Ast.Reference): boolean {
  const value = reading.context.library.find("function", expression.path[0]!.text);
  if (value) return true;
  for (let scope: Scope | undefined = reading.scope; scope; scope = scope.parent)
    if (scope.names.has(expression.path[0]!.text)) return true;
  return false;
}

function lossCall(
  reading: Reading,
  definition: LossDefinition,
  expression: Ast.Reference,
): LossExpression | undefined {
  const { context, scope, names } = reading;
  const { operands: written, rest } = separateOperands(definition, expression.arguments ?? []);
  const missing = definition.operands.findIndex((_, index) => written[index] === undefined);
  const example = exampleCall(definition, names);
  if (missing >= 0) {
    const { name, summary } = definition.operands[missing]!;
    context.report(
      diagnostic(missingArgument, expression.span, {
        owner: definition.name,
        name,
        summary,
        example,
      }),
    );
    return undefined;
  }
  const operands = written.map((argument) => readOperand(context, scope, names, argument!.value));
  const values = checkArguments(context, scope, definition, rest, expression.span);
  if (operands.includes(undefined) || !values || !noneTwice(context, definition, expression))
    return undefined;
  const complete = operands.filter((operand) => operand !== undefined);
  if (
    !checkOperands(context, definition.name, definition.operands, complete) ||
    !weightsFit(context, values, complete, expression)
  )
    return undefined;
  reading.terms.push({ definition, operands: complete });
  return {
    kind: "loss",
    use: { definition, arguments: values },
    operands: complete.map((operand) => operand.value),
    span: expression.span,
  };
}

/** `weights: (1, 4)` has one number for each class. */
function weightsFit(
  context: Context,
  values: ArgumentValues,
  operands: readonly Operand[],
  expression: Ast.Reference,
): boolean {
  const { weights } = values;
  const classes = known(operands[0]!.value.type.axes.at(-1)!.size);
  if (!Array.isArray(weights) || classes === undefined || weights.length === classes) return true;
  const at =
    expression.arguments?.find((argument) => argument.name?.text === "weights")?.value.span ??
    expression.span;
  context.report(
    diagnostic(wrongLength, at, { name: "weights", expected: classes, found: weights.length }),
  );
  return false;
}

function noneTwice(
  context: Context,
  definition: LossDefinition,
  expression: Ast.Reference,
): boolean {
  const positional = (expression.arguments ?? []).filter((argument) => !argument.name).length;
  const twice = expression.arguments?.find(
    (argument) =>
      definition.operands.findIndex((operand) => operand.name === argument.name?.text) >= 0 &&
      definition.operands.findIndex((operand) => operand.name === argument.name?.text) < positional,
  );
  if (twice)
    context.report(
      diagnostic(duplicateArgument, twice.span, { owner: definition.name, name: twice.name!.text }),
    );
  return !twice;
}

/** The first positional arguments are the operands (each may also be given by its name); the others are arguments of the table. */
export function separateOperands(
  definition: LossDefinition | MetricDefinition,
  written: readonly Ast.Argument[],
): {
  readonly operands: readonly (Ast.Argument | undefined)[];
  readonly rest: readonly Ast.Argument[];
} {
  const unnamed = written.filter((argument) => !argument.name);
  const operands = definition.operands.map(
    (operand, index) =>
      unnamed[index] ?? written.find((argument) => argument.name?.text === operand.name),
  );
  return {
    operands,
    rest: written.filter(
      (argument) =>
        !operands.includes(argument) &&
        !definition.operands.some((operand) => operand.name === argument.name?.text),
    ),
  };
}

/** A tensor of the run: a name, or a calculation with names. */
export function readOperand(
  context: Context,
  scope: Scope,
  names: RunNames,
  expression: Ast.Expression,
): Operand | undefined {
  const inside = tensorScope(context, scope, names, expression);
  if (!inside) return undefined;
  const key =
    expression.kind === "reference" && expression.arguments === undefined
      ? expression.path.map((name) => name.text).join(".")
      : undefined;
  const value =
    (key === undefined ? undefined : names.tensors.get(key)) ??
    inferTensor(context, inside, withJoinedNames(expression));
  return value && { value, name: snippet(expression.span), span: expression.span };
}

/** A loss that would fit this run, for messages. */
export function exampleLoss(names: RunNames): string {
  const labelled = names.data.fields.some((field) => field.type.element.kind === "class");
  return exampleCall(labelled ? defaults.loss.classes : defaults.loss.values, names);
}

/** `cross_entropy(logits, label)` with the run's own names. */
function exampleCall(definition: LossDefinition, names: RunNames): string {
  const output =
    [...names.model.named].find(([, value]) =>
      names.model.outputs.some((each) => each.value === value),
    )?.[0] ?? names.model.outputs[0]?.name;
  const inputs = new Set(names.model.inputs.map((input) => input.name));
  const target =
    names.data.fields.find((field) => !inputs.has(field.name))?.name ?? names.data.fields[0]?.name;
  const operands = definition.operands.map(
    (operand, index) => (index === 0 ? output : index === 1 ? target : undefined) ?? operand.name,
  );
  return `${definition.name}(${operands.join(", ")})`;
}
