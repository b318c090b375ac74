import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { outOfRange } from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { known, size } from "../../ir/dim.ts";
import { defaults } from "../../library/defaults.ts";
import type { MetricDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedMetric } from "../../typed/program.ts";
import { checkArguments, unknownItem } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { describeValue } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { readOperand, separateOperands, type LossTerm } from "./loss.ts";
import { checkOperands, operandsFit, type Operand } from "./loss-operands.ts";
import { namesTensor, type RunNames } from "./run-names.ts";

interface Reading {
  readonly context: Context;
  readonly scope: Scope;
  readonly names: RunNames;
  readonly terms: readonly LossTerm[];
}

interface ReadMetric extends Omit<TypedMetric, "operands"> {
  readonly operands: readonly Operand[];
}

/** `accuracy`, `(accuracy(mood, label), mae(years, age))`; without the setting, `accuracy` where there is one class target. */
export function inferMetrics(
  reading: Reading,
  setting: Ast.Setting | undefined,
): readonly TypedMetric[] | undefined {
  if (!setting) return defaultMetrics(reading);
  const { value } = setting;
  const written =
    value.kind === "group" ? value.arguments.map((argument) => argument.value) : [value];
  const metrics = written
    .filter((expression) => !isLoss(reading, expression))
    .map((expression) => readMetric(reading, expression));
  return metrics.includes(undefined)
    ? undefined
    : withUniqueNames(metrics.filter((metric) => metric !== undefined));
}

/** The loss is always reported, so naming it changes nothing. */
function isLoss({ context }: Reading, expression: Ast.Expression): boolean {
  const name =
    expression.kind === "reference" && expression.path.length === 1 && !expression.arguments
      ? expression.path[0]!.text
      : undefined;
  return name === "loss" && !context.library.find("metric", "loss");
}

function defaultMetrics({ terms, names }: Reading): readonly TypedMetric[] {
  const definition = defaults.metric;
  const targets = names.data.fields.filter(
    (field) =>
      field.type.element.kind === "class" &&
      terms.some((term) => term.operands.some((operand) => isField(operand, field.name))),
  );
  if (targets.length !== 1) return [];
  const term = terms.find(
    (each) =>
      each.definition.operands[0]?.accepts === "logits" &&
      operandsFit(definition.operands, each.operands),
  );
  const values = term && defaultArguments(definition);
  return term && values
    ? [
        {
          name: definition.name,
          use: { definition, arguments: values },
          operands: term.operands.map((operand) => operand.value),
        },
      ]
    : [];
}

function isField(operand: Operand, name: string): boolean {
  const { body } = operand.value;
  return (body.kind === "field" || body.kind === "input") && body.name === name;
}

function defaultArguments(definition: MetricDefinition): TypedMetric["use"]["arguments"] {
  return Object.fromEntries(
    Object.entries(definition.arguments).map(([name, specification]) => [
      name,
      "default" in specification ? specification.default : undefined,
    ]),
  );
}

function readMetric(reading: Reading, expression: Ast.Expression): ReadMetric | undefined {
  const { context, scope } = reading;
  const name =
    expression.kind === "reference" && expression.path.length === 1
      ? expression.path[0]!
      : undefined;
  const definition = name && context.library.find("metric", name.text);
  if (expression.kind === "reference" && definition?.kind === "metric")
    return metricCall(reading, definition, expression);
  if (name) context.report(unknownItem(context, "metric", name));
  else {
    const value = evaluate(context, scope, expression);
    if (value)
      context.report(
        diagnostic(messages.unknownChoice, expression.span, {
          name: "metrics",
          found: describeValue(value, expression.span),
          choices: ["metrics such as `accuracy`"],
        }),
      );
  }
  return undefined;
}

function metricCall(
  reading: Reading,
  definition: MetricDefinition,
  expression: Ast.Reference,
): ReadMetric | undefined {
  const { context, scope, names } = reading;
  const written = expression.arguments ?? [];
  const explicit = written.some(
    (argument) =>
      (!argument.name ||
        definition.operands.some((operand) => operand.name === argument.name!.text)) &&
      namesTensor(names, argument.value),
  );
  const parts = explicit ? separateOperands(definition, written) : { operands: [], rest: written };
  const values = checkArguments(context, scope, definition, parts.rest, expression.span);
  const operands = explicit
    ? readOperands(reading, definition, parts.operands, expression)
    : operandsOfLoss(reading, definition, expression);
  if (!values || !operands || !classesOccur(reading, definition, expression, values, operands))
    return undefined;
  const isBare = expression.arguments === undefined;
  return {
    name: definition.name,
    use: { definition, arguments: values },
    operands,
    ...(isBare && { span: expression.span }),
  };
}

