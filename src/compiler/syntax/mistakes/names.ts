import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { spanIn } from "../lexer/lexed.ts";
import { textValue } from "../lexer/text.ts";
import {
  endOf,
  Identifier,
  isName,
  isReserved,
  isSymbol,
  isText,
  isWord,
  virtual,
  type Token,
} from "../tokens.ts";
import { itemWords } from "../words.ts";
import {
  endsValue,
  frameOf,
  peek,
  previous,
  put,
  replacing,
  report,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";

/** `epochs = 30` among settings. */
export function equalsInSetting(cursor: Cursor): boolean {
  if (
    !isSymbol(peek(cursor), "=") ||
    (frameOf(cursor) !== "settings" && frameOf(cursor) !== "data")
  )
    return false;
  return otherSign(cursor, ":", messages.equalsInSetting);
}

/** `stride=2` among arguments, `h = 32` among axes. */
export function equalsInArgument(cursor: Cursor): boolean {
  const frame = frameOf(cursor);
  if (
    !isSymbol(peek(cursor), "=") ||
    (frame !== "group" && frame !== "tensor" && frame !== "ports" && frame !== "list")
  )
    return false;
  return (
    isSymbol(previous(cursor, 2), "(", "[", ",") &&
    otherSign(cursor, ":", messages.equalsInArgument)
  );
}

/** `h: x -> dense(10)` in a body, `hyper lr: 1e-3`, `define f(k: 2)`. */
export function colonInBinding(cursor: Cursor): boolean {
  if (!isSymbol(peek(cursor), ":") || !bindsHere(cursor)) return false;
  return otherSign(cursor, "=", messages.colonInBinding);
}

function bindsHere(cursor: Cursor): boolean {
  const frame = frameOf(cursor);
  const before = previous(cursor, 2);
  if (frame === "parameters") return true;
  if (frame === "body") return !cursor.inRule && !isWord(before, "parameter");
  return frame === "top" && (isWord(before, "hyper", "dim") || cursor.item === "define");
}

/** Reads one sign for another after a name. */
function otherSign(
  cursor: Cursor,
  sign: ":" | "=",
  kind: typeof messages.equalsInSetting,
): boolean {
  const name = previous(cursor);
  if (!isName(name)) return false;
  const written = spanOfToken(cursor, peek(cursor)!);
  const blank = /\s/.test(cursor.source.text[written.end] ?? " ") ? "" : " ";
  const fix = replacing(
    `write \`${sign}\``,
    spanIn(cursor.source, endOf(name!), written.end),
    `${sign === ":" ? ":" : " ="}${blank}`,
  );
  report(cursor, kind, written, { name: name!.image }, fix);
  put(cursor, sign);
  return true;
}

/** `"epochs": 3`. */
export function quotedKey(cursor: Cursor): boolean {
  const text = peek(cursor);
  if (!isText(text) || !isSymbol(peek(cursor, 1), ":", "=") || isSymbol(previous(cursor), ":", "="))
    return false;
  const name = textValue(text!.image);
  const span = spanOfToken(cursor, text!);
  const valid = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  report(
    cursor,
    messages.quotedName,
    span,
    { name },
    valid ? replacing("delete the quotes", span, name) : undefined,
  );
  takeName(cursor, text!, valid ? name : "_");
  return true;
}

/** `repeat = …`, `dim of`, `(in: f32[…])`: a reserved word where a name belongs. */
export function reservedName(cursor: Cursor): boolean {
  const word = peek(cursor);
  if (!isReserved(word) || !namesHere(cursor)) return false;
  report(cursor, messages.reservedName, spanOfToken(cursor, word!), { word: word!.image });
  takeName(cursor, word!, word!.image);
  return true;
}

function namesHere(cursor: Cursor): boolean {
  const before = previous(cursor);
  const next = peek(cursor, 1);
  if (isWord(before, "as")) return true;
  if (
    isWord(before, "shared", "parameter", ...itemWords) &&
    isSymbol(next, "=", ":", "(", "{", "->", "}", ")", ",")
  )
    return true;
  if (isWord(peek(cursor), "then", "else") && isSymbol(next, ":")) return false;
  if (isSymbol(next, "=", ":")) return isSymbol(before, "{", "(", "[", ",") || endsValue(before);
  return isSymbol(before, "(", ",") && isSymbol(next, ",", ")");
}

function takeName(cursor: Cursor, token: Token, image: string): void {
  cursor.out.push(virtual(Identifier, image, token.startOffset, endOf(token)));
  cursor.at += 1;
}
