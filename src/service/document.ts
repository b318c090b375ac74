import type { Span } from "../compiler/base/source.ts";
import { newAnalyser, type Analyser, type Analysis } from "../compiler/analysis/analysis.ts";
import { symbolsOf, type KnownSymbol } from "../compiler/analysis/symbols.ts";
import type { StageHint } from "./hints.ts";

/** Where files come from. Documents that are open are asked for first; the service itself reads nothing. */
export interface Files {
  /** The file that an import means, or why it cannot be had. */
  readonly read: (
    path: string,
    from: string,
  ) =>
    | { readonly path: string; readonly text: string }
    | { readonly problem: "missing" | "outside" | "unreadable" | "too large" };
}

/** A text that is open, with what is known of it. */
export interface Document {
  readonly path: string;
  readonly analysis: Analysis;
  readonly analyser: Analyser;
  /** Shapes after stages, those that stayed from earlier texts included. */
  readonly hints: readonly StageHint[];
}

export function openAnalyser(files: Files): Analyser {
  return newAnalyser({ set: new Map(), read: files.read });
}

/** A symbol at an offset, with the place of the name there. */
export interface Found {
  readonly symbol: KnownSymbol;
  readonly at: Span;
}

/** The symbol whose name is at an offset: at its start, inside or at its end. */
export function symbolAt(analysis: Analysis, offset: number): Found | undefined {
  for (const symbol of symbolsOf(analysis)) {
    const at = symbol.occurrences.find(({ start, end }) => start <= offset && offset <= end);
    if (at) return { symbol, at };
  }
  return undefined;
}
