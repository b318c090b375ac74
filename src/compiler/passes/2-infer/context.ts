import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Span } from "../../base/source.ts";
import type { Definition, Library } from "../../library/definition.ts";
import type { SettingName } from "../../settings/setting.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel, TypedRun, Value } from "../../typed/program.ts";
import type { Recording } from "./recording.ts";
import type {
  Binding,
  CheckOptions,
  CompileValue,
  Declaration,
  Scope,
} from "../1-resolve/scope.ts";

export type { Binding, CheckOptions, CompileValue, Declaration, Scope };

/** What the functions of this phase share; reporting is the only effect. */
export interface Context {
  readonly library: Library;
  readonly options: CheckOptions;
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
  readonly overrides?: ReadonlyMap<
    Ast.Item,
    { readonly expression: Ast.Expression; readonly scope: Scope }
  >;
  /** Settings of `--set` that all runs of the file have in the place of their own. */
  readonly settings?: ReadonlyMap<SettingName, Ast.Setting>;
  /** Values of hypers that stand in the place of their own, while a model is proved for all values of its hypers. */
  readonly fixed?: ReadonlyMap<Ast.Item, CompileValue>;
  /** Values of dims and hypers that were evaluated already; belongs to one `fixed`. */
  readonly evaluated?: Map<Ast.Item, CompileValue | undefined>;
  /** Declarations that are being evaluated or written out, outermost first: what meets itself here is a cycle. */
  readonly expanding?: readonly Ast.Item[];
  /** The next number of a value; one for a compilation. */
  readonly counter?: { next: number };
  /** Set while what is inferred is looked at by a person: what stages and names come to. */
  readonly recording?: Recording | undefined;
  /** Told of every hyper whose value was asked for. */
  readonly asked?: (hyper: Ast.HyperItem) => void;
}

/** evaluate.ts: reports and gives undefined when it cannot be evaluated. */
export type Evaluate = (
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
) => CompileValue | undefined;

/** tensor.ts: infers a flow, arithmetic or call over tensors (loss operands, metric operands). */
export type InferTensor = (
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
) => Value | undefined;

/** arguments.ts: a library item's written arguments against its table; positional first, then named. */
export type CheckArguments = (
  context: Context,
  scope: Scope,
  definition: Definition,
  written: readonly Ast.Argument[] | undefined,
  at: Span,
) => import("../../library/arguments.ts").ArgumentValues | undefined;
