import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import {
  endOf,
  Integer,
  isName,
  isNumber,
  isSymbol,
  isWord,
  NumberToken,
  Stray,
  virtual,
  type Token,
} from "../tokens.ts";
import { beginsLine, frameOf, peek, replacing, report, spanFrom, type Cursor } from "./cursor.ts";

/** `2 M`, `50 %`: a suffix is joined to its number. */
export function separatedSuffix(cursor: Cursor): boolean {
  const number = peek(cursor);
  const suffix = peek(cursor, 1);
  if (!isNumber(number) || !suffix || !/^[0-9.]+$/.test(number!.image) || beginsLine(cursor, 1))
    return false;
  const percent =
    suffix.tokenType === Stray &&
    suffix.image === "%" &&
    !/^[\w(]/.test(peek(cursor, 2)?.image ?? ",");
  const letter =
    isName(suffix) &&
    /^[kMG]$/.test(suffix.image) &&
    !isSymbol(peek(cursor, 2), "(", ":", "=", ".") &&
    !isCount(cursor);
  if (!percent && !letter) return false;
  const expected = number!.image + suffix.image;
  const span = spanFrom(cursor, number!, suffix);
  report(
    cursor,
    messages.blankInSuffix,
    span,
    { found: cursor.source.text.slice(span.start, span.end), expected },
    replacing(`write \`${expected}\``, span, expected),
  );
  takeNumber(cursor, expected, number!, suffix, 2);
  return true;
}

/** How far back a `repeat` is looked for. */
const reach = 16;

/** Whether the number is how often a stage is repeated: then the letter is the stage. */
function isCount(cursor: Cursor): boolean {
  for (let at = cursor.out.length - 1; at >= Math.max(0, cursor.out.length - reach); at--) {
    const token = cursor.out[at];
    if (isWord(token, "repeat")) return true;
    if (isSymbol(token, "->", "{", "(", ",", "=", ":")) return false;
  }
  return false;
}

/** `1,000`: in brackets only where the second part could be no number of its own. */
export function groupedDigits(cursor: Cursor): boolean {
  const first = peek(cursor);
  if (first?.tokenType !== Integer || !/^[1-9][0-9]{0,2}$/.test(first.image)) return false;
  let count = 1;
  while (isGroup(cursor, count)) count += 2;
  if (count === 1) return false;
  const last = peek(cursor, count - 1)!;
  const span = spanFrom(cursor, first, last);
  const found = cursor.source.text.slice(span.start, span.end);
  const plain = found.replaceAll(",", "");
  const expected = [
    plain,
    ...(plain.endsWith("000000")
      ? [plain.replace(/0{6}$/, "M")]
      : plain.endsWith("000")
        ? [plain.replace(/000$/, "k")]
        : []),
  ];
  report(
    cursor,
    messages.groupedDigits,
    span,
    { found, expected },
    replacing(`write \`${plain}\``, span, plain),
  );
  takeNumber(cursor, plain, first, last, count);
  return true;
}

function isGroup(cursor: Cursor, offset: number): boolean {
  const before = peek(cursor, offset - 1);
  const comma = peek(cursor, offset);
  const digits = peek(cursor, offset + 1);
  if (
    !before ||
    !comma ||
    !digits ||
    !isSymbol(comma, ",") ||
    digits.tokenType !== Integer ||
    !/^[0-9]{3}$/.test(digits.image)
  )
    return false;
  const joined = endOf(before) === comma.startOffset && endOf(comma) === digits.startOffset;
  const frame = frameOf(cursor);
  const inBraces =
    frame === "settings" ||
    frame === "data" ||
    frame === "budget" ||
    frame === "body" ||
    frame === "top";
  return joined && (inBraces || digits.image.startsWith("0"));
}

function takeNumber(cursor: Cursor, image: string, first: Token, last: Token, count: number): void {
  cursor.out.push(
    virtual(/^[0-9]+$/.test(image) ? Integer : NumberToken, image, first.startOffset, endOf(last)),
  );
  cursor.at += count;
}
