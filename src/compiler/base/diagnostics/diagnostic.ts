import type { Span } from "../source.ts";

export type Severity = "error" | "warning" | "note";

/** Another place that matters, and what it has to do with the matter. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** A change that mends the matter; an empty span inserts, an empty text deletes. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** One finding. `message` says what was expected and what was found; `notes` spell out the arithmetic or the reason. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly notes: readonly string[];
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
}

/** A kind of finding in the catalogue: its code never changes meaning once published. */
export interface DiagnosticKind<Parameters> {
  readonly code: `NN${string}`;
  readonly severity: Severity;
  /** One line for lists and for the title of the explanation page. */
  readonly title: string;
  readonly message: (parameters: Parameters) => string;
}

export interface Details {
  readonly notes?: readonly string[];
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
}

/** Declares a kind; `Parameters` are the typed blanks of its message. */
export function kind<Parameters>(
  code: `NN${string}`,
  severity: Severity,
  title: string,
  message: (parameters: Parameters) => string,
): DiagnosticKind<Parameters> {
  return { code, severity, title, message };
}

/** Makes a diagnostic of a kind at a place. */
export function diagnostic<Parameters>(
  of: DiagnosticKind<Parameters>,
  span: Span,
  parameters: Parameters,
  details: Details = {},
): Diagnostic {
  return {
    code: of.code,
    severity: of.severity,
    message: of.message(parameters),
    span,
    notes: details.notes ?? [],
    related: details.related ?? [],
    fixes: details.fixes ?? [],
  };
}
