import { isDim, print } from "../ir/dim.ts";
import type { ArgumentValue, Use } from "../library/arguments.ts";
import type { TypedAugment } from "./augment.ts";
import type {
  Formula,
  LossExpression,
  Penalty,
  SchedulePart,
  StopCondition,
  Value,
} from "./program.ts";

/** A library item with all its arguments, defaults included: `sgd(rate: 0.1, momentum: 0)`. */
export function showUse({ definition, arguments: values }: Use): string {
  const given = showArguments(values);
  return given.length === 0 ? definition.name : `${definition.name}(${given.join(", ")})`;
}

function showArguments(values: Use["arguments"]): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${showValue(value)}`],
  );
}

export function showValue(value: ArgumentValue): string {
  switch (typeof value) {
    case "number":
      return String(value);
    case "boolean":
      return value ? "on" : "off";
    case "string":
      return value;
    case "undefined":
      return "none";
    case "object":
      return showStructure(value);
  }
}

function showStructure(
  value: Exclude<ArgumentValue, number | boolean | string | undefined>,
): string {
  if (Array.isArray(value))
    return `(${(value as readonly ArgumentValue[]).map(showValue).join(", ")})`;
  if (isDim(value)) return print(value);
  if ("amount" in value) return `${value.amount} ${value.unit}${value.amount === 1 ? "" : "s"}`;
  if ("multiple" in value) return `${value.multiple}x`;
  if ("definition" in value) return showUse(value);
  if ("schedule" in value) return value.schedule.map(showUse).join(" then ");
  if ("from" in value) return `${value.from} .. ${value.to}`;
  return "";
}

export function showPenalties(terms: readonly Penalty[]): string {
  if (terms.length === 0) return "none";
  return terms
    .map(
      (term) =>
        `${term.factor === 1 ? "" : `${term.factor} * `}${term.kind === "use" ? showUse(term.use) : term.name}`,
    )
    .join(" + ");
}

export function showSchedule(parts: readonly SchedulePart[]): string {
  return parts.map((part) => (part.kind === "use" ? showUse(part.use) : part.name)).join(" then ");
}

/** `pad_crop(pixels: 4) then flip(axis: w)` */
export function showSteps(steps: TypedAugment["fields"][number]["steps"]): string {
  return steps.map(({ use }) => showUse(use)).join(" then ");
}

/** A value as a person would call it: its name, else the stage that makes it. */
export function nameOf({ name, body }: Value): string {
  if (name !== undefined) return name;
  switch (body.kind) {
    case "input":
    case "field":
      return body.name;
    case "layer":
      return body.layer.path;
    case "activation":
      return body.path;
    case "call":
      return `${body.function.name}(${body.operands.map(nameOf).join(", ")})`;
    case "number":
      return String(body.value);
    case "parameter":
      return body.weight.path;
    case "arithmetic":
      return body.operator === "negate"
        ? `-${nameOf(body.operands[0]!)}`
        : body.operands.map(nameOf).join(` ${body.operator} `);
    case "compare":
      return body.operands.map(nameOf).join(` ${body.operator} `);
    case "select":
      return `if ${nameOf(body.condition)} then ${nameOf(body.then)} else ${nameOf(body.else)}`;
  }
}

export function showLoss(expression: LossExpression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "loss":
      return `${expression.use.definition.name}(${[...expression.operands.map(nameOf), ...showArguments(expression.use.arguments)].join(", ")})`;
    case "arithmetic": {
      const operands = expression.operands.map((operand) =>
        operand.kind === "arithmetic" && expression.operator !== "+"
          ? `(${showLoss(operand)})`
          : showLoss(operand),
      );
      return expression.operator === "negate"
        ? `-${operands[0]}`
        : operands.join(` ${expression.operator} `);
    }
  }
}

export function showStop(condition: StopCondition): string {
  switch (condition.kind) {
    case "early":
      return `early(${condition.metric}, patience: ${showValue(condition.patience)}, least: ${condition.least})`;
    case "compare":
      return `${showFormula(condition.left)} ${condition.operator} ${showFormula(condition.right)}`;
    default:
      return condition.conditions
        .map((each) =>
          each.kind === "or" && condition.kind === "and" ? `(${showStop(each)})` : showStop(each),
        )
        .join(` ${condition.kind} `);
  }
}

export function showFormula(formula: Formula): string {
  switch (formula.kind) {
    case "number":
      return String(formula.value);
    case "variable":
      return formula.name;
    case "call":
      return `${formula.function.name}(${formula.operands.map(showFormula).join(", ")})`;
    case "apply": {
      const operands = formula.operands.map((operand) =>
        operand.kind === "apply" ? `(${showFormula(operand)})` : showFormula(operand),
      );
      if (formula.operator === "if")
        return `if ${operands[0]} then ${operands[1]} else ${operands[2]}`;
      return operands.length === 1
        ? `${formula.operator === "negate" ? "-" : `${formula.operator} `}${operands[0]}`
        : operands.join(` ${formula.operator} `);
    }
  }
}
