import type { Analysis } from "../compiler/analysis/analysis.ts";
import type * as Ast from "../compiler/syntax/ast.ts";
import { place } from "../compiler/analysis/analysis.ts";
import { placeOf, spanAt, toPosition, type Place } from "./places.ts";

/** A piece of the text that may be folded away: from the end of its first line to its last. */
export interface Fold {
  readonly kind: "region" | "comment" | "imports";
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Declarations, long lists, runs of comments and imports, by the tokens: also where the text cannot be read. */
export function foldsOf({ lexed, source }: Analysis): readonly Fold[] {
  const folds: Fold[] = [];
  const open: number[] = [];
  const line = (offset: number): number => toPosition(source, offset).line;
  for (const { image, startOffset } of lexed.tokens) {
    if (image === "{" || image === "(" || image === "[") open.push(startOffset);
    if (image !== "}" && image !== ")" && image !== "]") continue;
    const start = open.pop();
    if (start === undefined || line(startOffset) - line(start) < 2) continue;
    folds.push({ kind: "region", firstLine: line(start), lastLine: line(startOffset) - 1 });
  }
  folds.push(
    ...runsOf(
      "comment",
      lexed.comments.map(({ start }) => line(start)),
    ),
  );
  const imports = lexed.tokens.filter(
    ({ image, startOffset }) =>
      image === "import" && toPosition(source, startOffset).character === 0,
  );
  folds.push(
    ...runsOf(
      "imports",
      imports.map(({ startOffset }) => line(startOffset)),
    ),
  );
  return folds.sort((a, b) => a.firstLine - b.firstLine || b.lastLine - a.lastLine);
}

/** Lines that follow each other, two or more. */
function runsOf(kind: Fold["kind"], lines: readonly number[]): readonly Fold[] {
  const folds: Fold[] = [];
  for (let first = 0; first < lines.length;) {
    let last = first;
    while (lines[last + 1] === lines[last]! + 1) last++;
    if (last > first) folds.push({ kind, firstLine: lines[first]!, lastLine: lines[last]! });
    first = last + 1;
  }
  return folds;
}

/** A declaration with what is declared in it, for an outline. */
export interface OutlineEntry {
  readonly name: string;
  readonly kind: Ast.Item["kind"] | "field" | "value" | "setting";
  /** The whole, and the name in it. */
  readonly place: Place;
  readonly selection: Place;
  readonly children: readonly OutlineEntry[];
}

export function outlineOf(analysis: Analysis): readonly OutlineEntry[] {
  return analysis.items.flatMap(({ item, start, end }) => {
    const name = nameOf(item);
    const selection = place(analysis, name.span);
    if (!selection) return [];
    return [
      {
        name: name.text,
        kind: item.kind,
        place: placeOf(spanAt(analysis.source, start, end)),
        selection: placeOf(selection),
        children: childrenOf(analysis, item),
      },
    ];
  });
}

function nameOf(item: Ast.Item): Ast.Name {
  switch (item.kind) {
    case "train":
      return item.alias ?? item.model;
    case "search":
      return item.run;
    case "budget":
      return item.model;
    default:
      return item.name;
  }
}

function childrenOf(analysis: Analysis, item: Ast.Item): readonly OutlineEntry[] {
  const parts: readonly { readonly name: Ast.Name; readonly span: Ast.Name["span"] }[] =
    item.kind === "data"
      ? item.fields
      : item.kind === "block" || item.kind === "model"
        ? item.body.filter(
            (each): each is Extract<Ast.Statement, { name: Ast.Name }> => "name" in each,
          )
        : [];
  return parts.flatMap(({ name, span }) => {
    const [whole, selection] = [place(analysis, span), place(analysis, name.span)];
    if (!whole || !selection) return [];
    return [
      {
        name: name.text,
        kind: item.kind === "data" ? ("field" as const) : ("value" as const),
        place: placeOf(whole),
        selection: placeOf(selection),
        children: [],
      },
    ];
  });
}
