import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Span } from "../../base/source.ts";
import type { Dim } from "../../ir/dim.ts";
import type { Duration, Multiple } from "../../library/arguments.ts";
import type { Definition, Library } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel, TypedRun, Value } from "../../typed/program.ts";

/** What the caller of the compiler provides. The compiler itself touches no file and no network. */
export interface CompileOptions {
  /** `--set name=value`, as text of the language. */
  readonly set: ReadonlyMap<string, string>;
  /** Reads an imported file relative to the importing one, or says why it cannot be had. */
  readonly read: (path: string, from: string) => { readonly path: string; readonly text: string } | { readonly problem: "missing" | "outside" | "unreadable" | "too large" };
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
  | { readonly kind: "range"; readonly from: CompileValue; readonly to: CompileValue; readonly span: Span }
  | { readonly kind: "tuple"; readonly items: readonly { readonly name?: Ast.Name; readonly value: CompileValue }[]; readonly span: Span }
  /** A name that is not in scope: a symbol, an axis, or a library item, as the argument that asks for it decides. */
  | { readonly kind: "word"; readonly path: readonly Ast.Name[]; readonly arguments?: readonly Ast.Argument[]; readonly scope: Scope; readonly span: Span }
  /** A `define`, block or model of the file by its name. */
  | { readonly kind: "declaration"; readonly declaration: Declaration; readonly arguments?: readonly Ast.Argument[]; readonly scope: Scope; readonly span: Span }
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

/** What the functions of this phase share; reporting is the only effect. */
export interface Context {
  readonly library: Library;
  readonly options: CompileOptions;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Each declaration is inferred once; undefined when it has errors (already reported). */
  readonly modelOf: (declaration: Declaration) => TypedModel | undefined;
  readonly dataOf: (declaration: Declaration) => TypedData | undefined;
  /** Runs of this file by name, in order (for `load: Run`, `teacher`, `search`). */
  readonly runs: ReadonlyMap<string, TypedRun>;
  /** The names of all runs of this file, those with errors included. */
  readonly declaredRuns?: ReadonlySet<string>;
  /** Marks a name as used, for the diagnosis of what is never used. */
  readonly use: (span: Span) => void;
  /** Values of `--set`, by the hyper or dim that they replace. */
  readonly overrides?: ReadonlyMap<Ast.Item, { readonly expression: Ast.Expression; readonly scope: Scope }>;
  /** Values of hypers that stand in the place of their own, while a model is proved for all values of its hypers. */
  readonly fixed?: ReadonlyMap<Ast.Item, CompileValue>;
  /** Values of dims and hypers that were evaluated already; belongs to one `fixed`. */
  readonly evaluated?: Map<Ast.Item, CompileValue | undefined>;
  /** Declarations that are being evaluated or written out, outermost first: what meets itself here is a cycle. */
  readonly expanding?: readonly Ast.Item[];
  /** The next number of a value; one for a compilation. */
  readonly counter?: { next: number };
  /** Told of every hyper whose value was asked for. */
  readonly asked?: (hyper: Ast.HyperItem) => void;
}

/** evaluate.ts: reports and gives undefined when it cannot be evaluated. */
export type Evaluate = (context: Context, scope: Scope, expression: Ast.Expression) => CompileValue | undefined;

/** tensor.ts: infers a flow, arithmetic or call over tensors (loss operands, metric operands). */
export type InferTensor = (context: Context, scope: Scope, expression: Ast.Expression) => Value | undefined;

/** arguments.ts: a library item's written arguments against its table; positional first, then named. */
export type CheckArguments = (
  context: Context,
  scope: Scope,
  definition: Definition,
  written: readonly Ast.Argument[] | undefined,
  at: Span,
) => import("../../library/arguments.ts").ArgumentValues | undefined;
