import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { duplicateName } from "../../base/diagnostics/catalogue/names.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Context } from "./context.ts";

/**
 * The name of every stage of a body: its `as`, or else its kind and number, counting every stage of that kind in the
 * text of the body, named or not (`conv_2`, `basic_1`), so that naming one renames no other.
 */
export function nameStages(
  context: Context,
  body: readonly Ast.Statement[],
): ReadonlyMap<Ast.Stage, string> {
  const names = new Map<Ast.Stage, string>();
  const counts = new Map<string, number>();
  const automatic = new Set<string>();
  const stages = body.flatMap(stagesOf);
  for (const stage of stages) {
    const kind = kindOf(stage);
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    if (!stage.alias) automatic.add(`${kind}_${number}`);
    names.set(stage, stage.alias?.text ?? `${kind}_${number}`);
  }
  for (const { alias } of stages) {
    if (alias && automatic.has(alias.text))
      context.report(
        diagnostic(duplicateName, alias.span, {
          name: alias.text,
          what: "another stage of this body, which is numbered",
        }),
      );
  }
  return names;
}

/** `conv`, and for a block `ConvRelu` the kind `conv_relu`. */
function kindOf(stage: Ast.Stage): string {
  return stage.call.name.text.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function stagesOf(statement: Ast.Statement): readonly Ast.Stage[] {
  return statement.kind === "binding" || statement.kind === "return"
    ? stagesIn(statement.value)
    : [];
}

/** Stages in the order of the text; those of arguments are no stages of the body. */
function stagesIn(expression: Ast.Expression): readonly Ast.Stage[] {
  switch (expression.kind) {
    case "group":
      return expression.arguments.flatMap(({ value }) => stagesIn(value));
    case "reference":
      return (expression.arguments ?? []).flatMap(({ value }) => stagesIn(value));
    case "unary":
      return stagesIn(expression.operand);
    case "binary":
      return [...stagesIn(expression.left), ...stagesIn(expression.right)];
    case "conditional":
      return [
        ...stagesIn(expression.condition),
        ...stagesIn(expression.then),
        ...stagesIn(expression.else),
      ];
    case "flow":
      return [...stagesIn(expression.source), ...expression.stages];
    default:
      return [];
  }
}
