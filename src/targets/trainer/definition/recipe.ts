import type { Node } from "../../../compiler/ir/graph.ts";
import type { Plain } from "../code.ts";

/**
 * How a value of the run's definition is made. A recipe is printed as the expression that makes the value in a generated program,
 * and followed where training runs in the compiler's own process: both come from here, so they cannot differ.
 */
export type Recipe =
  | { readonly kind: "plain"; readonly value: Plain }
  | { readonly kind: "list"; readonly items: readonly Item[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [string, Recipe])[] }
  | {
      readonly kind: "map";
      readonly type: string;
      readonly entries: readonly (readonly [string, Recipe])[];
    }
  /** A function of the runtime. */
  | {
      readonly kind: "call";
      readonly function: string;
      readonly arguments: readonly Recipe[];
      readonly waits?: boolean;
    }
  | { readonly kind: "function of the runtime"; readonly name: string }
  /** What a parameter is bound to, or another value of the definition. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "entry"; readonly of: Recipe; readonly key: string | number }
  | { readonly kind: "member"; readonly of: string; readonly name: string }
  /** A parameter that is a function, called. */
  | { readonly kind: "ask"; readonly function: string; readonly argument: Plain }
  | {
      readonly kind: "lambda";
      readonly parameters: readonly Parameter[];
      readonly body: Recipe;
      readonly waits?: boolean;
    }
  /** A graph of scalars; its variables are recipes. */
  | {
      readonly kind: "formula";
      readonly node: Node;
      readonly variable: (scalar: string) => Recipe;
      /** What the results of its nested choices are, where each is to stand by itself. */
      readonly branches?: readonly string[];
    }
  | {
      readonly kind: "condition";
      readonly operator: "<" | "<=" | ">" | ">=" | "&&" | "||";
      readonly operands: readonly Recipe[];
    }
  /** The address of the module that it is written in. */
  | { readonly kind: "here" }
  | { readonly kind: "address"; readonly path: string };

/** A name, or the members of an object that the function is given. */
export type Parameter =
  | { readonly name: string; readonly type?: string; readonly isOptional?: boolean }
  | { readonly members: readonly string[]; readonly type?: string };

export interface Item {
  readonly recipe: Recipe;
  /** A comment above it. */
  readonly about?: string;
}

export function plain(value: Plain): Recipe {
  return { kind: "plain", value };
}

export function list(recipes: readonly Recipe[]): Recipe {
  return { kind: "list", items: recipes.map((recipe) => ({ recipe })) };
}

/** The members of an object of a program, by their names there. */
export interface RecipeMembers {
  readonly [name: string]: Recipe | undefined;
}

export function record(entries: RecipeMembers): Recipe {
  const given = Object.entries(entries).flatMap(([key, value]) =>
    value ? [[key, value] as const] : [],
  );
  return { kind: "record", entries: given };
}

export function call(name: string, ...values: readonly Recipe[]): Recipe {
  return { kind: "call", function: name, arguments: values };
}

export function variable(name: string): Recipe {
  return { kind: "name", name };
}
