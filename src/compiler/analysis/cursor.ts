import type { Span } from "../base/source.ts";
import type { Analysis } from "./analysis.ts";

/** A part of a tree that has a place: a node, a name, an argument. */
export interface TreePart {
  readonly span: Span;
  readonly kind?: string;
}

/** The parts of the tree around an offset, outermost first; empty between items, and in those that cannot be read. */
export function partsAt({ items, file }: Analysis, offset: number): readonly TreePart[] {
  const placed = items.find(({ start, end }) => start <= offset && offset <= end);
  if (placed) return partsIn(placed.item, offset - placed.start + placed.item.span.start);
  const statement = file.imports.find(({ span }) => span.start <= offset && offset <= span.end);
  return statement ? partsIn(statement, offset) : [];
}

function partsIn(part: TreePart, offset: number): readonly TreePart[] {
  const inner = childrenOf(part).filter(
    ({ span }) => span.start <= offset && offset <= span.end && span.source === part.span.source,
  );
  // Where two parts meet at the offset, the one that begins there is looked at, unless it is a name that ends there.
  const next = inner.find((each) => isName(each)) ?? inner.at(-1);
  return next ? [part, ...partsIn(next, offset)] : [part];
}

function isName(part: object): boolean {
  return "text" in part;
}

/** The parts of a part, whatever it is: all nodes are plain data. */
export function childrenOf(part: object): readonly TreePart[] {
  return Object.entries(part).flatMap(([key, value]) =>
    key === "span" || key === "operatorSpan" ? [] : partsOf(value),
  );
}

function partsOf(value: unknown): readonly TreePart[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (typeof value !== "object" || value === null) return [];
  return "span" in value ? [value as TreePart] : childrenOf(value);
}

/** Every part of a tree, outermost first. */
export function* allParts(part: TreePart): Generator<TreePart> {
  yield part;
  for (const child of childrenOf(part)) yield* allParts(child);
}
