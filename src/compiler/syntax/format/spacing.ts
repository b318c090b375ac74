import { endOf, isName, isNumber, isSymbol, isText, isWord, type Token } from "../tokens.ts";
import { brokeBetween } from "./comments.ts";
import type { Document } from "./document.ts";
import type { Layout } from "./layout.ts";

/** What stands between a token and the one before it in an entry. */
export function separator(layout: Layout, at: number, first: boolean): readonly Document[] {
  const token = layout.tokens[at]!;
  const previous = layout.tokens[at - 1];
  if (first || !previous) return [];
  if (mayBeginLine(layout, at)) return [{ kind: "fill", hard: brokenAround(layout, at) }];
  return [isJoined(layout, previous, token, at) ? "" : " "];
}

/** Arrows, `then`, `else`, `or`, `and` and signs of sums begin a line where one ends. */
function mayBeginLine(layout: Layout, at: number): boolean {
  const token = layout.tokens[at];
  return (
    isSymbol(token, "->", "+") ||
    isWord(token, "then", "else", "or", "and") ||
    (isSymbol(token, "-") && isOperand(layout.tokens[at - 1]))
  );
}

function brokenAround(layout: Layout, at: number): boolean {
  const previous = layout.tokens[at - 1]!;
  const token = layout.tokens[at]!;
  const next = layout.tokens[at + 1];
  return (
    brokeBetween(layout, endOf(previous), token.startOffset) ||
    (next !== undefined && brokeBetween(layout, endOf(token), next.startOffset))
  );
}

function isOperand(token: Token | undefined): boolean {
  return isName(token) || isNumber(token) || isText(token) || isSymbol(token, ")", "]", "}");
}

export function isJoined(layout: Layout, previous: Token, token: Token, at: number): boolean {
  if (isSymbol(token, ",", ":", ".", ")", "]") || isSymbol(previous, "(", "[", ".")) return true;
  if (isSymbol(token, "("))
    return (isName(previous) && !isWord(previous, "in")) || isSymbol(previous, ")");
  if (isSymbol(token, "[")) return isName(previous);
  return isSymbol(previous, "-") && !isOperand(layout.tokens[at - 2]);
}

export function isOpener(token: Token): boolean {
  return isSymbol(token, "(", "[", "{");
}

/** The index of the partner of an opener; the text has no errors, so it has one. */
export function closerOf(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    if (isOpener(tokens[at]!)) depth += 1;
    else if (isSymbol(tokens[at], ")", "]", "}")) depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}
