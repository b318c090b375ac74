import type { Span } from "../../base/source.ts";
import type { Dim } from "../../ir/dim.ts";
import type { Duration, Multiple } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";

/** What the caller of the compiler provides. The compiler itself touches no file and no network. */
export interface CheckOptions {
  /** `--set name=value`, as text of the language. */
  readonly set: ReadonlyMap<string, string>;
  /** Reads an imported file relative to the importing one, or says why it cannot be had. */
  readonly read: (
    path: string,
    from: string,
  ) =>
    | { readonly path: string; readonly text: string }
    | { readonly problem: "missing" | "outside" | "unreadable" | "too large" };
  /** How loudly each lint is heard, by its name; the others keep their own severity. */
  readonly lints?: ReadonlyMap<string, "off" | "warning" | "error">;
}

/** What an expression comes to at compile time. */
export type CompileValue =
  /** An integer or a symbolic formula. */
  | { readonly kind: "size"; readonly dim: Dim; readonly span: Span }
  /** A number that is not an integer by its form; `0.5`, `1e-3`, `50%`, a quotient that is not whole. */
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "switch"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "text"; readonly value: string; readonly span: Span }
  | { readonly kind: "multiple"; readonly value: Multiple; readonly span: Span }
  | { readonly kind: "duration"; readonly value: Duration; readonly span: Span }
  /** Angles in degrees. */
  | { readonly kind: "angle"; readonly degrees: number; readonly span: Span }
  | { readonly kind: "bytes"; readonly bytes: number; readonly span: Span }
  | {
      readonly kind: "range";
      readonly from: CompileValue;
      readonly to: CompileValue;
      readonly span: Span;
    }
  | {
      readonly kind: "tuple";
      readonly items: readonly { readonly name?: Ast.Name; readonly value: CompileValue }[];
      readonly span: Span;
    }
  /** A name that is not in scope: a symbol, an axis, or a library item, as the argument that asks for it decides. */
  | {
      readonly kind: "word";
      readonly path: readonly Ast.Name[];
      readonly arguments?: readonly Ast.Argument[];
      readonly scope: Scope;
      readonly span: Span;
    }
  /** A `define`, block or model of the file by its name. */
  | {
      readonly kind: "declaration";
      readonly declaration: Declaration;
      readonly arguments?: readonly Ast.Argument[];
      readonly scope: Scope;
      readonly span: Span;
    }
  | { readonly kind: "tensor"; readonly value: Value; readonly span: Span }
  | { readonly kind: "sequence"; readonly parts: readonly CompileValue[]; readonly span: Span };

/** A top-level item and the file it stands in, whose names its body sees. */
export interface Declaration {
  readonly item: Ast.Item;
  readonly scope: Scope;
}

/** A chain of names, innermost first. What a name is bound to is found lazily, and cycles are reported. */
export interface Scope {
  readonly parent?: Scope;
  readonly names: ReadonlyMap<string, Binding>;
}

export type Binding =
  | {
      readonly kind: "value";
      readonly value: CompileValue;
      readonly span: Span;
      /** Whether it is a size that the caller of a block binds (`h` in `f32[B, h]`), and so names its axis too. */
      readonly symbol?: boolean;
    }
  | { readonly kind: "declaration"; readonly declaration: Declaration; readonly span: Span };

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
  for (let at: Scope | undefined = scope; at; at = at.parent)
    for (const name of at.names.keys()) names.add(name);
  return [...names];
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
