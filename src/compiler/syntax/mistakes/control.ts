import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { spanIn } from "../lexer/lexed.ts";
import { endOf, Identifier, isReserved, isSymbol, isWord, virtual } from "../tokens.ts";
import {
  afterBracket,
  atStatement,
  entryAhead,
  peek,
  placeOf,
  previous,
  report,
  spanFrom,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";

/** `for i in range(3) { … }`: `for` names what a rule speaks of. */
export function loop(cursor: Cursor): boolean {
  const word = peek(cursor);
  if (!isWord(word, "for") || !(isWord(peek(cursor, 2), "in") || isSymbol(peek(cursor, 1), "(")))
    return false;
  const end = headEnd(cursor);
  report(cursor, messages.loop, spanFrom(cursor, word!, cursor.tokens[end - 1]!), {});
  skipBlock(cursor, end);
  return true;
}

/** `repeat 3 { … }`: only one stage is repeated. */
export function repetitionWithBraces(cursor: Cursor): boolean {
  const word = peek(cursor);
  if (!isWord(word, "repeat")) return false;
  const end = headEnd(cursor);
  if (!isSymbol(cursor.tokens[end], "{")) return false;
  report(cursor, messages.repeatedBraces, spanFrom(cursor, word!, cursor.tokens[end - 1]!), {});
  const inFlow = isSymbol(previous(cursor), "->");
  skipBlock(cursor, end);
  if (inFlow) standIn(cursor);
  return true;
}

/** `if a == 1 { … } else { … }`: a condition is an expression. */
export function conditionalWithBraces(cursor: Cursor): boolean {
  const word = peek(cursor);
  if (!isWord(word, "if")) return false;
  const end = headEnd(cursor);
  const brace = cursor.tokens[end];
  if (!isSymbol(brace, "{") && !(isSymbol(brace, ":") && atStatement(cursor))) return false;
  const statement = atStatement(cursor);
  report(
    cursor,
    messages.conditionalBraces,
    spanOfToken(cursor, word!),
    {},
    statement ? undefined : withoutBraces(cursor, end),
  );
  skipBlock(cursor, end);
  while (isWord(peek(cursor), "else")) {
    if (isWord(peek(cursor, 1), "if")) cursor.at += 1;
    skipBlock(cursor, headEnd(cursor));
  }
  if (!statement) standIn(cursor);
  return true;
}

/** The index of what ends the head of a control statement: a brace, a colon, a word of the language, an entry of the body, a line's end. */
function headEnd(cursor: Cursor): number {
  const { tokens } = cursor;
  let at = cursor.at + 1;
  while (at < tokens.length && !isSymbol(tokens[at], "{", "}", ":", ")", "]", ",", "->", "=")) {
    if (isReserved(tokens[at]) && !isWord(tokens[at], "in", "and", "or", "not")) break;
    if (at > cursor.at + 1 && entryAhead(cursor, at - cursor.at)) break;
    at = isSymbol(tokens[at], "(", "[") ? afterBracket(tokens, at) : at + 1;
  }
  return at;
}

/** Drops a head and its braces, or after a colon the rest of its line. */
function skipBlock(cursor: Cursor, end: number): void {
  const { tokens } = cursor;
  cursor.at = end;
  if (isSymbol(peek(cursor), "{")) cursor.at = afterBracket(tokens, end);
  else if (isSymbol(peek(cursor), ":")) cursor.at += 1;
  cursor.dropped = true;
}

/** A value in the place of what was dropped. */
function standIn(cursor: Cursor): void {
  const at = placeOf(cursor);
  cursor.out.push(virtual(Identifier, "_", at, at));
}

/** `if a { x } else { y }` becomes `if a then x else y` when each brace holds one expression. */
function withoutBraces(cursor: Cursor, end: number): Fix | undefined {
  const { tokens } = cursor;
  if (!isSymbol(tokens[end], "{")) return undefined;
  const closed = afterBracket(tokens, end);
  if (!isWord(tokens[closed], "else") || !isSymbol(tokens[closed + 1], "{")) return undefined;
  const last = afterBracket(tokens, closed + 1);
  if (
    tokens.slice(cursor.at, last).some((token) => isSymbol(token, "=") || isWord(token, "return"))
  )
    return undefined;
  const edit = (index: number, text: string) => ({
    span: spanIn(cursor.source, tokens[index]!.startOffset, endOf(tokens[index]!)),
    text,
  });
  return {
    title: "write `if … then … else …`",
    edits: [edit(end, "then"), edit(closed - 1, ""), edit(closed + 1, ""), edit(last - 1, "")],
  };
}
