import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { outsideDomain } from "../../base/diagnostics/catalogue/hypers.ts";
import { wrongOperand } from "../../base/diagnostics/catalogue/shapes.ts";
import { textOf } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { lookup } from "./lookup.ts";

/**
 * `a == b` of values that are no numbers: two switches, two texts, or two names (symbols, blocks, definitions, models, data) without
 * arguments. A name that is declared is the same as that declaration alone, however it is called where it is imported, and never the
 * same as a symbol. Everything else is refused, and so is a name that the domain of the hyper beside it does not have.
 */
export function compareNames(
  context: Context,
  scope: Scope,
  expression: Ast.Binary,
  left: CompileValue,
  right: CompileValue,
): boolean | undefined {
  const [first, second] = [classOf(left), classOf(right)];
  const odd = first === undefined ? left : second === undefined || first !== second ? right : left;
  if (first === undefined || first !== second) {
    context.report(
      diagnostic(wrongOperand, odd.span, {
        operator: expression.operator,
        expected: "two numbers, two switches, two texts or two names without arguments",
        found: describeValue(odd, odd.span),
      }),
    );
    return undefined;
  }
  const possible =
    isPossible(context, scope, expression.left, right) &&
    isPossible(context, scope, expression.right, left);
  return possible ? isSame(left, right) : undefined;
}

/** What a value may be compared with; undefined for those that are compared with nothing. */
function classOf(value: CompileValue): "switch" | "text" | "name" | undefined {
  switch (value.kind) {
    case "switch":
    case "text":
      return value.kind;
    case "word":
    case "declaration":
      return value.arguments === undefined ? "name" : undefined;
    default:
      return undefined;
  }
}

/** Whether two values of one class are the same thing. */
export function isSame(left: CompileValue, right: CompileValue): boolean {
  if (left.kind === "switch" || left.kind === "text")
    return left.kind === right.kind && left.value === right.value;
  if (left.kind === "declaration" && right.kind === "declaration")
    return left.declaration.item === right.declaration.item;
  return left.kind === "word" && right.kind === "word" && pathOf(left) === pathOf(right);
}

/** Two choices of a domain, with the arguments that they bring as they are written. */
export function isSameChoice(left: CompileValue, right: CompileValue): boolean {
  if (left.kind !== right.kind) return false;
  if (left.kind === "switch" || left.kind === "text") return isSame(left, right);
  if (left.kind !== "word" && left.kind !== "declaration")
    return textOf(left.span) === textOf(right.span);
  const [first, second] = [left, right as typeof left].map(({ arguments: written }) =>
    written?.map(({ span }) => textOf(span).replace(/\s+/g, " ")).join(", "),
  );
  return first === second && isSame(left, right);
}

function pathOf({ path }: { readonly path: readonly Ast.Name[] }): string {
  return path.map(({ text }) => text).join(".");
}

/** A hyper is only ever one of its choices: a comparison with another name is a slip of the pen, and would be false for ever. */
function isPossible(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  value: CompileValue,
): boolean {
  const hyper = hyperOf(scope, expression);
  if (hyper?.item.domain?.kind !== "choices") return true;
  if (hyper.item.domain.choices.some((choice) => mayBe(hyper.scope, choice, value))) return true;
  context.report(
    diagnostic(
      outsideDomain,
      value.span,
      {
        name: hyper.item.name.text,
        found: snippet(value.span),
        domain: `one of ${snippet(hyper.item.domain.span)}`,
      },
      { related: [{ span: hyper.item.domain.span, message: "the domain" }] },
    ),
  );
  return false;
}

/** Whether a choice, as it is written in the file of its hyper, may come to a value. */
function mayBe(scope: Scope, choice: Ast.Expression, value: CompileValue): boolean {
  if (choice.kind !== "reference" || choice.path.length > 1) return value.kind !== "word";
  const binding = lookup(scope, choice.path[0]!.text);
  if (!binding) return value.kind === "switch" || isNamed(value, choice.path[0]!.text);
  if (binding.kind === "value" || binding.declaration.item.kind === "hyper") return true;
  return value.kind === "declaration" && value.declaration.item === binding.declaration.item;
}

function isNamed(value: CompileValue, name: string): boolean {
  return value.kind === "word" && pathOf(value) === name;
}

function hyperOf(
  scope: Scope,
  expression: Ast.Expression,
): { readonly item: Ast.HyperItem; readonly scope: Scope } | undefined {
  if (expression.kind !== "reference" || expression.path.length > 1) return undefined;
  const binding = lookup(scope, expression.path[0]!.text);
  if (binding?.kind !== "declaration") return undefined;
  const { item, scope: home } = binding.declaration;
  return item.kind === "hyper" ? { item, scope: home } : undefined;
}
