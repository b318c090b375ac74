import { isName, isReserved, isSymbol, isWord, type Token } from "./tokens.ts";
import { itemWords } from "./words.ts";

/** The offsets at which declarations, statements, settings and rules begin: errors are counted by these. */
export function unitStarts(tokens: readonly Token[]): readonly number[] {
  const starts = [0];
  const openers: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    const inner = openers.at(-1);
    if (
      inner === undefined
        ? isWord(token, "import", ...itemWords)
        : isSymbol(inner, "{") && beginsEntry(tokens, index)
    )
      starts.push(token.startOffset);
    if (isSymbol(token, "{", "(", "[")) openers.push(token);
    else if (isSymbol(token, "}", ")", "]")) openers.pop();
    if (isSymbol(token, "}")) starts.push(token.startOffset);
  }
  return starts;
}

/** Whether a statement, setting or rule begins at a token inside braces. */
export function beginsEntry(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (isWord(token, "return", "for")) return true;
  if (isWord(token, "shared", "parameter") && isName(next)) return true;
  return (
    (isName(token) || isReserved(token)) &&
    isSymbol(next, "=", ":") &&
    !isWord(tokens[index - 1], "shared", "parameter")
  );
}
