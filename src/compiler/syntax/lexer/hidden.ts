import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { spanIn, type Scanner } from "./lexed.ts";

/** Control characters, bidirectional overrides, line separators, byte-order marks and halves of surrogate pairs. */
const hidden =
  /[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Reports what a comment or a text hides from the reader. */
export function reportHidden(scanner: Scanner, start: number, image: string): void {
  for (const match of image.matchAll(hidden))
    reportCharacter(scanner, start + match.index, match[0]);
}

export function reportCharacter(scanner: Scanner, start: number, image: string): void {
  const span = spanIn(scanner.source, start, start + image.length);
  const blank = /^\p{Zs}$/u.test(image);
  const code = image.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const fix = {
    title: blank ? "write a plain blank" : "delete it",
    edits: [{ span, text: blank ? " " : "" }],
  };
  scanner.diagnostics.push(
    diagnostic(messages.hiddenCharacter, span, { code: `U+${code}` }, { fixes: [fix] }),
  );
}
