import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { Integer, NumberToken, token, virtual } from "../tokens.ts";
import { unitOf } from "../words.ts";
import { matchAt, spanIn, type Scanner } from "./lexed.ts";

const suffixes: ReadonlySet<string> = new Set(["", "x", "k", "M", "G"]);

/** NUMBER = digits [ "." digits ] [ "e" exponent ] [ "%" | "x" | blank UNIT | ( "k" | "M" | "G" ) [ blank UNIT ] ] */
export function lexNumber(scanner: Scanner): boolean {
  if (lexLeadingPoint(scanner)) return true;
  const digits = matchAt(scanner, /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+(?![\p{L}\p{N}_]))?/uy);
  if (digits === undefined) return false;
  const start = scanner.at;
  scanner.at += digits.length;
  if (lexTrailingPoint(scanner, start, digits)) return true;
  const letters = matchAt(scanner, /%|[\p{L}\p{N}_]+/uy) ?? "";
  scanner.at += letters.length;
  if (letters === "%" || suffixes.has(letters))
    push(scanner, start, digits + letters + lexUnit(scanner, letters));
  else if (unitOf(letters) !== undefined) joinedUnit(scanner, start, digits, letters);
  else unknownSuffix(scanner, start, digits, letters);
  return true;
}

function push(scanner: Scanner, start: number, image: string): void {
  scanner.at = start + image.length;
  scanner.tokens.push(token(/^[0-9]+$/.test(image) ? Integer : NumberToken, image, start));
}

/** The blanks and the unit that follow a number (`50k steps`) on its line, unless the word is a key, a call or a path of its own. */
function lexUnit(scanner: Scanner, suffix: string): string {
  if (suffix === "%" || suffix === "x") return "";
  const image = matchAt(
    scanner,
    /[ \t]+[A-Za-z]+(?![A-Za-z0-9_]|(?:\s|\/\/[^\r\n]*[\r\n])*(?:[:(.]|=(?!=)))/y,
  );
  return image !== undefined && unitOf(image.trim()) !== undefined ? image : "";
}

function lexLeadingPoint(scanner: Scanner): boolean {
  if (/[\w.)\]]/.test(scanner.text[scanner.at - 1] ?? " ")) return false;
  const image = matchAt(scanner, /\.[0-9]+(?:[eE][+-]?[0-9]+)?[%xkMG]?(?![A-Za-z0-9_])/y);
  if (image === undefined) return false;
  const span = spanIn(scanner.source, scanner.at, scanner.at + image.length);
  const fixes = [{ title: `write \`0${image}\``, edits: [{ span, text: `0${image}` }] }];
  scanner.diagnostics.push(
    diagnostic(messages.barePoint, span, { expected: `0${image}`, found: image }, { fixes }),
  );
  scanner.tokens.push(virtual(NumberToken, `0${image}`, span.start, span.end));
  scanner.at = span.end;
  return true;
}

/** `2.` with nothing after the point; `1 ..` and `1..` are ranges. */
function lexTrailingPoint(scanner: Scanner, start: number, digits: string): boolean {
  if (matchAt(scanner, /\.(?![.\p{L}_])/uy) === undefined) return false;
  scanner.at += 1;
  const span = spanIn(scanner.source, start, scanner.at);
  const fixes = [{ title: `write \`${digits}\``, edits: [{ span, text: digits }] }];
  scanner.diagnostics.push(
    diagnostic(messages.barePoint, span, { expected: digits, found: `${digits}.` }, { fixes }),
  );
  scanner.tokens.push(virtual(NumberToken, digits, start, scanner.at));
  return true;
}

function joinedUnit(scanner: Scanner, start: number, digits: string, unit: string): void {
  const span = spanIn(scanner.source, start, scanner.at);
  const expected = `${digits} ${unit}`;
  const fixes = [{ title: `write \`${expected}\``, edits: [{ span, text: expected }] }];
  scanner.diagnostics.push(
    diagnostic(messages.joinedUnit, span, { expected, found: digits + unit }, { fixes }),
  );
  scanner.tokens.push(virtual(NumberToken, expected, start, scanner.at));
}

function unknownSuffix(scanner: Scanner, start: number, digits: string, letters: string): void {
  const span = spanIn(scanner.source, start, scanner.at);
  scanner.diagnostics.push(
    diagnostic(messages.unknownSuffix, span, { number: digits, suffix: letters }),
  );
  scanner.tokens.push(
    virtual(/^[0-9]+$/.test(digits) ? Integer : NumberToken, digits, start, scanner.at),
  );
}
