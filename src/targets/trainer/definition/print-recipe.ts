import { invariant } from "../../../compiler/base/invariant.ts";
import { flatText, type Layout } from "../../../compiler/base/layout.ts";
import {
  comment,
  join,
  key,
  literal,
  name,
  plainLayout,
  ts,
  type Code,
  type Plain,
} from "../code.ts";
import { printHostFormula } from "../host-expression.ts";
import type { Parameter, Recipe } from "./recipe.ts";

/** The expression that makes the value, with the lines that it takes. */
export function printRecipe(recipe: Recipe): Layout {
  switch (recipe.kind) {
    case "plain":
      return plainLayout(recipe.value);
    case "list":
      return {
        items: recipe.items.map(({ recipe: item }) => printRecipe(item)),
        comments: recipe.items.map(({ about }) => comment(about).code || undefined),
      };
    case "record":
      return printRecord(recipe.entries);
    case "map": {
      const entries = recipe.entries.map(([entry, value]): Layout => ({
        items: [literal(entry).code, printRecipe(value)],
      }));
      return {
        callee: `new Map<string, ${name(recipe.type).code}>`,
        arguments: [{ items: entries }],
      };
    }
    case "call":
      return {
        callee: `${recipe.waits === true ? "await " : ""}${name(recipe.function).code}`,
        arguments: recipe.arguments.map(printRecipe),
      };
    case "function of the runtime":
    case "name":
      return name(recipe.name).code;
    case "entry":
      return `${inLine(printRecipe(recipe.of))}[${literal(recipe.key).code}]!`;
    case "member":
      return `${name(recipe.of).code}.${name(recipe.name).code}`;
    case "ask":
      return `${name(recipe.function).code}(${literal(recipe.argument).code})`;
    case "lambda":
      return printLambda(recipe);
    case "formula": {
      const { statements, result } = printBody(recipe);
      if (statements.length === 0) return result;
      return { opening: "(() => {", statements, result, closing: ")()" };
    }
    case "condition":
      return printCondition(recipe);
    case "here":
      return "import.meta.url";
    case "address":
      return `new URL(${literal(recipe.path).code}, import.meta.url)`;
  }
}

function printCondition({ operator, operands }: Extract<Recipe, { kind: "condition" }>): string {
  const parts = operands.map((operand) => {
    const printed = inLine(printRecipe(operand));
    const isMixed =
      operand.kind === "condition" && (operator === "&&" || operator === "||")
        ? operand.operator === "&&" || operand.operator === "||"
        : false;
    return isMixed ? `(${printed})` : printed;
  });
  return parts.join(` ${operator} `);
}

/** Of what never takes more than a line. */
function inLine(layout: Layout): string {
  const text = flatText(layout);
  invariant(text !== undefined, "an expression inside another stands in its line");
  return text;
}

function printRecord(entries: readonly (readonly [string, Recipe])[]): Layout {
  return {
    entries: entries.map(([entry, value]) =>
      value.kind === "name" && value.name === entry
        ? [name(entry).code, undefined]
        : [key(entry).code, printRecipe(value)],
    ),
  };
}

type Lambda = Extract<Recipe, { kind: "lambda" }>;

/** The formulas that stand in a record are printed with what they share above it. */
function printLambda({ parameters, body, waits }: Lambda): Layout {
  const { statements, result } = printBody(body);
  const head = `${waits === true ? "async " : ""}(${printParameters(parameters)}) =>`;
  return statements.length > 0
    ? { opening: `${head} {`, statements, result }
    : { head, body: result };
}

export function printBody(body: Recipe): {
  readonly statements: readonly string[];
  readonly result: Layout;
} {
  if (body.kind !== "formula") return { statements: [], result: printRecipe(body) };
  const variable = (scalar: string): Code => ({ code: inLine(printRecipe(body.variable(scalar))) });
  const { statements, result } = printHostFormula(body.node, variable, body.branches);
  return { statements: statements.map(({ code }) => code), result: { arithmetic: result } };
}

export function printParameters(parameters: readonly Parameter[]): string {
  return parameters.map((parameter) => printParameter(parameter).code).join(", ");
}

function printParameter(parameter: Parameter): Code {
  const bound = "name" in parameter ? name(parameter.name) : bracedMembers(parameter.members);
  const optional = "isOptional" in parameter && parameter.isOptional === true ? "?" : "";
  return parameter.type === undefined
    ? bound
    : ts`${bound}${{ code: `${optional}: ${parameter.type}` }}`;
}

function bracedMembers(members: readonly string[]): Code {
  return members.length === 0 ? ts`{}` : ts`{ ${join(members.map(printMember), ts`, `)} }`;
}

/** A member, with what stands for it where it is absent. */
function printMember(member: string): Code {
  return member === "drops" ? ts`drops = []` : name(member);
}

/** The names of the runtime and of the definition that the expression mentions. */
export function namesIn(recipe: Recipe): readonly string[] {
  switch (recipe.kind) {
    case "plain":
    case "here":
    case "address":
    case "ask":
    case "member":
      return [];
    case "list":
      return recipe.items.flatMap(({ recipe: item }) => namesIn(item));
    case "record":
      return recipe.entries.flatMap(([, value]) => namesIn(value));
    case "map":
      return [recipe.type, ...recipe.entries.flatMap(([, value]) => namesIn(value))];
    case "call":
      return [recipe.function, ...recipe.arguments.flatMap(namesIn)];
    case "function of the runtime":
    case "name":
      return [recipe.name];
    case "entry":
      return namesIn(recipe.of);
    case "condition":
      return recipe.operands.flatMap(namesIn);
    case "formula":
      return [];
    case "lambda": {
      const bound = new Set(
        recipe.parameters.flatMap((parameter) =>
          "name" in parameter ? [parameter.name] : parameter.members,
        ),
      );
      const types = recipe.parameters.flatMap(({ type }) => (type === undefined ? [] : [type]));
      return [...types, ...namesIn(recipe.body).filter((each) => !bound.has(each))];
    }
  }
}

/** The members that a recipe gives to objects, or takes of them. */
export function keysIn(recipe: Recipe): readonly string[] {
  switch (recipe.kind) {
    case "plain":
      return keysOf(recipe.value);
    case "list":
      return recipe.items.flatMap(({ recipe: item }) => keysIn(item));
    case "record":
    case "map":
      return recipe.entries.flatMap(([key, value]) => [key, ...keysIn(value)]);
    case "call":
      return recipe.arguments.flatMap(keysIn);
    case "entry":
      return [String(recipe.key), ...keysIn(recipe.of)];
    case "member":
      return [recipe.name];
    case "lambda":
      return [
        ...recipe.parameters.flatMap((parameter) => ("name" in parameter ? [] : parameter.members)),
        ...keysIn(recipe.body),
      ];
    case "condition":
      return recipe.operands.flatMap(keysIn);
    default:
      return [];
  }
}

function keysOf(value: Plain): readonly string[] {
  if (typeof value !== "object") return [];
  if (Array.isArray(value)) return (value as readonly Plain[]).flatMap(keysOf);
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}
