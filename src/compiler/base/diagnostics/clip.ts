/** The part of a line that is shown, in characters of the line. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const longest = 160;
const before = 60;

/** A line of usual length whole; of a longer one (generated or damaged files have lines of a megabyte) what is around `at`. */
export function windowAround(line: string, at: number): Window {
  if (line.length <= longest) return { from: 0, to: line.length };
  const from = Math.max(0, Math.min(at - before, line.length - longest));
  return { from, to: from + longest };
}

/** The shown part, with a sign where something is left out. */
export function clipped(line: string, { from, to }: Window): string {
  return `${from > 0 ? "…" : ""}${line.slice(from, to)}${to < line.length ? "…" : ""}`;
}
