import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Source, Span } from "../../base/source.ts";
import type { Token } from "../tokens.ts";

/** A comment with its slashes and without the end of its line. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** Written with `///`. */
  readonly documentation: boolean;
}

/** What the text consists of; blanks are what is left. */
export interface Lexed {
  readonly source: Source;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A text while it is cut into tokens. */
export interface Scanner {
  readonly source: Source;
  readonly text: string;
  /** Where the next token begins. */
  at: number;
  readonly tokens: Token[];
  readonly comments: Comment[];
  readonly diagnostics: Diagnostic[];
}

export function spanIn(source: Source, start: number, end: number): Span {
  return { source, start, end };
}

/** The match of a sticky pattern at the scanner's place. */
export function matchAt(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.at;
  return pattern.exec(scanner.text)?.[0];
}
