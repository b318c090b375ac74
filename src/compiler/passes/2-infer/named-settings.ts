import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import {
  settingTwice,
  unknownModel,
  unknownSetting,
} from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedRun } from "../../typed/program.ts";
import { replace } from "./argument-values.ts";
import type { Context } from "./context.ts";

/** The settings of a `search` or `ensemble`: known names, each once; rules have no place there. */
export function readNamed<Key extends string>(
  context: Context,
  where: string,
  keys: readonly Key[],
  settings: Ast.Settings,
): ReadonlyMap<Key, Ast.Setting> {
  const found = new Map<Key, Ast.Setting>();
  for (const entry of settings.entries) {
    const name = entry.kind === "rule" ? "for" : entry.name.text;
    const span = entry.kind === "rule" ? entry.span : entry.name.span;
    const key = entry.kind === "rule" ? undefined : keys.find((each) => each === name);
    const suggestion = suggest(name, keys);
    if (!key || entry.kind === "rule")
      context.report(
        diagnostic(
          unknownSetting,
          span,
          { where, name, known: keys, suggestion },
          { fixes: suggestion === undefined ? [] : [replace(span, suggestion)] },
        ),
      );
    else if (found.has(key)) context.report(diagnostic(settingTwice, span, { name }));
    else found.set(key, entry);
  }
  return found;
}

/** A run of this file by its name; undefined, with a report unless the run is there and has errors of its own. */
export function runNamed(
  context: Context,
  declared: ReadonlySet<string>,
  name: Ast.Name,
): TypedRun | undefined {
  const run = context.runs.get(name.text);
  if (run || declared.has(name.text)) return run;
  const suggestion = suggest(name.text, declared);
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  context.report(
    diagnostic(unknownModel, name.span, { name: name.text, what: "run", suggestion }, { fixes }),
  );
  return undefined;
}
