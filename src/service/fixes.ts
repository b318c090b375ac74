import type { Analysis } from "../compiler/analysis/analysis.ts";
import type { Diagnostic } from "../compiler/base/diagnostics/diagnostic.ts";
import { placeOf, type Place } from "./places.ts";
import type { TextEdit } from "./rename.ts";

/** One finding, as plain data. */
export interface Finding {
  readonly code: string;
  readonly severity: Diagnostic["severity"];
  readonly message: string;
  readonly place: Place;
  readonly notes: readonly string[];
  readonly related: readonly { readonly place: Place; readonly message: string }[];
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export function findingOf(found: Diagnostic): Finding {
  return {
    code: found.code,
    severity: found.severity,
    message: found.message,
    place: placeOf(found.span),
    notes: found.notes,
    related: found.related.map(({ span, message }) => ({ place: placeOf(span), message })),
    fixes: found.fixes.map(({ title, edits }) => ({
      title,
      edits: edits.map(({ span, text }) => ({ place: placeOf(span), text })),
    })),
  };
}

/** What mends the findings that touch a range, each with the finding that it mends. */
export function fixesAt(
  findings: readonly Diagnostic[],
  { source }: Analysis,
  start: number,
  end: number,
): readonly (Fix & { readonly code: string })[] {
  return findings
    .filter(
      ({ span }) => span.source.path === source.path && span.start <= end && start <= span.end,
    )
    .flatMap((found) => findingOf(found).fixes.map((fix) => ({ ...fix, code: found.code })));
}
