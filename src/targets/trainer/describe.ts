import { isDim, print } from "../../compiler/ir/dim.ts";
import type { ArgumentValue, Use } from "../../compiler/library/arguments.ts";
import type { Penalty, SchedulePart, StopCondition } from "../../compiler/typed/program.ts";
import { showFormula, showValue } from "../../compiler/typed/show.ts";

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
  if (isMany(value)) return `(${value.map(describeValue).join(", ")})`;
  if (typeof value !== "object" || isDim(value)) return showValue(value);
  if ("definition" in value) return describeUse(value);
  if ("schedule" in value) return value.schedule.map(describeUse).join(" then ");
  return showValue(value);
}

function isMany(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
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

export function describeCondition(condition: StopCondition): string {
  switch (condition.kind) {
    case "early":
      return `${condition.metric} has not become better for ${showValue(condition.patience)}`;
    case "compare":
      return `${showFormula(condition.left)} ${condition.operator} ${showFormula(condition.right)}`;
    default:
      return condition.conditions
        .map((each) =>
          each.kind === "or" && condition.kind === "and"
            ? `(${describeCondition(each)})`
            : describeCondition(each),
        )
        .join(` ${condition.kind} `);
  }
}
