import { lineStarts, positionAt, type Source, type Span } from "../compiler/base/source.ts";

/** A position as editors count: lines and UTF-16 units of the line, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A piece of a text, by offsets and by positions. */
export interface Place {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly from: Position;
  readonly to: Position;
}

export function placeOf({ source, start, end }: Span): Place {
  return {
    path: source.path,
    start,
    end,
    from: toPosition(source, start),
    to: toPosition(source, end),
  };
}

export function toPosition(source: Source, offset: number): Position {
  const { line, column } = positionAt(source, offset);
  return { line: line - 1, character: column - 1 };
}

/** The offset of a position; one beyond its line or the text is the end of it. */
export function toOffset(source: Source, { line, character }: Position): number {
  const starts = lineStarts(source);
  const start = starts[Math.max(0, line)];
  if (start === undefined) return source.text.length;
  const next = starts[line + 1] ?? source.text.length;
  return Math.max(start, Math.min(start + character, next));
}

export function spanAt(source: Source, start: number, end: number): Span {
  return { source, start, end };
}