/** A class that is told by its number is one of those that are scored; a single logit is between 0 and 1. */
function classesOccur(
  { context }: Reading,
  definition: MetricDefinition,
  { arguments: written = [], span }: Ast.Reference,
  values: TypedMetric["use"]["arguments"],
  [scores]: readonly Operand[],
): boolean {
  const scored = known(scores!.value.type.axes.slice(1).at(-1)?.size ?? size(1));
  if (scored === undefined) return true;
  const count = Math.max(2, scored);
  const wrong = Object.entries(values).find(
    ([name, value]) =>
      definition.arguments[name]?.kind === "class" && typeof value === "number" && value >= count,
  );
  if (!wrong) return true;
  const [name, value] = wrong;
  const at = written.find((argument) => argument.name?.text === name)?.value.span ?? span;
  context.report(
    diagnostic(outOfRange, at, { name, expected: `at most ${count - 1}`, found: String(value) }),
  );
  return false;
}

function readOperands(
  { context, scope, names }: Reading,
  definition: MetricDefinition,
  written: readonly (Ast.Argument | undefined)[],
  expression: Ast.Reference,
): readonly Operand[] | undefined {
  if (written.includes(undefined)) {
    context.report(
      diagnostic(messages.metricNeedsOperands, expression.span, {
        metric: definition.name,
        why: `takes ${definition.operands.length} operands`,
        example: exampleOf(definition),
      }),
    );
    return undefined;
  }
  const operands = written.map((argument) => readOperand(context, scope, names, argument!.value));
  if (operands.includes(undefined)) return undefined;
  const complete = operands.filter((operand) => operand !== undefined);
  return checkOperands(context, definition.name, definition.operands, complete)
    ? complete
    : undefined;
}

/** A bare name takes the operands of the first loss that they fit. */
function operandsOfLoss(
  { context, terms }: Reading,
  definition: MetricDefinition,
  expression: Ast.Reference,
): readonly Operand[] | undefined {
  const term = terms.find((each) => operandsFit(definition.operands, each.operands));
  if (term) return term.operands;
  const why =
    terms.length === 0
      ? "has no loss to take its operands from"
      : "does not fit the operands of the loss";
  context.report(
    diagnostic(messages.metricNeedsOperands, expression.span, {
      metric: definition.name,
      why,
      example: exampleOf(definition),
    }),
  );
  return undefined;
}

function exampleOf(definition: MetricDefinition): string {
  return `${definition.name}(${definition.operands.map((operand) => operand.name).join(", ")})`;
}

/** `accuracy` twice becomes `accuracy_mood` and `accuracy_topic`, after what they are of; a number tells `top(1)` from `top(5)`. */
function withUniqueNames(metrics: readonly ReadMetric[]): readonly TypedMetric[] {
  const taken = new Set<string>();
  return metrics.map((metric, index) => {
    const twice = metrics.some((other, place) => place !== index && other.name === metric.name);
    const candidates = twice
      ? [`${metric.name}_${word(metric.operands[0]?.name ?? "")}`, named(metric)]
      : [metric.name];
    const base =
      candidates.find(
        (name) => metrics.filter((other) => nameWouldBe(other, name, candidates)).length === 1,
      ) ?? candidates[0]!;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return { ...metric, name, operands: metric.operands.map((operand) => operand.value) };
  });
}

function nameWouldBe(metric: ReadMetric, name: string, candidates: readonly string[]): boolean {
  if (candidates.length === 1) return metric.name === name;
  return (
    name === `${metric.name}_${word(metric.operands[0]?.name ?? "")}` || name === named(metric)
  );
}

/** A metric by the number or word that it is given: `top_5`, `f1_cat`, `f1_micro`; by its own name where it is given none. */
function named({ name, use }: ReadMetric): string {
  const told = Object.values(use.arguments).filter((value) => value !== undefined);
  const number = told.find((value) => typeof value === "number");
  const chosen = number ?? told.find((value) => typeof value === "string");
  return chosen === undefined ? name : `${name}_${word(String(chosen))}`;
}

function word(name: string): string {
  return name.replace(/\W+/g, "_");
}
