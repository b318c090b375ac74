import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Binding, Context, Scope } from "./context.ts";

/** What a name is bound to, innermost scope first. */
export function lookup(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const binding = at.names.get(name);
    if (binding) return binding;
  }
  return undefined;
}

/** All names in scope. */
export function namesIn(scope: Scope): readonly string[] {
  const names = new Set<string>();
  for (let at: Scope | undefined = scope; at; at = at.parent) for (const name of at.names.keys()) names.add(name);
  return [...names];
}

/** The name in scope, or else the function of the library, that was probably meant. */
export function nearestValue(context: Context, scope: Scope, written: string): string | undefined {
  return suggest(written, [...namesIn(scope), ...context.library.all("function").map(({ name }) => name)]);
}

export function child(parent: Scope, names: Iterable<readonly [string, Binding]>): Scope {
  return { parent, names: new Map(names) };
}

const articles = {
  dim: "a dim",
  hyper: "a hyper",
  define: "a definition",
  data: "data",
  block: "a block",
  model: "a model",
  recipe: "a recipe",
  train: "a run",
  search: "a search",
  ensemble: "an ensemble",
  budget: "a budget",
} satisfies Record<Ast.Item["kind"], string>;

/** "a block", "data": what a declaration is, in a sentence. */
export function describeItem(item: Ast.Item): string {
  return articles[item.kind];
}
