import { isDim, print } from "../../compiler/ir/dim.ts";
import type { ArgumentValue, Duration, Use } from "../../compiler/library/arguments.ts";
import type {
  Formula,
  Penalty,
  SchedulePart,
  StopCondition,
} from "../../compiler/typed/program.ts";
import { isDuration } from "../../compiler/passes/3-lower/schedules.ts";

/** Library items as the author would write them, for comments and messages: `warmup(2 epochs)`. */
export function describeUse({ definition, arguments: values }: Use): string {
  const written = Object.entries(values).flatMap(([name, value]): readonly string[] => {
    const specification = definition.arguments[name];
    const preset =
      specification &&
      ("defaults" in specification
        ? specification.defaults
        : "default" in specification
          ? specification.default
          : undefined);
    const isDefault = preset !== undefined && same(preset, value);
    if (value === undefined || isDefault) return [];
    return [
      specification?.named === true ? `${name}: ${describeValue(value)}` : describeValue(value),
    ];
  });
  return written.length === 0 ? definition.name : `${definition.name}(${written.join(", ")})`;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(isDim(b) ? Number(print(b)) : b);
}

function describeValue(value: ArgumentValue): string {
  if (value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object") return String(value);
  if (isDim(value)) return print(value);
  if (isDuration(value)) return describeDuration(value);
  if (isMany(value)) return `(${value.map(describeValue).join(", ")})`;
  if ("multiple" in value) return `${value.multiple}x`;
  if ("definition" in value) return describeUse(value);
  if ("schedule" in value) return value.schedule.map(describeUse).join(" then ");
  return `${value.from} .. ${value.to}`;
}

function isMany(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}

function describeDuration({ amount, unit }: Duration): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

export function describeSchedule(parts: readonly SchedulePart[]): string {
  return parts
    .map((part) => (part.kind === "use" ? describeUse(part.use) : part.name))
    .join(" then ");
}

export function describePenalties(terms: readonly Penalty[]): string {
  return terms
    .map(
      (term) =>
        `${term.factor === 1 ? "" : `${term.factor} * `}${term.kind === "use" ? describeUse(term.use) : term.name}`,
    )
    .join(" + ");
}

function describeFormula(formula: Formula): string {
  switch (formula.kind) {
    case "number":
      return String(formula.value);
    case "variable":
      return formula.name;
    case "call":
      return `${formula.function.name}(${formula.operands.map(describeFormula).join(", ")})`;
    default: {
      const operands = formula.operands.map(describeFormula);
      if (formula.operator === "negate") return `-${operands[0]}`;
      if (formula.operator === "if")
        return `if ${operands[0]} then ${operands[1]} else ${operands[2]}`;
      return operands.length === 1
        ? `${formula.operator} ${operands[0]}`
        : operands.join(` ${formula.operator} `);
    }
  }
}

export function describeCondition(condition: StopCondition): string {
  switch (condition.kind) {
    case "early":
      return `${condition.metric} has not become better for ${describeDuration(condition.patience)}`;
    case "compare":
      return `${describeFormula(condition.left)} ${condition.operator} ${describeFormula(condition.right)}`;
    default:
      return condition.conditions.map(describeCondition).join(` ${condition.kind} `);
  }
}
