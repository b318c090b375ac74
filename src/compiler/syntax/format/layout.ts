import type { Comment, Lexed } from "../lexer/lexed.ts";
import { endOf, isName, isNumber, isSymbol, isText, isWord, type Token } from "../tokens.ts";
import { holdsComment, indent, line, type Document } from "./document.ts";
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
    const trails = previous && !/[\r\n]/.test(lexed.source.text.slice(endOf(previous), comment.start));
    if (trails) add(after, previous.startOffset, comment);
    else if (tokens[next]) add(before, tokens[next]!.startOffset, comment);
    else last.push(comment);
  }
  return { lexed, tokens, structure, before, after, last };
}

function add(map: Map<number, Comment[]>, offset: number, comment: Comment): void {
  map.set(offset, [...(map.get(offset) ?? []), comment]);
}

/** Whether the author ended a line, or left one blank, between two offsets. */
export function brokeBetween({ lexed }: Layout, start: number, end: number): boolean {
  return /[\r\n]/.test(lexed.source.text.slice(start, end));
}

export function blankBetween({ lexed }: Layout, start: number, end: number): boolean {
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
  const start = token ? startWithComments(layout, token) : (layout.last[0]?.start ?? endOf(previous));
  return blankBetween(layout, endWithComments(layout, previous), start);
}

