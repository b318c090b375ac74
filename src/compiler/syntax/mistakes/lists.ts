import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { isName, isSymbol, isWord } from "../tokens.ts";
import {
  afterBracket,
  frameOf,
  peek,
  previous,
  put,
  report,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";
import { enter } from "./frames.ts";

/** `[accuracy, loss]`: a list has round brackets, a domain braces. */
export function squareList(cursor: Cursor): boolean {
  const opener = peek(cursor);
  const before = previous(cursor);
  if (!isSymbol(opener, "[") || (isName(before) && !isWord(before, "on"))) return false;
  const closer = cursor.tokens[afterBracket(cursor.tokens, cursor.at) - 1]!;
  const domain = isWord(before, "in") && cursor.item === "hyper";
  const brackets = domain ? (["{", "}"] as const) : (["(", ")"] as const);
  const edits = [
    { span: spanOfToken(cursor, opener!), text: brackets[0] },
    { span: spanOfToken(cursor, closer), text: brackets[1] },
  ];
  report(
    cursor,
    messages.squareList,
    spanOfToken(cursor, opener!),
    { domain },
    { title: `write \`${brackets.join(" … ")}\``, edits },
  );
  enter(cursor, opener!, domain ? "domain" : "list");
  put(cursor, brackets[0]);
  return true;
}

/** The end of such a list. */
export function closedList(cursor: Cursor): boolean {
  if (!isSymbol(peek(cursor), "]") || (frameOf(cursor) !== "list" && frameOf(cursor) !== "domain"))
    return false;
  const { kind } = cursor.frames.pop()!;
  put(cursor, kind === "domain" ? "}" : ")");
  return true;
}
