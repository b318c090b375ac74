import { comment, join, key, literal, name, nothing, ts, type Code } from "../code.ts";
import { printHostFormula } from "../host-expression.ts";
import type { Parameter, Recipe } from "./recipe.ts";

/** The expression that makes the value. */
export function printRecipe(recipe: Recipe): Code {
  switch (recipe.kind) {
    case "plain":
      return literal(recipe.value);
    case "list":
      return ts`[${join(
        recipe.items.map(({ recipe: item, about }) => {
          const printed = printRecipe(item);
          return about === undefined
            ? ts`${printed},`
            : ts`
${comment(about)}
${printed},`;
        }),
        ts` `,
      )}]`;
    case "record":
      return printRecord(recipe.entries);
    case "map": {
      const entries = recipe.entries.map(
        ([entry, value]) => ts`[${literal(entry)}, ${printRecipe(value)}]`,
      );
      return ts`new Map<string, ${name(recipe.type)}>([${join(entries, ts`, `)}])`;
    }
    case "call":
      return ts`${recipe.waits === true ? ts`await ` : nothing}${name(recipe.function)}(${join(recipe.arguments.map(printRecipe), ts`, `)})`;
    case "function of the runtime":
    case "name":
      return name(recipe.name);
    case "entry":
      return ts`${printRecipe(recipe.of)}[${literal(recipe.key)}]!`;
    case "member":
      return ts`${name(recipe.of)}.${name(recipe.name)}`;
    case "ask":
      return ts`${name(recipe.function)}(${literal(recipe.argument)})`;
    case "lambda":
      return printLambda(recipe);
    case "formula": {
      const { statements, result } = printBody(recipe);
      return statements.length === 0 ? result : ts`(() => { ${statements} return ${result}; })()`;
    }
    case "condition":
      return printCondition(recipe);
    case "here":
      return ts`import.meta.url`;
    case "address":
      return ts`new URL(${literal(recipe.path)}, import.meta.url)`;
  }
}

const operators = {
  "<": ts` < `,
  "<=": ts` <= `,
  ">": ts` > `,
  ">=": ts` >= `,
  "&&": ts` && `,
  "||": ts` || `,
};

function printCondition({ operator, operands }: Extract<Recipe, { kind: "condition" }>): Code {
  const parts = operands.map((operand) =>
    operand.kind === "condition" && (operator === "&&" || operator === "||")
      ? ts`(${printRecipe(operand)})`
      : printRecipe(operand),
  );
  return join(parts, operators[operator]);
}

function printRecord(entries: readonly (readonly [string, Recipe])[]): Code {
  const parts = entries.map(([entry, value]) =>
    value.kind === "name" && value.name === entry
      ? name(entry)
      : ts`${key(entry)}: ${printRecipe(value)}`,
  );
  return parts.length === 0 ? ts`{}` : ts`{ ${join(parts, ts`, `)} }`;
}

type Lambda = Extract<Recipe, { kind: "lambda" }>;

/** The formulas that stand in a record are printed with what they share above it. */
function printLambda({ parameters, body, waits }: Lambda): Code {
  const { statements, result } = printBody(body);
  const head = ts`${waits === true ? ts`async ` : nothing}(${join(parameters.map(printParameter), ts`, `)}) =>`;
  if (statements.length > 0) return ts`${head} { ${statements} return ${result}; }`;
  return body.kind === "record" ? ts`${head} (${result})` : ts`${head} ${result}`;
}

export function printBody(body: Recipe): {
  readonly statements: readonly Code[];
  readonly result: Code;
} {
  if (body.kind !== "formula") return { statements: [], result: printRecipe(body) };
  return printHostFormula(body.node, (scalar) => printRecipe(body.variable(scalar)));
}

export function printParameter(parameter: Parameter): Code {
  const bound =
    "name" in parameter
      ? name(parameter.name)
      : ts`{ ${join(parameter.members.map(printMember), ts`, `)} }`;
  return parameter.type === undefined ? bound : ts`${bound}: ${{ code: parameter.type }}`;
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
