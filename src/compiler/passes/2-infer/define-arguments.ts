import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as names from "../../base/diagnostics/catalogue/names.ts";
import { textOf, type Span } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";
import type { CompileValue, Declaration, Scope } from "./context.ts";
import { count } from "./describe.ts";
import type { Frame } from "./elaboration.ts";
import { child } from "./lookup.ts";

/** What an expression of a body comes to. */
type InferIn = (frame: Frame, scope: Scope, expression: Ast.Expression) => CompileValue | undefined;

/**
 * A scope in which the parameters of a definition are bound: the first one to the value that it is applied to, where it stands in a flow,
 * and the others to what is written for them, or to their defaults (which are inferred inside).
 */
export function defineArguments(
  { outer: frame, inner: within }: { readonly outer: Frame; readonly inner: Frame },
  scope: Scope,
  { item, scope: outer }: Declaration & { readonly item: Ast.DefineItem },
  written: readonly Ast.Argument[],
  at: Span,
  { applied, infer }: { readonly applied: Value | undefined; readonly infer: InferIn },
): Scope | undefined {
  const all = item.parameters;
  const refuse = (span: Span, problem: string): undefined => {
    const write = `${item.name.text}(${all.map(({ span: parameter }) => textOf(parameter)).join(", ")})`;
    frame.context.report(
      diagnostic(names.wrongArguments, span, { name: item.name.text, problem, write }),
    );
    return undefined;
  };
  const parameters = applied ? all.slice(1) : all;
  if (applied && all.length === 0)
    return refuse(at, `\`${item.name.text}\` has no parameter to be applied to`);
  let inside = outer;
  const bind = (parameter: Ast.Parameter, value: CompileValue): void => {
    inside = child(inside, [[parameter.name.text, { kind: "value", value, span: parameter.span }]]);
  };
  if (applied) bind(all[0]!, { kind: "tensor", value: applied, span: at });
  const given = new Map<string, Ast.Expression>();
  for (const [index, argument] of written.entries()) {
    const parameter = argument.name
      ? parameters.find(({ name }) => name.text === argument.name!.text)
      : parameters[index];
    if (!parameter)
      return refuse(
        argument.span,
        argument.name
          ? `\`${item.name.text}\` has no parameter \`${argument.name.text}\``
          : `\`${item.name.text}\` takes ${count(parameters.length, "argument")}, found ${written.length}`,
      );
    if (given.has(parameter.name.text))
      return refuse(argument.span, `\`${parameter.name.text}\` is given twice`);
    given.set(parameter.name.text, argument.value);
  }
  for (const parameter of parameters) {
    const argument = given.get(parameter.name.text);
    const expression = argument ?? parameter.default;
    if (!expression)
      return refuse(at, `\`${parameter.name.text}\` has no default and must be given`);
    const value = argument ? infer(frame, scope, expression) : infer(within, inside, expression);
    if (!value) return undefined;
    bind(parameter, value);
  }
  return inside;
}
