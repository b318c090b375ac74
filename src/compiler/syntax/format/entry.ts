import { endOf, isSymbol, type Token } from "../tokens.ts";
import { blankBefore, brokeBetween, commentsBefore, ownComments, word } from "./comments.ts";
import { holdsComment, indent, line, type Document } from "./document.ts";
import type { Layout } from "./layout.ts";
import { closerOf, isJoined, isOpener, separator } from "./spacing.ts";

/** The tokens from `from` to `to` as an entry: its first line at the indentation, the others further in. */
export function entry(layout: Layout, from: number, to: number, by = 2): readonly Document[] {
  const parts: Document[] = [...commentsBefore(layout, layout.tokens[from]!)];
  let run: Document[] = [];
  for (let at = from; at < to;) {
    const token = layout.tokens[at]!;
    const after = isOpener(token) ? closerOf(layout.tokens, at) + 1 : at + 1;
    const content = [
      ...separator(layout, at, at === from),
      ...(at === from ? [] : commentsBefore(layout, token)),
    ];
    if (isSymbol(token, "{")) {
      parts.push(indent(by, [...run, ...content]), bracket(layout, at, after - 1));
      run = [];
    } else
      run.push(
        ...content,
        ...(isOpener(token) ? [bracket(layout, at, after - 1)] : word(layout, token)),
      );
    at = after;
  }
  return [...parts, indent(by, run)];
}

/** A bracket and what it holds. */
function bracket(layout: Layout, opening: number, closing: number): Document {
  const opener = layout.tokens[opening]!;
  const inner = layout.tokens[opening + 1]!;
  const entries = isSymbol(opener, "{") && layout.structure.entries.has(inner.startOffset);
  const grouped =
    isSymbol(opener, "(") &&
    !isJoinedBracket(layout, opening) &&
    !holdsComma(layout, opening, closing);
  if (grouped && !hasOwnComments(layout, opening, closing))
    return { kind: "group", broken: true, from: "line", content: inline(layout, opening, closing) };
  return entries ? braces(layout, opening, closing) : list(layout, opening, closing);
}

function isJoinedBracket(layout: Layout, opening: number): boolean {
  const previous = layout.tokens[opening - 1];
  return (
    previous !== undefined &&
    isJoined(layout, previous, layout.tokens[opening]!, opening) &&
    !isSymbol(previous, "(", "[")
  );
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
  return (
    [opening + 1, closing].some((at) => layout.before.has(layout.tokens[at]!.startOffset)) ||
    layout.after.has(layout.tokens[opening]!.startOffset)
  );
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
    const separators: readonly Document[] = !isLast
      ? [","]
      : alone
        ? []
        : [{ kind: "whenBroken", text: "," }];
    const commaComments = comma === undefined ? [] : commentsOfDropped(layout, comma);
    return [
      line(index === 0 ? blank : " "),
      ...entry(layout, from, to),
      ...separators,
      ...commaComments,
    ];
  });
  return bracketed(layout, opening, closing, inside, blank);
}

/** The parts between commas. */
function itemsOf(
  layout: Layout,
  opening: number,
  closing: number,
): readonly { readonly from: number; readonly to: number; readonly comma?: Token }[] {
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
  return [
    ...ownComments(layout, layout.before.get(comma.startOffset) ?? []),
    ...word(layout, comma).slice(1),
  ];
}

function bracketed(
  layout: Layout,
  opening: number,
  closing: number,
  inside: readonly Document[],
  blank: string,
  mustBreak = false,
): Document {
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
  const broken =
    mustBreak ||
    holdsComment(content) ||
    (!empty && brokeBetween(layout, endOf(open), close.startOffset));
  return { kind: "group", broken, from: isSymbol(open, "{") ? "entry" : "line", content };
}
