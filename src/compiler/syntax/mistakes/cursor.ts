import {
  diagnostic,
  type Diagnostic,
  type DiagnosticKind,
  type Fix,
} from "../../base/diagnostics/diagnostic.ts";
import type { Source, Span } from "../../base/source.ts";
import { spanIn } from "../lexer/lexed.ts";
import {
  endOf,
  isName,
  isNumber,
  isSymbol,
  isText,
  isWord,
  symbols,
  virtual,
  type Symbol,
  type Token,
} from "../tokens.ts";
import { beginsEntry } from "../units.ts";
import type { ItemWord } from "../words.ts";
import { firstOnLine } from "./declarations.ts";
import type { Frame } from "./frame.ts";

/** A walk over tokens that writes them out again, as they are or as they were meant. */
export interface Cursor {
  readonly source: Source;
  /** Balanced; entries ahead may be replaced. */
  readonly tokens: Token[];
  at: number;
  readonly out: Token[];
  readonly diagnostics: Diagnostic[];
  readonly frames: Frame[];
  /** The declaration that the walk is in. */
  item: ItemWord | "import" | undefined;
  /** How many round brackets the head of the declaration had. */
  lists: number;
  /** Between `for` and the brace of its settings. */
  inRule: boolean;
  /** How many `repeat` still wait for their stage. */
  repeats: number;
  /** Whether what stood before was reported and dropped. */
  dropped: boolean;
}

/** One kind of mistake: reads on and answers true when it stands at the cursor. */
export type Mistake = (cursor: Cursor) => boolean;

export function peek(cursor: Cursor, offset = 0): Token | undefined {
  return cursor.tokens[cursor.at + offset];
}

export function previous(cursor: Cursor, offset = 1): Token | undefined {
  return cursor.out[cursor.out.length - offset];
}

export function frameOf(cursor: Cursor): Frame["kind"] {
  return cursor.frames.at(-1)?.kind ?? "top";
}

export function spanOfToken(cursor: Cursor, token: Token): Span {
  return spanIn(cursor.source, token.startOffset, endOf(token));
}

export function spanFrom(cursor: Cursor, first: Token, last: Token): Span {
  return spanIn(cursor.source, first.startOffset, endOf(last));
}

export function report<Parameters>(
  cursor: Cursor,
  kind: DiagnosticKind<Parameters>,
  span: Span,
  parameters: Parameters,
  fix?: Fix,
): void {
  cursor.diagnostics.push(diagnostic(kind, span, parameters, fix ? { fixes: [fix] } : {}));
}

export function replacing(title: string, span: Span, text: string): Fix {
  return { title, edits: [{ span, text }] };
}

/** Writes a symbol in the place of the next `count` tokens; of none: between the last and the next. */
export function put(cursor: Cursor, image: Symbol, count = 1): void {
  const first = peek(cursor);
  const last = peek(cursor, count - 1);
  const end = count === 0 || !last ? placeOf(cursor) : endOf(last);
  cursor.out.push(
    virtual(symbols[image], image, count === 0 || !first ? end : first.startOffset, end),
  );
  cursor.at += count;
}

/** The offset at which something that is missing would stand. */
export function placeOf(cursor: Cursor): number {
  const last = previous(cursor);
  return last ? endOf(last) : 0;
}

/** The index after the bracket that closes the one at `index` of the tokens. */
export function afterBracket(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    if (isSymbol(tokens[at], "{", "(", "[")) depth += 1;
    else if (isSymbol(tokens[at], "}", ")", "]")) depth -= 1;
    if (depth <= 0) return at + 1;
  }
  return tokens.length;
}

/** Whether a value can end with this token. */
export function endsValue(token: Token | undefined): boolean {
  return isName(token) || isNumber(token) || isText(token) || isSymbol(token, ")", "]", "}");
}

/** Whether a statement, setting or rule begins at the token `offset` ahead. */
export function entryAhead(cursor: Cursor, offset = 0): boolean {
  return beginsEntry(cursor.tokens, cursor.at + offset);
}

export function beginsLine(cursor: Cursor, offset = 0): boolean {
  return (
    peek(cursor, offset) !== undefined &&
    firstOnLine(cursor.source, cursor.tokens, cursor.at + offset)
  );
}

/** Whether the cursor stands where a statement may begin: after a brace, or after what ends a value. */
export function atStatement(cursor: Cursor): boolean {
  const before = previous(cursor);
  return (
    frameOf(cursor) === "body" &&
    (isSymbol(before, "{") || (endsValue(before) && !isWord(before, "shared", "parameter")))
  );
}
