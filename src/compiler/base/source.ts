/** A text with the path it is called by in messages; `-` is the standard input. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A range of UTF-16 offsets in a source: `start` belongs to it, `end` does not. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A place as people count: lines and columns (UTF-16 units) from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsOf = new WeakMap<Source, readonly number[]>();

/** Offsets at which the lines of `source` begin; `\n`, `\r\n` and a lone `\r` end a line. */
export function lineStarts(source: Source): readonly number[] {
  const known = lineStartsOf.get(source);
  if (known) return known;
  const starts = [0];
  for (const match of source.text.matchAll(/\r\n|\n|\r/g))
    starts.push(match.index + match[0].length);
  lineStartsOf.set(source, starts);
  return starts;
}

/** The line and column of an offset; offsets outside the text are clamped to it. */
export function positionAt(source: Source, offset: number): Position {
  const starts = lineStarts(source);
  const place = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: place - starts[low]! + 1 };
}

export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}

/** The smallest span that covers both; they lie in one source. */
export function cover(first: Span, last: Span): Span {
  return {
    source: first.source,
    start: Math.min(first.start, last.start),
    end: Math.max(first.end, last.end),
  };
}
