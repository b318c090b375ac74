import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { duplicateName, unnamedRun } from "../../base/diagnostics/catalogue/names.ts";
import type { Span } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Binding, Scope } from "./scope.ts";
import { describeItem } from "./scope.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Items that share the one namespace of a file, and can be imported. */
export type Declared =
  | Ast.DimItem
  | Ast.HyperItem
  | Ast.DefineItem
  | Ast.DataItem
  | Ast.BlockItem
  | Ast.ModelItem
  | Ast.RecipeItem;

export function isDeclared(item: Ast.Item): item is Declared {
  return (
    item.kind !== "train" &&
    item.kind !== "search" &&
    item.kind !== "ensemble" &&
    item.kind !== "budget"
  );
}

/** Puts a file's own declarations into `names`, where its imports are already. The first of two of one name stays. */
export function declareItems(
  file: Ast.File,
  names: Map<string, Binding>,
  scope: Scope,
  report: Report,
): void {
  for (const item of file.items) {
    if (!isDeclared(item)) continue;
    const { text, span } = item.name;
    const before = names.get(text);
    if (before)
      report(
        twice(
          item.name,
          before.span,
          before.kind === "declaration" ? describeItem(before.declaration.item) : "a value",
        ),
      );
    else names.set(text, { kind: "declaration", declaration: { item, scope }, span });
  }
}

function twice(name: Ast.Name, before: Span, what: string): Diagnostic {
  return diagnostic(
    duplicateName,
    name.span,
    { name: name.text, what },
    { related: [{ span: before, message: `\`${name.text}\` is bound here first` }] },
  );
}

/** The second namespace: a run is called by its `as` or else after its model, an ensemble by its name. */
export function checkRunNames(file: Ast.File, report: Report): void {
  const seen = new Map<string, Ast.Name>();
  for (const item of file.items) {
    if (item.kind !== "train" && item.kind !== "ensemble") continue;
    const name = item.kind === "ensemble" ? item.name : (item.alias ?? item.model);
    const before = seen.get(name.text);
    if (!before) seen.set(name.text, name);
    else if (item.kind === "train" && !item.alias) {
      report(
        diagnostic(
          unnamedRun,
          name.span,
          { name: name.text },
          { related: [{ span: before.span, message: "the first run of this name" }] },
        ),
      );
    } else report(twice(name, before.span, "a run or ensemble"));
  }
}
