import {
  diagnostic,
  type Details,
  type DiagnosticKind,
} from "../../base/diagnostics/diagnostic.ts";
import { unknownChoice } from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import type { ArgumentSpecification, Use } from "../../library/arguments.ts";
import type { DefinitionKind } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";

/** One argument that is being read: whose it is, and how nested library items are found. */
export interface Reading {
  readonly context: Context;
  readonly scope: Scope;
  /** The argument's name, for messages. */
  readonly name: string;
  readonly use: (kind: DefinitionKind, value: CompileValue, at: Span) => Use | undefined;
}

export type Specification<Kind extends ArgumentSpecification["kind"]> = Extract<
  ArgumentSpecification,
  { kind: Kind }
>;

/** Reports on the argument that is being read. */
export function fail<Parameters>(
  reading: Reading,
  of: DiagnosticKind<Parameters>,
  at: Span,
  parameters: Parameters,
  details?: Details,
): undefined {
  reading.context.report(diagnostic(of, at, parameters, details));
  return undefined;
}

/** Reports that a setting has another value than those it may have. */
export function refuseChoice(
  context: Context,
  name: string,
  expression: Ast.Expression,
  choices: readonly string[],
): undefined {
  context.report(
    diagnostic(unknownChoice, expression.span, {
      name,
      found: snippet(expression.span),
      choices,
    }),
  );
  return undefined;
}
