import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { endOf, Identifier, isName, isSymbol, isWord, Stray, virtual } from "../tokens.ts";
import {
  afterBracket,
  frameOf,
  peek,
  previous,
  replacing,
  report,
  spanFrom,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";
import { putType } from "./heads.ts";

/** What other languages call a tensor, where `data` takes settings too. */
const tensorWords = /^(?:tensor|ndarray|array|float|float32|float64|f32|class|int|image)$/i;

/** `x: Tensor`, `-> Tensor`: a type without its axes. */
export function typeWithoutAxes(cursor: Cursor): boolean {
  const name = peek(cursor);
  if (!isName(name) || isSymbol(peek(cursor, 1), "[") || !typeHere(cursor)) return false;
  const start = cursor.at;
  cursor.at += 1;
  while (isSymbol(peek(cursor), ".") && isName(peek(cursor, 1))) cursor.at += 2;
  if (isSymbol(peek(cursor), "(", "[")) cursor.at = afterBracket(cursor.tokens, cursor.at);
  const span = spanFrom(cursor, name!, cursor.tokens[cursor.at - 1]!);
  report(cursor, messages.tensorType, span, {
    found: cursor.tokens
      .slice(start, cursor.at)
      .map(({ image }) => image)
      .join(""),
  });
  putType(cursor);
  return true;
}

function typeHere(cursor: Cursor): boolean {
  const before = previous(cursor);
  const frame = frameOf(cursor);
  if (frame === "ports") return isSymbol(before, ":");
  if (frame === "top")
    return isSymbol(before, "->") && (cursor.item === "model" || cursor.item === "block");
  if (frame === "body") return isSymbol(before, ":") && isWord(previous(cursor, 3), "parameter");
  return (
    frame === "data" &&
    isSymbol(before, ":") &&
    tensorWords.test(peek(cursor)!.image) &&
    !isSymbol(peek(cursor, 1), "(", ".")
  );
}

/** `f32[None, 784]`, `f32[?, 784]`: no size is left open. */
export function openSize(cursor: Cursor): boolean {
  const size = peek(cursor);
  if (
    frameOf(cursor) !== "tensor" ||
    !size ||
    !isSymbol(previous(cursor), "[", ",", ":") ||
    !isSymbol(peek(cursor, 1), ",", "]")
  )
    return false;
  const open =
    (size.tokenType === Stray && size.image === "?") ||
    (isName(size) && /^(?:None|none|null|nil|undefined|_)$/.test(size.image));
  if (!open) return false;
  const span = spanOfToken(cursor, size);
  const first = isSymbol(previous(cursor), "[");
  report(
    cursor,
    messages.unnamedBatch,
    span,
    { found: size.image },
    first ? replacing("name the batch size `B`", span, "B") : undefined,
  );
  cursor.out.push(virtual(Identifier, "B", size.startOffset, endOf(size)));
  cursor.at += 1;
  return true;
}
