import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { hidesLibrary } from "../../base/diagnostics/catalogue/lints.ts";
import type { Library } from "../../library/definition.ts";
import { isDeclared } from "../1-resolve/declare.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import { describeItem } from "./lookup.ts";

/** A file's names win over the library's, so that a new library item breaks no file; it is said where that happens. */
export function lintShadows(
  { file }: Resolved,
  library: Library,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const item of file.items) {
    if (!isDeclared(item)) continue;
    const { text: name, span } = item.name;
    const hidden = library.all().find((definition) => definition.name === name);
    if (hidden)
      report(
        diagnostic(hidesLibrary, span, {
          name,
          what: describeItem(item).replace(/^an? /, "the "),
          item: hidden.kind,
        }),
      );
  }
}
