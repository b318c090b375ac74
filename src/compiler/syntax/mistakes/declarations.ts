import type { Source } from "../../base/source.ts";
import { endOf, isName, isSymbol, isWord, type Token } from "../tokens.ts";
import { itemWords } from "../words.ts";

/** Whether a token is the first of its line. */
export function firstOnLine(source: Source, tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]!;
  const previous = tokens[index - 1];
  if (!previous) return true;
  return /[\r\n]/.test(source.text.slice(endOf(previous), token.startOffset));
}

/** Whether a declaration surely begins here: its word, and the name after it (two names in a row stand nowhere else at a line's beginning). */
export function startsDeclaration(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  if (isWord(tokens[index], "import")) return isSymbol(next, "{");
  return isWord(tokens[index], ...itemWords) &&
    isName(next) &&
    !isSymbol(tokens[index + 2], "=", ":")
    ? true
    : startsValue(tokens, index);
}

/** `hyper x = …`, `dim C = …` inside braces: a name and its value, but after one of these words only a declaration. */
function startsValue(tokens: readonly Token[], index: number): boolean {
  return isWord(tokens[index], "hyper", "dim") && isName(tokens[index + 1]);
}
