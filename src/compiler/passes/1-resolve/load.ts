import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/imports.ts";
import {
  duplicateName,
  notExported,
  notImportable,
} from "../../base/diagnostics/catalogue/names.ts";
import { hasErrors, type Outcome } from "../../base/outcome.ts";
import type { Source, Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Binding, CheckOptions, Declaration, Scope } from "./scope.ts";
import { describeItem } from "./scope.ts";
import { declareItems, isDeclared } from "./declare.ts";
import type { ResolvedFile } from "./resolved.ts";

const deepest = 16;
const mostFiles = 256;
const mostCharacters = 8 * 2 ** 20;

/** What the loading of one file and all its imports has gathered. */
export interface Loading {
  readonly options: CheckOptions;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly parse: (source: Source) => Outcome<Ast.File>;
  /** By path; undefined for a file that could not be had. */
  readonly files: Map<string, ResolvedFile | undefined>;
  characters: number;
}

/** Loads the imports of a file and makes its scope. `chain` are the files that led here, this one last. */
export function openFile(
  loading: Loading,
  source: Source,
  file: Ast.File,
  chain: readonly string[],
): ResolvedFile {
  const names = new Map<string, Binding>();
  const scope: Scope = { names };
  for (const statement of file.imports) {
    const imported = importedFile(loading, statement, source, file, chain);
    if (imported) bindImports(loading, statement, imported, names);
  }
  declareItems(file, names, scope, loading.report);
  return { source, file, scope };
}

function importedFile(
  loading: Loading,
  statement: Ast.Import,
  source: Source,
  importer: Ast.File,
  chain: readonly string[],
): ResolvedFile | undefined {
  const { value: written, span } = statement.from;
  const answer = loading.options.read(written, source.path);
  if ("problem" in answer) {
    loading.report(unavailable(answer.problem, written, span));
    return undefined;
  }
  const start = chain.indexOf(answer.path);
  if (start >= 0) {
    loading.report(
      diagnostic(messages.importCycle, span, { cycle: [...chain.slice(start), answer.path] }),
    );
    return undefined;
  }
  if (!loading.files.has(answer.path)) {
    const problem = limits(loading, answer.text, chain, span);
    if (problem) loading.report(problem);
    loading.files.set(
      answer.path,
      problem ? undefined : openImport(loading, answer, statement, chain),
    );
  }
  const opened = loading.files.get(answer.path);
  if (!opened || !isNewer(opened.file, importer)) return opened;
  loading.report(
    diagnostic(messages.newerImport, span, {
      path: written,
      version: opened.file.version!,
      own: importer.version!,
    }),
  );
  return undefined;
}

function isNewer(file: Ast.File, importer: Ast.File): boolean {
  return (
    file.version !== undefined && importer.version !== undefined && file.version > importer.version
  );
}

function unavailable(
  problem: "missing" | "outside" | "unreadable" | "too large",
  path: string,
  span: Span,
): Diagnostic {
  switch (problem) {
    case "missing":
      return diagnostic(messages.importMissing, span, { path });
    case "outside":
      return diagnostic(messages.importOutside, span, { path });
    case "unreadable":
      return diagnostic(messages.importUnreadable, span, { path });
    case "too large":
      return diagnostic(messages.importsTooLarge, span, { limit: "8 MB" });
  }
}

function limits(
  loading: Loading,
  text: string,
  chain: readonly string[],
  span: Span,
): Diagnostic | undefined {
  loading.characters += text.length;
  if (chain.length > deepest) return diagnostic(messages.importsTooDeep, span, { limit: deepest });
  if (loading.files.size >= mostFiles)
    return diagnostic(messages.tooManyFiles, span, { limit: mostFiles });
  return loading.characters > mostCharacters
    ? diagnostic(messages.importsTooLarge, span, { limit: "8 MB" })
    : undefined;
}

/** Parses an imported file; its errors are shown, its warnings are for those who check that file. */
function openImport(
  loading: Loading,
  source: Source,
  statement: Ast.Import,
  chain: readonly string[],
): ResolvedFile | undefined {
  const parsed = loading.parse(source);
  const errors = parsed.diagnostics.filter(({ severity }) => severity === "error");
  if (parsed.value && !hasErrors(errors))
    return openFile(loading, source, parsed.value, [...chain, source.path]);
  for (const error of errors) loading.report(error);
  loading.report(
    diagnostic(messages.brokenImport, statement.from.span, {
      path: statement.from.value,
      count: errors.length,
    }),
  );
  return undefined;
}

function bindImports(
  loading: Loading,
  statement: Ast.Import,
  from: ResolvedFile,
  names: Map<string, Binding>,
): void {
  for (const { name, alias } of statement.names) {
    const declaration = exported(loading, statement, name, from);
    if (!declaration) continue;
    const own = alias ?? name;
    const before = names.get(own.text);
    if (!before) names.set(own.text, { kind: "declaration", declaration, span: own.span });
    else {
      const related = [{ span: before.span, message: `\`${own.text}\` is bound here first` }];
      loading.report(
        diagnostic(
          duplicateName,
          own.span,
          { name: own.text, what: "another import" },
          { related },
        ),
      );
    }
  }
}

function exported(
  loading: Loading,
  statement: Ast.Import,
  name: Ast.Name,
  from: ResolvedFile,
): Declaration | undefined {
  const binding = from.scope.names.get(name.text);
  if (binding?.kind === "declaration" && binding.declaration.scope === from.scope)
    return binding.declaration;
  const other = from.file.items.find((item) => !isDeclared(item) && nameOf(item) === name.text);
  if (other) {
    loading.report(
      diagnostic(notImportable, name.span, { name: name.text, what: describeItem(other) }),
    );
    return undefined;
  }
  const own = from.file.items.flatMap((item) => (isDeclared(item) ? [item.name.text] : []));
  const suggestion = suggest(name.text, own);
  const fixes =
    suggestion === undefined
      ? []
      : [{ title: `Write \`${suggestion}\``, edits: [{ span: name.span, text: suggestion }] }];
  const notes = binding
    ? [`\`${name.text}\` is itself imported there; import it from the file that declares it`]
    : [];
  loading.report(
    diagnostic(
      notExported,
      name.span,
      { name: name.text, file: statement.from.value, suggestion },
      { fixes, notes },
    ),
  );
  return undefined;
}

function nameOf(item: Ast.Item): string | undefined {
  if (item.kind === "train") return item.alias?.text;
  return "name" in item ? item.name.text : undefined;
}
