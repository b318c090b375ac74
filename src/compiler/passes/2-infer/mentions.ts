import type * as Ast from "../../syntax/ast.ts";
import type { Binding, Scope } from "./context.ts";
import { lookup } from "./lookup.ts";

/** Whether an expression speaks of tensors: a flow, or a name that is bound to one. */
export function mentionsTensor(scope: Scope, expression: Ast.Expression): boolean {
  switch (expression.kind) {
    case "flow":
      return true;
    case "group":
      return expression.arguments.some(({ value }) => mentionsTensor(scope, value));
    case "reference":
      return (
        isTensor(lookup(scope, expression.path[0]!.text)) ||
        (expression.arguments ?? []).some(({ value }) => mentionsTensor(scope, value))
      );
    case "unary":
      return mentionsTensor(scope, expression.operand);
    case "binary":
      return mentionsTensor(scope, expression.left) || mentionsTensor(scope, expression.right);
    case "conditional":
      return [expression.condition, expression.then, expression.else].some((part) =>
        mentionsTensor(scope, part),
      );
    default:
      return false;
  }
}

function isTensor(binding: Binding | undefined): boolean {
  if (binding?.kind !== "value") return false;
  const { value } = binding;
  return (
    value.kind === "tensor" ||
    (value.kind === "tuple" && value.items.some((item) => item.value.kind === "tensor"))
  );
}
