import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { Text, token, virtual } from "../tokens.ts";
import { reportHidden } from "./hidden.ts";
import type { Span } from "../../base/source.ts";
import { spanIn, type Scanner } from "./lexed.ts";

const closers = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["”", "”"],
  ["„", "“”"],
  ["‘", "’"],
  ["’", "’"],
  ["«", "»"],
]);

/** A text stands in double quotes, on one line; other quotes are reported and read as these. */
export function lexText(scanner: Scanner): boolean {
  const opening = scanner.text[scanner.at]!;
  const closing = closers.get(opening);
  if (closing === undefined) return false;
  const start = scanner.at;
  const end = endOfText(scanner.text, start + 1, closing);
  if (end === undefined) return lexUnclosed(scanner, start);
  const inner = scanner.text.slice(start + 1, end - 1);
  scanner.at = end;
  if (opening !== '"') otherQuotes(scanner, start, end, inner);
  checkEscapes(scanner, spanIn(scanner.source, start, end), inner);
  reportHidden(scanner, start + 1, inner);
  scanner.tokens.push(
    opening === '"' ? token(Text, `"${inner}"`, start) : virtual(Text, `"${inner}"`, start, end),
  );
  return true;
}

/** A text that runs to the end of its line; brackets at that end most probably closed what was open before the text. */
function lexUnclosed(scanner: Scanner, start: number): true {
  const end = endOfLine(scanner.text, start);
  scanner.diagnostics.push(
    diagnostic(messages.unclosedText, spanIn(scanner.source, start, end), {}),
  );
  const image = scanner.text.slice(start, end).replace(/(?<=.)[\s,)\]}]*$/, "");
  scanner.tokens.push(virtual(Text, `${image}"`, start, start + image.length));
  scanner.at = start + image.length;
  return true;
}

function endOfText(text: string, from: number, closing: string): number | undefined {
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\n" || character === "\r") return undefined;
    if (character === "\\") at++;
    else if (closing.includes(character)) return at + 1;
  }
  return undefined;
}

function endOfLine(text: string, from: number): number {
  const rest = /[^\r\n]*/y;
  rest.lastIndex = from;
  return from + rest.exec(text)![0].trimEnd().length;
}

function otherQuotes(scanner: Scanner, start: number, end: number, inner: string): void {
  const span = spanIn(scanner.source, start, end);
  const text = `"${inner.replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"')}"`;
  scanner.diagnostics.push(
    diagnostic(
      messages.otherQuotes,
      span,
      { found: scanner.text[start]! },
      { fixes: [{ title: "write double quotes", edits: [{ span, text }] }] },
    ),
  );
}

const escape = /\\(?:u\{([0-9A-Fa-f]{1,6})\}|([\s\S])?)/g;

function checkEscapes(scanner: Scanner, span: Span, inner: string): void {
  const wrong = [...inner.matchAll(escape)].find(
    ([, hexadecimal, character]) => !isEscape(hexadecimal, character),
  );
  if (wrong)
    scanner.diagnostics.push(diagnostic(messages.unknownEscape, span, { found: wrong[0] }));
}

function isEscape(hexadecimal: string | undefined, character: string | undefined): boolean {
  if (hexadecimal === undefined) return character !== undefined && '"\\nt'.includes(character);
  const code = Number.parseInt(hexadecimal, 16);
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/** What a text stands for: escapes `\" \\ \n \t \u{…}` resolved; others (which were reported) stay as they are. */
export function textValue(image: string): string {
  return image
    .slice(1, -1)
    .replace(escape, (written: string, hexadecimal?: string, character?: string) => {
      if (!isEscape(hexadecimal, character)) return written;
      if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
      return character === "n" ? "\n" : character === "t" ? "\t" : character!;
    });
}