/** Comments on lines of their own; blank lines between them stay. */
export function ownComments(layout: Layout, comments: readonly Comment[]): readonly Document[] {
  return comments.map((comment, index) => {
    const previous = comments[index - 1];
    return { kind: "comment", own: true, text: textOf(layout, comment), blank: previous !== undefined && blankBetween(layout, previous.end, comment.start) };
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

function word(layout: Layout, token: Token): readonly Document[] {
  const comments = (layout.after.get(token.startOffset) ?? []).map((comment): Document => ({ kind: "comment", own: false, blank: false, text: textOf(layout, comment) }));
  return [isNumber(token) ? token.image.replace(/[ \t]+/, " ") : token.image, ...comments];
}

/** The tokens from `from` to `to` as an entry: its first line at the indentation, the others further in. */
export function entry(layout: Layout, from: number, to: number, by = 2): readonly Document[] {
  const parts: Document[] = [...commentsBefore(layout, layout.tokens[from]!)];
  let run: Document[] = [];
  for (let at = from; at < to; ) {
    const token = layout.tokens[at]!;
    const after = isOpener(token) ? closerOf(layout.tokens, at) + 1 : at + 1;
    const content = [...separator(layout, at, at === from), ...(at === from ? [] : commentsBefore(layout, token))];
    if (isSymbol(token, "{")) {
      parts.push(indent(by, [...run, ...content]), bracket(layout, at, after - 1));
      run = [];
    } else run.push(...content, ...(isOpener(token) ? [bracket(layout, at, after - 1)] : word(layout, token)));
    at = after;
  }
  return [...parts, indent(by, run)];
}

function isOpener(token: Token): boolean {
  return isSymbol(token, "(", "[", "{");
}

/** The index of the partner of an opener; the text has no errors, so it has one. */
function closerOf(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    if (isOpener(tokens[at]!)) depth += 1;
    else if (isSymbol(tokens[at], ")", "]", "}")) depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}

/** What stands between a token and the one before it in an entry. */
function separator(layout: Layout, at: number, first: boolean): readonly Document[] {
  const token = layout.tokens[at]!;
  const previous = layout.tokens[at - 1];
  if (first || !previous) return [];
  if (mayBeginLine(layout, at)) return [{ kind: "fill", hard: brokenAround(layout, at) }];
  return [isJoined(layout, previous, token, at) ? "" : " "];
}

/** Arrows, `then`, `else`, `or`, `and` and signs of sums begin a line where one ends. */
function mayBeginLine(layout: Layout, at: number): boolean {
  const token = layout.tokens[at];
  return isSymbol(token, "->", "+") || isWord(token, "then", "else", "or", "and") || (isSymbol(token, "-") && isOperand(layout.tokens[at - 1]));
}

function brokenAround(layout: Layout, at: number): boolean {
  const previous = layout.tokens[at - 1]!;
  const token = layout.tokens[at]!;
  const next = layout.tokens[at + 1];
  return brokeBetween(layout, endOf(previous), token.startOffset) || (next !== undefined && brokeBetween(layout, endOf(token), next.startOffset));
}

function isOperand(token: Token | undefined): boolean {
  return isName(token) || isNumber(token) || isText(token) || isSymbol(token, ")", "]", "}");
}

function isJoined(layout: Layout, previous: Token, token: Token, at: number): boolean {
  if (isSymbol(token, ",", ":", ".", ")", "]") || isSymbol(previous, "(", "[", ".")) return true;
  if (isSymbol(token, "(")) return (isName(previous) && !isWord(previous, "in")) || isSymbol(previous, ")");
  if (isSymbol(token, "[")) return isName(previous);
  return isSymbol(previous, "-") && !isOperand(layout.tokens[at - 2]);
}

/** A bracket and what it holds. */
function bracket(layout: Layout, opening: number, closing: number): Document {
  const opener = layout.tokens[opening]!;
  const inner = layout.tokens[opening + 1]!;
  const entries = isSymbol(opener, "{") && layout.structure.entries.has(inner.startOffset);
  const grouped = isSymbol(opener, "(") && !isJoinedBracket(layout, opening) && !holdsComma(layout, opening, closing);
  if (grouped && !hasOwnComments(layout, opening, closing)) return { kind: "group", broken: true, from: "line", content: inline(layout, opening, closing) };
  return entries ? braces(layout, opening, closing) : list(layout, opening, closing);
}

function isJoinedBracket(layout: Layout, opening: number): boolean {
  const previous = layout.tokens[opening - 1];
  return previous !== undefined && isJoined(layout, previous, layout.tokens[opening]!, opening) && !isSymbol(previous, "(", "[");
}

function holdsComma(layout: Layout, opening: number, closing: number): boolean {
  for (let at = opening + 1; at < closing; at++) {
    const token = layout.tokens[at]!;
    if (isSymbol(token, ",", ":")) return true;
    if (isOpener(token)) at = closerOf(layout.tokens, at);
  }
  return opening + 1 === closing;
}

function hasOwnComments(layout: Layout, opening: number, closing: number): boolean {
  return [opening + 1, closing].some((at) => layout.before.has(layout.tokens[at]!.startOffset)) || layout.after.has(layout.tokens[opening]!.startOffset);
}

/** A value in brackets: they belong to it and end no line. */
function inline(layout: Layout, opening: number, closing: number): readonly Document[] {
  const [open, close] = [layout.tokens[opening]!, layout.tokens[closing]!];
  return [...word(layout, open), ...entry(layout, opening + 1, closing), ...word(layout, close)];
}

/** `(a, b)`, `[a, b]`, `{ a, b }`: on one line, or a line for each with a comma after each. */
function list(layout: Layout, opening: number, closing: number): Document {
  const blank = isSymbol(layout.tokens[opening], "{") ? " " : "";
  const items = itemsOf(layout, opening, closing);
  const inside = items.flatMap(({ from, to, comma }, index): readonly Document[] => {
    const isLast = index === items.length - 1;
    const alone = items.length === 1 && isSymbol(layout.tokens[opening], "[");
    const separators: readonly Document[] = !isLast ? [","] : alone ? [] : [{ kind: "whenBroken", text: "," }];
    const commaComments = comma === undefined ? [] : commentsOfDropped(layout, comma);
    return [line(index === 0 ? blank : " "), ...entry(layout, from, to), ...separators, ...commaComments];
  });
  return bracketed(layout, opening, closing, inside, blank);
}

/** The parts between commas. */
function itemsOf(layout: Layout, opening: number, closing: number): readonly { readonly from: number; readonly to: number; readonly comma?: Token }[] {
  const items: { from: number; to: number; comma?: Token }[] = [];
  let from = opening + 1;
  for (let at = from; at < closing; at++) {
    const token = layout.tokens[at]!;
    if (isOpener(token)) at = closerOf(layout.tokens, at);
    else if (isSymbol(token, ",")) {
      items.push({ from, to: at, comma: token });
      from = at + 1;
    }
  }
  if (from < closing) items.push({ from, to: closing });
  return items;
}

/** Settings, statements, fields and limits: on one line, or a line for each; commas only between settings on one line. */
function braces(layout: Layout, opening: number, closing: number): Document {
  const { tokens, structure } = layout;
  const starts: number[] = [];
  for (let at = opening + 1; at < closing; at++) {
    if (structure.entries.has(tokens[at]!.startOffset)) starts.push(at);
    if (isOpener(tokens[at]!)) at = closerOf(tokens, at);
  }
  const statements = structure.entries.get(tokens[starts[0]!]!.startOffset) === "statement";
  const inside = starts.flatMap((from, index): readonly Document[] => {
    const next = starts[index + 1] ?? closing;
    const comma = isSymbol(tokens[next - 1], ",") ? tokens[next - 1] : undefined;
    const isLast = index === starts.length - 1;
    return [
      line(" ", index > 0 && blankBefore(layout, from)),
      ...entry(layout, from, comma ? next - 1 : next),
      ...(isLast || statements ? [] : [{ kind: "whenFlat", text: "," } as const]),
      ...(comma ? commentsOfDropped(layout, comma) : []),
    ];
  });
  return bracketed(layout, opening, closing, inside, " ", statements && starts.length > 1);
}

/** The comments of a comma, which itself is written elsewhere or not at all. */
function commentsOfDropped(layout: Layout, comma: Token): readonly Document[] {
  return [...ownComments(layout, layout.before.get(comma.startOffset) ?? []), ...word(layout, comma).slice(1)];
}

function bracketed(layout: Layout, opening: number, closing: number, inside: readonly Document[], blank: string, mustBreak = false): Document {
  const [open, close] = [layout.tokens[opening]!, layout.tokens[closing]!];
  const tail = ownComments(layout, layout.before.get(close.startOffset) ?? []);
  const blankTail = inside.length > 0 && blankBefore(layout, closing);
  const empty = inside.length === 0 && tail.length === 0;
  const content: readonly Document[] = [
    ...word(layout, open),
    indent(2, [...inside, ...(tail.length > 0 ? [line("", blankTail), ...tail] : [])]),
    ...(empty ? [] : [line(blank)]),
    ...word(layout, close),
  ];
  const broken = mustBreak || holdsComment(content) || (!empty && brokeBetween(layout, endOf(open), close.startOffset));
  return { kind: "group", broken, from: isSymbol(open, "{") ? "entry" : "line", content };
}
