import { positionAt, type Position, type Span } from "../source.ts";
import type { Diagnostic } from "./diagnostic.ts";

interface JsonRange {
  readonly start: Position;
  readonly end: Position;
}

/** A diagnostic as tools read it; lines and columns count from 1, and `end` is the place after the last character. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly file: string;
  readonly range: JsonRange;
  readonly notes: readonly string[];
  readonly related: readonly {
    readonly file: string;
    readonly range: JsonRange;
    readonly message: string;
  }[];
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly {
      readonly file: string;
      readonly range: JsonRange;
      readonly text: string;
    }[];
  }[];
}

export function toJson(diagnostic: Diagnostic): JsonDiagnostic {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...place(diagnostic.span),
    notes: diagnostic.notes,
    related: diagnostic.related.map((related) => ({
      ...place(related.span),
      message: related.message,
    })),
    fixes: diagnostic.fixes.map((fix) => ({
      title: fix.title,
      edits: fix.edits.map((edit) => ({ ...place(edit.span), text: edit.text })),
    })),
  };
}

function place(span: Span): { readonly file: string; readonly range: JsonRange } {
  return {
    file: span.source.path,
    range: { start: positionAt(span.source, span.start), end: positionAt(span.source, span.end) },
  };
}
