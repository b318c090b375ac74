import type { Diagnostic } from "../base/diagnostics/diagnostic.ts";
import { textOf, type Source, type Span } from "../base/source.ts";
import type * as Ast from "../syntax/ast.ts";

/**
 * An item of a text that is being written. An item whose text did not change keeps the tree that it had, with the places of the text
 * that the tree was made of: `start` says where it stands now.
 */
export interface PlacedItem {
  readonly item: Ast.Item;
  readonly start: number;
  readonly end: number;
}

/** The items of a text that can be read, in order; the trees of those known before are taken again. */
export function placeItems(
  source: Source,
  parsed: Ast.File | undefined,
  errors: readonly Diagnostic[],
  before: readonly PlacedItem[],
): readonly PlacedItem[] {
  const known = byText(before);
  const whole = (parsed?.items ?? [])
    .filter(({ span }) => !errors.some((error) => touches(error.span, span)))
    .map((item): PlacedItem => {
      const { start, end } = item.span;
      return { item: known.get(keyOf(item))?.shift()?.item ?? item, start, end };
    });
  if (errors.length === 0) return whole;
  const found = [...known.values()].flat().flatMap(({ item }) => findAgain(source, item, whole));
  return [...whole, ...found].sort((a, b) => a.start - b.start);
}

function byText(items: readonly PlacedItem[]): ReadonlyMap<string, PlacedItem[]> {
  const found = new Map<string, PlacedItem[]>();
  for (const placed of items) {
    const key = keyOf(placed.item);
    const same = found.get(key);
    if (same) same.push(placed);
    else found.set(key, [placed]);
  }
  return found;
}

/** Items with the same key have the same tree. */
function keyOf(item: Ast.Item): string {
  return `${item.documentation ?? ""}\n${textOf(item.span)}`;
}

function touches(error: Span, item: Span): boolean {
  return error.start <= item.end && error.end >= item.start;
}

/** An item that is lost to an error near it, where its text still stands by itself. */
function findAgain(
  source: Source,
  item: Ast.Item,
  taken: readonly PlacedItem[],
): readonly PlacedItem[] {
  const text = textOf(item.span);
  for (let start = source.text.indexOf(text); start >= 0;) {
    const end = start + text.length;
    const alone = isLineStart(source.text, start) && isLineEnd(source.text, end);
    if (alone && !taken.some((other) => start < other.end && other.start < end))
      return [{ item, start, end }];
    start = source.text.indexOf(text, start + 1);
  }
  return [];
}

function isLineStart(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === "\n" || text[at - 1] === "\r";
}

function isLineEnd(text: string, at: number): boolean {
  return /^[ \t]*(\/\/|\r|\n|$)/.test(text.slice(at, at + 200));
}

/** Where a span of a kept tree lies in the text as it is now; undefined where it is gone. Spans of other files are what they are. */
export function placeSpan(
  source: Source,
  items: readonly PlacedItem[],
  span: Span,
): Span | undefined {
  if (span.source === source || span.source.path !== source.path) return span;
  const placed = items.find(
    ({ item }) =>
      item.span.source === span.source &&
      item.span.start <= span.start &&
      span.end <= item.span.end,
  );
  if (!placed) return undefined;
  const shift = placed.start - placed.item.span.start;
  return { source, start: span.start + shift, end: span.end + shift };
}
