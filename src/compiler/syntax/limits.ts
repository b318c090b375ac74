import { diagnostic, type Diagnostic } from "../base/diagnostics/diagnostic.ts";
import * as messages from "../base/diagnostics/catalogue/limits.ts";
import type { Source, Span } from "../base/source.ts";
import type { File } from "./ast.ts";
import { spanIn, type Lexed } from "./lexer/lexed.ts";
import { endOf, isName } from "./tokens.ts";

/** The sizes of files that are refused, each with a diagnostic of its own. */
export const limits = {
  bytes: 1_000_000,
  tokens: 200_000,
  nesting: 64,
  nameLength: 128,
  errors: 100,
  treeDepth: 600,
} as const;

export function checkSize(source: Source): Diagnostic | undefined {
  const { text } = source;
  if (text.length * 3 <= limits.bytes) return undefined;
  const size = new TextEncoder().encode(text).length;
  if (size <= limits.bytes) return undefined;
  return diagnostic(messages.fileTooLarge, spanIn(source, 0, 0), { size, limit: limits.bytes });
}

export function checkTokens({ source, tokens, comments }: Lexed): Diagnostic | undefined {
  if (tokens.length + comments.length <= limits.tokens) return undefined;
  return diagnostic(messages.tooManyTokens, spanIn(source, 0, 0), { limit: limits.tokens });
}

export function checkNames({ source, tokens }: Lexed): readonly Diagnostic[] {
  return tokens
    .filter((token) => token.image.length > limits.nameLength && isName(token))
    .map((token) =>
      diagnostic(messages.nameTooLong, spanIn(source, token.startOffset, endOf(token)), {
        length: token.image.length,
        limit: limits.nameLength,
      }),
    );
}

/** `1 + 1 + …` nests to the left as deep as it is long, and later phases walk the tree by recursion. */
export function checkExpressions(file: File, { tokens }: Lexed): readonly Diagnostic[] {
  if (tokens.length <= limits.treeDepth) return [];
  const pending: { readonly value: unknown; readonly depth: number }[] = [
    { value: file, depth: 0 },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    const { span, ...children } = next.value as { readonly span?: Span };
    if (span && next.depth > limits.treeDepth)
      return [diagnostic(messages.expressionTooLong, span, { limit: limits.treeDepth })];
    for (const value of Object.values(children))
      pending.push({ value, depth: next.depth + (span ? 1 : 0) });
  }
  return [];
}

/** The findings in the order of the text; errors beyond the limit are counted by one finding at the end. */
export function cutErrors(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const ordered = [...diagnostics].sort((a, b) => a.span.start - b.span.start);
  if (ordered.length <= limits.errors) return ordered;
  const shown = ordered.slice(0, limits.errors);
  return [
    ...shown,
    diagnostic(messages.tooManyErrors, shown.at(-1)!.span, { limit: limits.errors }),
  ];
}
