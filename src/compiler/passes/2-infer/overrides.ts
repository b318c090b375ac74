import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { nothingToSet, notOneValue, unsettable } from "../../base/diagnostics/catalogue/names.ts";
import { hasErrors } from "../../base/outcome.ts";
import type { Source, Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { settingOf, settings } from "../../settings/index.ts";
import type { SettingName } from "../../settings/setting.ts";
import type * as Ast from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import type { CheckOptions, Context } from "./context.ts";
import { describeItem } from "./lookup.ts";

/** What `--set name=value` puts in the place of what the file says. */
type Overrides = Required<Pick<Context, "overrides" | "settings">>;

/**
 * `--set name=value`: which hyper or dim of the file, or imported by name, has which expression in the place of its own; or which
 * setting the runs of the file have, where nothing declared has that name.
 */
export function readOverrides(
  resolved: Resolved,
  options: CheckOptions,
  report: (diagnostic: Diagnostic) => void,
): Overrides {
  const { scope } = resolved;
  const overrides = new Map<
    Ast.Item,
    { readonly expression: Ast.Expression; readonly scope: Resolved["scope"] }
  >();
  const given = new Map<SettingName, Ast.Setting>();
  const hasRuns = resolved.file.items.some(({ kind }) => kind === "train");
  for (const [name, text] of options.set) {
    const written = textOf(name, text, resolved);
    const binding = scope.names.get(name);
    if (binding?.kind === "declaration") {
      const { item } = binding.declaration;
      if (isSettable(item)) {
        const expression = expressionOf(name, written, report);
        if (expression) overrides.set(item, { expression, scope });
      } else report(diagnostic(unsettable, written.name, { name, found: describeItem(item) }));
      continue;
    }
    const setting = hasRuns ? settingOf(name) : undefined;
    if (setting) {
      const value = expressionOf(name, written, report);
      const place = { text: name, span: written.name };
      if (value) given.set(setting.name, { kind: "setting", name: place, value, span: value.span });
      continue;
    }
    const known = hasRuns ? settings.map((each) => each.name) : [];
    report(
      diagnostic(nothingToSet, written.name, {
        name,
        suggestion: suggest(name, [...settable(resolved), ...known]),
      }),
    );
  }
  return { overrides, settings: given };
}

/** The option in a text of its own, so that messages about it show what was typed. */
interface Written {
  readonly source: Source;
  readonly name: Span;
  readonly value: Span;
}

function textOf(name: string, text: string, { file }: Resolved): Written {
  const prefix = `nnspec ${file.version ?? 1}\nhyper ${name} = `;
  const source: Source = { path: `--set ${name}`, text: `${prefix}${text}\n` };
  return {
    source,
    name: { source, start: prefix.length - name.length - 3, end: prefix.length - 3 },
    value: { source, start: prefix.length, end: prefix.length + text.length },
  };
}

function expressionOf(
  name: string,
  { source, value }: Written,
  report: (diagnostic: Diagnostic) => void,
): Ast.Expression | undefined {
  const parsed = parse(source);
  for (const found of parsed.diagnostics) report(found);
  // What is no expression is told once: its pieces are no value to go on with.
  if (hasErrors(parsed.diagnostics) || !parsed.value) return undefined;
  const { items } = parsed.value;
  const [hyper] = items;
  if (hyper?.kind === "hyper" && items.length === 1 && !hyper.domain && !hyper.when)
    return hyper.value;
  report(diagnostic(notOneValue, value, { name }));
  return undefined;
}

function settable({ scope }: Resolved): readonly string[] {
  return [...scope.names].flatMap(([name, bound]) =>
    bound.kind === "declaration" && isSettable(bound.declaration.item) ? [name] : [],
  );
}

function isSettable(item: Ast.Item): item is Ast.HyperItem | Ast.DimItem {
  return item.kind === "hyper" || item.kind === "dim";
}
