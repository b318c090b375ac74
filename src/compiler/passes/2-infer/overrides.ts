import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { nothingToSet, notOneValue, unsettable } from "../../base/diagnostics/catalogue/names.ts";
import { hasErrors } from "../../base/outcome.ts";
import type { Source } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import type { CheckOptions, Context } from "./context.ts";
import { describeItem } from "./lookup.ts";

/** `--set name=value`: which hyper or dim of the file, or imported by name, has which expression in the place of its own. */
export function readOverrides(
  resolved: Resolved,
  options: CheckOptions,
  report: (diagnostic: Diagnostic) => void,
): NonNullable<Context["overrides"]> {
  const overrides = new Map<
    Ast.Item,
    { readonly expression: Ast.Expression; readonly scope: Resolved["scope"] }
  >();
  for (const [name, text] of options.set) {
    // The option stands in a text of its own, so that messages about it show what was typed.
    const prefix = `nnspec ${resolved.file.version ?? 1}\nhyper ${name} = `;
    const source: Source = { path: `--set ${name}`, text: `${prefix}${text}\n` };
    const binding = resolved.scope.names.get(name);
    const span = { source, start: prefix.length - name.length - 3, end: prefix.length - 3 };
    if (binding?.kind !== "declaration") {
      const settable = [...resolved.scope.names].flatMap(([each, bound]) =>
        bound.kind === "declaration" && isSettable(bound.declaration.item) ? [each] : [],
      );
      report(diagnostic(nothingToSet, span, { name, suggestion: suggest(name, settable) }));
      continue;
    }
    const { item } = binding.declaration;
    if (!isSettable(item)) {
      report(diagnostic(unsettable, span, { name, found: describeItem(item) }));
      continue;
    }
    const parsed = parse(source);
    for (const found of parsed.diagnostics) report(found);
    // What is no expression is told once: its pieces are no value to go on with.
    if (hasErrors(parsed.diagnostics)) continue;
    const hyper = parsed.value?.items[0];
    const alone =
      hyper?.kind === "hyper" && parsed.value!.items.length === 1 && !hyper.domain && !hyper.when;
    if (alone) overrides.set(item, { expression: hyper.value, scope: resolved.scope });
    else if (parsed.value)
      report(
        diagnostic(
          notOneValue,
          { ...span, start: prefix.length, end: prefix.length + text.length },
          { name },
        ),
      );
  }
  return overrides;
}

function isSettable(item: Ast.Item): item is Ast.HyperItem | Ast.DimItem {
  return item.kind === "hyper" || item.kind === "dim";
}
