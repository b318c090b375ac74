import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { spanIn } from "../lexer/lexed.ts";
import {
  endOf,
  isCompare,
  isName,
  isNumber,
  isSymbol,
  isText,
  isWord,
  Stray,
  symbols,
  virtual,
} from "../tokens.ts";
import { itemWords } from "../words.ts";
import {
  afterBracket,
  beginsLine,
  endsValue,
  entryAhead,
  frameOf,
  peek,
  previous,
  replacing,
  report,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";

/** A character that the language does not have: `;` and all that means nothing anywhere. */
export function strayToken(cursor: Cursor): boolean {
  const token = peek(cursor);
  if (token?.tokenType !== Stray || (token.image === "?" && frameOf(cursor) === "tensor"))
    return false;
  const span = spanOfToken(cursor, token);
  if (token.image === ";")
    report(
      cursor,
      messages.needlessSeparator,
      span,
      { found: ";" },
      replacing("delete it", span, ""),
    );
  else report(cursor, messages.strayCharacter, span, { found: token.image });
  cursor.at += 1;
  cursor.dropped = true;
  return true;
}

/** A comma after a statement or a declaration. */
export function needlessComma(cursor: Cursor): boolean {
  const comma = peek(cursor);
  if (!isSymbol(comma, ",") || !endsValue(previous(cursor))) return false;
  const next = peek(cursor, 1);
  const atTop =
    frameOf(cursor) === "top" &&
    (next === undefined || (beginsLine(cursor, 1) && isWord(next, "import", ...itemWords)));
  const inBody =
    frameOf(cursor) === "body" && !cursor.inRule && (isSymbol(next, "}") || entryAhead(cursor, 1));
  if (!atTop && !inBody) return false;
  const span = spanOfToken(cursor, comma!);
  report(
    cursor,
    messages.needlessSeparator,
    span,
    { found: "," },
    replacing("delete it", span, ""),
  );
  cursor.at += 1;
  return true;
}

/** `0 < a < 3`: the second comparison is reported and read as if the chain went on with `+`. */
export function chainedComparison(cursor: Cursor): boolean {
  if (!isCompare(peek(cursor))) return false;
  const second = nextComparison(cursor, cursor.at + 1);
  if (second === undefined) return false;
  const token = cursor.tokens[second]!;
  const middle = cursor.source.text.slice(
    peek(cursor, 1)!.startOffset,
    endOf(cursor.tokens[second - 1]!),
  );
  const before = spanIn(cursor.source, token.startOffset, token.startOffset);
  report(
    cursor,
    messages.chainedComparison,
    spanOfToken(cursor, token),
    {},
    replacing("write both comparisons", before, `and ${middle} `),
  );
  for (let at: number | undefined = second; at !== undefined; at = nextComparison(cursor, at + 1)) {
    const one = cursor.tokens[at]!;
    cursor.tokens[at] = virtual(symbols["+"], "+", one.startOffset, endOf(one));
  }
  return false;
}

/** The next comparison of the same chain: nothing but one sum lies between. */
function nextComparison(cursor: Cursor, from: number): number | undefined {
  const { tokens } = cursor;
  for (let at = from, ended = false; at < tokens.length; at++) {
    const token = tokens[at];
    if (isCompare(token)) return ended ? at : undefined;
    const operand = isName(token) || isNumber(token) || isText(token);
    if (operand && ended && !isSymbol(tokens[at - 1], ".")) return undefined;
    if (isSymbol(token, "(")) at = afterBracket(tokens, at) - 1;
    else if (!operand && !isSymbol(token, "+", "-", "*", "/", "^", ".", "..")) return undefined;
    ended = operand || isSymbol(token, "(");
  }
  return undefined;
}
