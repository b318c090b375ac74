import type { Comment } from "../lexer/lexed.ts";
import { endOf, isNumber, type Token } from "../tokens.ts";
import { line, type Document } from "./document.ts";
import type { Layout } from "./layout.ts";

/** Whether the author ended a line, or left one blank, between two offsets. */
export function brokeBetween({ lexed }: Layout, start: number, end: number): boolean {
  return /[\r\n]/.test(lexed.source.text.slice(start, end));
}

function blankBetween({ lexed }: Layout, start: number, end: number): boolean {
  return /\n[ \t]*\r?\n|\r(?!\n)[ \t]*\r/.test(lexed.source.text.slice(start, end));
}

/** Where the token and what ends its line end. */
function endWithComments(layout: Layout, token: Token): number {
  return layout.after.get(token.startOffset)?.at(-1)?.end ?? endOf(token);
}

function startWithComments(layout: Layout, token: Token): number {
  return layout.before.get(token.startOffset)?.[0]?.start ?? token.startOffset;
}

/** Whether the author left a blank line before the token at `index` and its comments. */
export function blankBefore(layout: Layout, index: number): boolean {
  const previous = layout.tokens[index - 1];
  if (!previous) return false;
  const token = layout.tokens[index];
  const start = token
    ? startWithComments(layout, token)
    : (layout.last[0]?.start ?? endOf(previous));
  return blankBetween(layout, endWithComments(layout, previous), start);
}

/** Comments on lines of their own; blank lines between them stay. */
export function ownComments(layout: Layout, comments: readonly Comment[]): readonly Document[] {
  return comments.map((comment, index) => {
    const previous = comments[index - 1];
    return {
      kind: "comment",
      own: true,
      text: textOf(layout, comment),
      blank: previous !== undefined && blankBetween(layout, previous.end, comment.start),
    };
  });
}

function textOf({ lexed }: Layout, { start, end }: Comment): string {
  return lexed.source.text.slice(start, end);
}

export function commentsBefore(layout: Layout, token: Token): readonly Document[] {
  const comments = layout.before.get(token.startOffset) ?? [];
  const gap = comments.length > 0 && blankBetween(layout, comments.at(-1)!.end, token.startOffset);
  return [...ownComments(layout, comments), ...(comments.length > 0 ? [line("", gap)] : [])];
}

export function word(layout: Layout, token: Token): readonly Document[] {
  const comments = (layout.after.get(token.startOffset) ?? []).map((comment): Document => ({
    kind: "comment",
    own: false,
    blank: false,
    text: textOf(layout, comment),
  }));
  return [isNumber(token) ? token.image.replace(/[ \t]+/, " ") : token.image, ...comments];
}
