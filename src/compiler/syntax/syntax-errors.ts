import { EOF, type IRecognitionException } from "chevrotain";
import { diagnostic, type Diagnostic } from "../base/diagnostics/diagnostic.ts";
import * as messages from "../base/diagnostics/catalogue/syntax.ts";
import type { Source } from "../base/source.ts";
import { spanIn } from "./lexer/lexed.ts";
import type { Repaired } from "./mistakes/repaired.ts";
import { describeToken } from "./run-parser.ts";
import { endOf, words, type Token } from "./tokens.ts";
import { unitStarts } from "./units.ts";

/**
 * What the parser could not read, at most one finding a statement, setting or head of a declaration: what follows the first error there
 * is mostly its consequence, and so is an error right after a mistake that was reported already.
 */
export function syntaxErrors(
  source: Source,
  repaired: Repaired,
  errors: readonly IRecognitionException[],
  known: readonly Diagnostic[],
): readonly Diagnostic[] {
  const starts = unitStarts(repaired.tokens);
  const unitOf = (offset: number): number => unitAt(starts, offset);
  const reported = new Set(known.map(({ span }) => unitOf(span.start)));
  const found: Diagnostic[] = [];
  for (const error of errors) {
    const token = placeOf(error.token, (error as { readonly previousToken?: Token }).previousToken);
    const unit = unitOf(error.token.tokenType === EOF ? token.startOffset - 1 : token.startOffset);
    if (reported.has(unit) || error.token.isInsertedInRecovery === true) continue;
    reported.add(unit);
    found.push(report(source, error, token));
  }
  return found;
}

/** The end of the file is the place after the last token. */
function placeOf(token: Token, previous: Token | undefined): Token {
  if (token.tokenType !== EOF) return token;
  const end = previous === undefined || Number.isNaN(previous.startOffset) ? 0 : endOf(previous);
  return { ...token, startOffset: end, endOffset: end - 1 };
}

function report(source: Source, error: IRecognitionException, token: Token): Diagnostic {
  const span = spanIn(source, token.startOffset, endOf(token));
  const found = describeToken(error.token);
  if (error.message === words.else.LABEL) return diagnostic(messages.missingElse, span, { found });
  return diagnostic(messages.unexpected, span, { expected: error.message, found });
}

/** The last start at or before an offset. */
function unitAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return starts[low] ?? 0;
}
