import { invariant } from "../../compiler/base/invariant.ts";
import type { Plain } from "../../targets/trainer/code.ts";
import type { Parameter, Recipe } from "../../targets/trainer/definition/recipe.ts";
import { followFormula } from "./follow-formula.ts";
import type { Scope } from "./runtime-functions.ts";

type Function = (...given: readonly unknown[]) => unknown;

/** The value that a recipe makes: what its printed expression is when it is evaluated. */
export function follow(recipe: Recipe, scope: Scope): unknown {
  switch (recipe.kind) {
    case "plain":
      return plainValue(recipe.value);
    case "list":
      return recipe.items.map(({ recipe: item }) => follow(item, scope));
    case "record":
      return recordOf(recipe.entries.map(([key, value]) => [key, follow(value, scope)]));
    case "map":
      return new Map(recipe.entries.map(([key, value]) => [key, follow(value, scope)]));
    case "call":
      return functionNamed(
        recipe.function,
        scope,
      )(...recipe.arguments.map((argument) => follow(argument, scope)));
    case "function of the runtime":
    case "name":
      return valueNamed(recipe.name, scope);
    case "entry":
      return (follow(recipe.of, scope) as Readonly<Record<string, unknown>>)[recipe.key];
    case "member":
      return (valueNamed(recipe.of, scope) as Readonly<Record<string, unknown>>)[recipe.name];
    case "ask":
      return functionNamed(recipe.function, scope)(recipe.argument);
    case "lambda":
      return lambda(recipe, scope);
    case "formula":
      return followFormula(
        recipe.node,
        (scalar) => follow(recipe.variable(scalar), scope) as number,
      );
    case "condition":
      return condition(recipe, scope);
    case "here":
      return valueNamed("here", scope);
    case "address":
      return new URL(recipe.path, valueNamed("here", scope) as string);
  }
}

function valueNamed(name: string, scope: Scope): unknown {
  invariant(scope.has(name), `there is no ${name} for a definition`);
  return scope.get(name);
}

function functionNamed(name: string, scope: Scope): Function {
  return valueNamed(name, scope) as Function;
}

/** An object with the keys in their order; `undefined` is left out, as the printed literal leaves it out. */
function recordOf(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function plainValue(value: Plain): unknown {
  if (Array.isArray(value)) return (value as readonly Plain[]).map(plainValue);
  if (typeof value !== "object") return value;
  return recordOf(
    Object.entries(value as Readonly<Record<string, Plain>>).map(([key, entry]) => [
      key,
      plainValue(entry),
    ]),
  );
}

function lambda(
  { parameters, body, waits }: Extract<Recipe, { kind: "lambda" }>,
  scope: Scope,
): Function {
  const bound = (given: readonly unknown[]): Scope =>
    new Map([...scope, ...parameters.flatMap((parameter, place) => bind(parameter, given[place]))]);
  if (waits === true) return async (...given) => followWaiting(body, bound(given));
  return (...given) => follow(body, bound(given));
}

function bind(parameter: Parameter, given: unknown): readonly (readonly [string, unknown])[] {
  if ("name" in parameter) return [[parameter.name, given]];
  const members = given as Readonly<Record<string, unknown>>;
  return parameter.members.map((member) => [member, members[member]]);
}

/** The same where calls inside are waited for, one after the other. */
async function followWaiting(recipe: Recipe, scope: Scope): Promise<unknown> {
  if (recipe.kind === "record") {
    const entries: [string, unknown][] = [];
    for (const [key, value] of recipe.entries)
      entries.push([key, await followWaiting(value, scope)]);
    return recordOf(entries);
  }
  if (recipe.kind === "list") {
    const items: unknown[] = [];
    for (const { recipe: item } of recipe.items) items.push(await followWaiting(item, scope));
    return items;
  }
  return follow(recipe, scope);
}

function condition(
  { operator, operands }: Extract<Recipe, { kind: "condition" }>,
  scope: Scope,
): boolean {
  if (operator === "&&") return operands.every((operand) => follow(operand, scope));
  if (operator === "||") return operands.some((operand) => follow(operand, scope));
  const [left, right] = operands.map((operand) => follow(operand, scope) as number) as [
    number,
    number,
  ];
  return comparisons[operator](left, right);
}

const comparisons = {
  "<": (left: number, right: number) => left < right,
  "<=": (left: number, right: number) => left <= right,
  ">": (left: number, right: number) => left > right,
  ">=": (left: number, right: number) => left >= right,
};
