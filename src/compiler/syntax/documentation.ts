import type { Lexed } from "./lexer/lexed.ts";

/** The lines of `///` that end right before a token, without the slashes, by the token's offset. */
export function documentationOf({ source, tokens, comments }: Lexed): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let at = 0;
  for (const token of tokens) {
    const lines: string[] = [];
    for (; at < comments.length && comments[at]!.start < token.startOffset; at++) {
      const { start, end, documentation } = comments[at]!;
      if (documentation && ownLine(source.text, start))
        lines.push(source.text.slice(start + 3, end).replace(/^ /, ""));
      else lines.length = 0;
    }
    if (lines.length > 0) found.set(token.startOffset, lines.join("\n"));
  }
  return found;
}

/** Whether nothing but blanks stands before the comment on its line. */
function ownLine(text: string, start: number): boolean {
  return /(?:^|[\r\n])[ \t]*$/.test(text.slice(Math.max(0, start - 200), start));
}
