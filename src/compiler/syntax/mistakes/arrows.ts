import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { isName, isReserved, isSymbol, isWord } from "../tokens.ts";
import {
  beginsLine,
  endsValue,
  entryAhead,
  frameOf,
  peek,
  previous,
  put,
  replacing,
  report,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";
import { startsDeclaration } from "./declarations.ts";

/** `return x dense(10)`: two values in a row where values flow. */
export function missingArrow(cursor: Cursor): boolean {
  const stage = peek(cursor);
  const frame = cursor.frames.at(-1);
  if (
    !frame?.inBody ||
    cursor.inRule ||
    !(isName(stage) || isWord(stage, "repeat")) ||
    !endsValue(previous(cursor))
  )
    return false;
  if (entryAhead(cursor) || isWord(previous(cursor), "shared", "parameter")) return false;
  if (isSymbol(previous(cursor), "}") && frame.kind === "body") return false;
  if (cursor.repeats > 0 && isName(stage)) {
    cursor.repeats -= 1;
    return false;
  }
  const span = spanOfToken(cursor, stage!);
  if (!cursor.dropped)
    report(
      cursor,
      messages.stageWithoutArrow,
      span,
      { stage: stage!.image },
      replacing("write the arrow", { ...span, end: span.start }, "-> "),
    );
  put(cursor, "->", 0);
  return false;
}

/** `x -> dense(10), relu` in a body. */
export function commaForArrow(cursor: Cursor): boolean {
  const comma = peek(cursor);
  if (frameOf(cursor) !== "body" || cursor.inRule || !isSymbol(comma, ",")) return false;
  const span = spanOfToken(cursor, comma!);
  const blank = /\s/.test(cursor.source.text[span.end] ?? " ") ? "" : " ";
  report(
    cursor,
    messages.commaBetweenStages,
    span,
    {},
    replacing("write `->`", span, ` ->${blank}`),
  );
  put(cursor, "->");
  return true;
}

/** `… ->` and then nothing that could be a stage. */
export function arrowToNowhere(cursor: Cursor): boolean {
  const arrow = peek(cursor);
  if (!isSymbol(arrow, "->") || !leadsNowhere(cursor)) return false;
  const span = spanOfToken(cursor, arrow!);
  report(cursor, messages.missingStage, span, {}, replacing("delete the arrow", span, ""));
  cursor.at += 1;
  cursor.dropped = true;
  return true;
}

function leadsNowhere(cursor: Cursor): boolean {
  const next = peek(cursor, 1);
  if (next === undefined || isSymbol(next, "}", ")", "]", ",", "->")) return true;
  if (isReserved(next) && !isWord(next, "repeat", "if")) return true;
  if (frameOf(cursor) === "top")
    return beginsLine(cursor, 1) && startsDeclaration(cursor.tokens, cursor.at + 1);
  return entryAhead(cursor, 1);
}
