import type { Comment, Lexed } from "../lexer/lexed.ts";
import { endOf, type Token } from "../tokens.ts";
import type { Structure } from "./structure.ts";

/** A text on its way to its layout. */
export interface Layout {
  readonly lexed: Lexed;
  /** Without the brackets that are dropped. */
  readonly tokens: readonly Token[];
  readonly structure: Structure;
  /** By the offset of the token that they stand before, or that they end the line of. */
  readonly before: ReadonlyMap<number, readonly Comment[]>;
  readonly after: ReadonlyMap<number, readonly Comment[]>;
  /** Comments after the last token. */
  readonly last: readonly Comment[];
}

export function layoutOf(lexed: Lexed, structure: Structure): Layout {
  const tokens = lexed.tokens.filter(({ startOffset }) => !structure.dropped.has(startOffset));
  const before = new Map<number, Comment[]>();
  const after = new Map<number, Comment[]>();
  const last: Comment[] = [];
  let next = 0;
  for (const comment of lexed.comments) {
    while (next < tokens.length && tokens[next]!.startOffset < comment.start) next += 1;
    const previous = tokens[next - 1];
    const trails =
      previous && !/[\r\n]/.test(lexed.source.text.slice(endOf(previous), comment.start));
    if (trails) add(after, previous.startOffset, comment);
    else if (tokens[next]) add(before, tokens[next]!.startOffset, comment);
    else last.push(comment);
  }
  return { lexed, tokens, structure, before, after, last };
}

function add(map: Map<number, Comment[]>, offset: number, comment: Comment): void {
  map.set(offset, [...(map.get(offset) ?? []), comment]);
}
