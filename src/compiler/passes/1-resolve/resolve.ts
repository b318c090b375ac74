import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Outcome } from "../../base/outcome.ts";
import type * as Ast from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";
import type { CheckOptions } from "./scope.ts";
import { checkRunNames } from "./declare.ts";
import { openFile, type Loading } from "./load.ts";
import type { Resolved, ResolvedFile } from "./resolved.ts";
import { lintNames } from "./style.ts";
import { walkFile } from "./walk.ts";

/** Loads the imports, binds the top-level names of every file, and holds the names of this file against the rules of scopes. */
export function resolve(
  file: Ast.File,
  options: CheckOptions,
  parseFile: Loading["parse"] = parse,
): Outcome<Resolved> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const { source } = file.span;
  const files = new Map<string, ResolvedFile | undefined>();
  const opened = openFile(
    { options, report, parse: parseFile, files, characters: source.text.length },
    source,
    file,
    [source.path],
  );
  checkRunNames(file, report);
  const own = walkFile(opened, report);
  lintNames(file, own, report);
  const imported = [...files.values()].filter((each) => each !== undefined);
  const others = imported.map((each) =>
    walkFile(each, (found) => void (found.severity === "error" && report(found))),
  );
  return { value: { ...opened, imported, names: [own, ...others] }, diagnostics };
}

export type { Resolved } from "./resolved.ts";
