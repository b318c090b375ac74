import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic, Fix } from "../../base/diagnostics/diagnostic.ts";
import { neverUsed, wrongCase } from "../../base/diagnostics/catalogue/lints.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Bound } from "./lexical.ts";

/** What is never used, and names in another style than theirs. */
export function lintNames(
  file: Ast.File,
  names: readonly Bound[],
  report: (diagnostic: Diagnostic) => void,
): void {
  const taken = new Set(names.map(({ name }) => name.text));
  for (const bound of names) {
    const { name, what, uses, remedy } = bound;
    if (uses.length === 0 && remedy !== undefined && name.text !== "_")
      report(
        diagnostic(
          neverUsed,
          name.span,
          { what, name: name.text, remedy },
          { fixes: removal(file, bound) },
        ),
      );
    const write = restyled(name.text, bound.style);
    if (write !== name.text)
      report(
        diagnostic(
          wrongCase,
          name.span,
          { what: plain(what), name: name.text, style: bound.style!, write },
          { fixes: taken.has(write) ? [] : [rename(bound, write)] },
        ),
      );
  }
  for (const item of file.items) {
    const name =
      item.kind === "train" ? item.alias : item.kind === "ensemble" ? item.name : undefined;
    if (name && restyled(name.text, "PascalCase") !== name.text) {
      const write = restyled(name.text, "PascalCase");
      report(
        diagnostic(
          wrongCase,
          name.span,
          {
            what: item.kind === "train" ? "a run" : "an ensemble",
            name: name.text,
            style: "PascalCase",
            write,
          },
          { fixes: [renameRun(file, name, write)] },
        ),
      );
    }
  }
}

function plain(what: string): string {
  return what.replace(/^the /, "a ");
}

/** The name in the style, as near to what was written as possible. */
function restyled(name: string, style: Bound["style"]): string {
  switch (style) {
    case "PascalCase":
      return /^[A-Z][A-Za-z0-9]*$/.test(name) ? name : pascal(name);
    case "lower_snake":
      return /^[a-z_][a-z0-9_]*$/.test(name) ? name : snake(name);
    case "a capital first letter":
      return /^[A-Z]/.test(name) ? name : name.charAt(0).toUpperCase() + name.slice(1);
    case undefined:
      return name;
  }
}

function pascal(name: string): string {
  const words = name.split("_").filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("") || name;
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function rename(bound: Bound, write: string): Fix {
  const spans = [bound.name, ...bound.uses]
    .filter(({ text }) => text === bound.name.text)
    .map(({ span }) => span);
  return { title: `Rename to \`${write}\``, edits: spans.map((span) => ({ span, text: write })) };
}

/** A run is named again where searches, rules and teachers speak of it. */
function renameRun(file: Ast.File, name: Ast.Name, write: string): Fix {
  const searches = file.items.flatMap((item) =>
    item.kind === "search" && item.run.text === name.text ? [item.run.span] : [],
  );
  return {
    title: `Rename to \`${write}\``,
    edits: [name.span, ...searches].map((span) => ({ span, text: write })),
  };
}

/** An import that is never used can be taken out whole. */
function removal(file: Ast.File, { name }: Bound): readonly Fix[] {
  const statement = file.imports.find((each) =>
    each.names.some((imported) => (imported.alias ?? imported.name) === name),
  );
  if (!statement || statement.names.length > 1) return [];
  return [{ title: "Remove the import", edits: [{ span: statement.span, text: "" }] }];
}
