import { print } from "../ir/dim.ts";
import type { TensorType } from "../ir/type.ts";
import type { Use } from "../library/arguments.ts";
import type { OptimizerDefinition } from "../library/definition.ts";
import { settings } from "../settings/index.ts";
import { optimizer } from "../settings/optimizer.ts";
import type { TypedData, TypedModel, TypedRun, Value, WeightSettings } from "./program.ts";
import { nameOf, showPenalties, showUse, showValue } from "./show.ts";

/** What a checkpoint says of the run that it is of: a name and a text for everything that decides what is trained, and how. */
export function runFacts(run: TypedRun): Readonly<Record<string, string>> {
  const { use } = run.optimizer;
  const shown = settings
    .filter((setting) => setting.name !== optimizer.name && setting.outsideTraining !== true)
    .map((setting) => [setting.name, setting.show?.(run)] as const);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["model", `${run.model.name} (${digest(modelText(run.model))})`],
    ["rules", rulesOf(run)],
    [optimizer.name, showUse(withoutRate(use))],
    ["rate", rateOf(use)],
    ...shown,
    ...factsOfData(run.data),
  ];
  return Object.fromEntries(
    facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined),
  );
}

/** Which of them may be others when an interrupted training goes on, if that is asked for. */
export function changeableFacts(run: TypedRun): readonly string[] {
  const named = settings.filter(({ mayChange }) => mayChange === true).map(({ name }) => name);
  return rateOf(run.optimizer.use) === undefined ? named : [...named, "rate"];
}

function withoutRate(use: Use<OptimizerDefinition>): Use<OptimizerDefinition> {
  const { rate } = use.definition;
  const rest = Object.entries(use.arguments).filter(([name]) => name !== rate);
  return { ...use, arguments: Object.fromEntries(rest) };
}

function rateOf({ definition, arguments: values }: Use<OptimizerDefinition>): string | undefined {
  const value = definition.rate === undefined ? undefined : values[definition.rate];
  return value === undefined ? undefined : showValue(value);
}

/** What rules say of weights and values beyond the defaults: the same of several weights is said once. */
function rulesOf({ weights, penalties, optimizer: own }: TypedRun): string | undefined {
  const common = showUse(own.use);
  const groups = new Map<string, string[]>();
  for (const weight of weights)
    for (const rule of rulesOfWeight(weight, common))
      groups.set(rule, [...(groups.get(rule) ?? []), weight.weight.path]);
  const lines = [
    ...[...groups].map(([rule, paths]) => `${rule} of ${listed(paths)}`),
    ...penalties.map(
      ({ value, target, terms }) =>
        `regularize ${showPenalties(terms)} of ${target}(${nameOf(value)})`,
    ),
  ];
  return lines.length === 0 ? undefined : lines.join("; ");
}

function rulesOfWeight(
  { regularize, optimizer: use, rate, decay, freeze, dropconnect }: WeightSettings,
  common: string,
): readonly string[] {
  const own = showUse(use.use);
  return [
    ...(regularize && regularize.terms.length > 0
      ? [`regularize ${showPenalties(regularize.terms)}`]
      : []),
    ...(own === common ? [] : [`optimizer ${own}`]),
    ...(rate ? [`lr ${showValue(rate.value)}`] : []),
    ...(decay && decay.value !== 0 ? [`decay ${decay.value}`] : []),
    ...(freeze?.value === true ? ["freeze on"] : []),
    ...(dropconnect ? [`dropconnect ${dropconnect.value}`] : []),
  ];
}

const mostListed = 4;

function listed(paths: readonly string[]): string {
  if (paths.length <= mostListed) return paths.join(", ");
  return `${paths.length} tensors (${paths[0]}, …, ${digest(paths.join("\n"))})`;
}

function factsOfData({
  name,
  fields,
  normalize,
  split,
}: TypedData): readonly (readonly [string, string])[] {
  const { train, validation, test, by, stratify, order, folds } = split;
  const manners = [
    ...(by === undefined ? [] : [`by ${by}`]),
    ...(stratify === undefined ? [] : [`stratify ${stratify}`]),
    ...(order ? [`order ${order.by === "rows" ? "rows" : JSON.stringify(order.column)}`] : []),
    ...(folds === undefined ? [] : [`folds ${folds}`]),
  ];
  return [
    ["data declaration", name],
    ...fields.map(({ name: field, type }) => [`field ${field}`, typeText(type)] as const),
    ...normalize.map(
      ({ field, steps }) => [`normalize ${field}`, steps.map(showUse).join(" then ")] as const,
    ),
    [
      "split",
      [`train ${train}`, `validation ${validation}`, `test ${test}`, ...manners].join(", "),
    ],
  ];
}

function typeText({ element, axes }: TensorType): string {
  const count = element.kind === "class" ? ` of ${print(element.count)}` : "";
  return `${element.kind}[${axes.map(({ size }) => print(size)).join(", ")}]${count}`;
}

/** Everything that a model computes: each value with what it is made of, by numbers in place of names that change nothing. */
function modelText(model: TypedModel): string {
  const numbers = new Map<Value, number>();
  const lines: string[] = [];
  const number = (value: Value): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    const line = `${bodyText(value, number)} ${typeText(value.type)}`;
    numbers.set(value, numbers.size);
    lines.push(line);
    return numbers.size - 1;
  };
  const results = model.outputs.map(({ name, value }) => `${name}: ${number(value)}`);
  return [...lines, ...results].join("\n");
}

function bodyText({ body }: Value, number: (value: Value) => number): string {
  const all = (values: readonly Value[]): string => values.map(number).join(" ");
  switch (body.kind) {
    case "input":
    case "field":
      return `${body.kind} ${body.name}`;
    case "number":
      return String(body.value);
    case "parameter":
      return body.weight.path;
    case "layer": {
      const { definition, arguments: values, path } = body.layer;
      return `${path} ${showUse({ definition, arguments: values })} ${all(body.inputs)}`;
    }
    case "activation":
      return `${showUse(body.use)} over ${body.axis} ${number(body.input)}`;
    case "call":
      return `${body.function.name} ${all(body.operands)}`;
    case "arithmetic":
    case "compare":
      return `${body.operator} ${JSON.stringify(body.broadcasts)} ${all(body.operands)}`;
    case "select":
      return `if ${all([body.condition, body.then, body.else])}`;
  }
}

/** FNV-1a: it tells change. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
