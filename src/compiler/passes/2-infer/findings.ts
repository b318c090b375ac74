import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";

const mostReported = 100;
const rank = { error: 0, warning: 1, note: 2 } as const;

/** By place, each once, errors before warnings at one place; at most 100, of which errors come first. */
export function tidy(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const files = [...new Set(diagnostics.map(({ span }) => span.source.path))];
  const distinct = diagnostics.filter((found) => {
    const key = `${found.code} ${found.span.source.path} ${found.span.start} ${found.span.end}`;
    return !seen.has(key) && seen.add(key);
  });
  const kept =
    distinct.length <= mostReported
      ? distinct
      : distinct.sort((a, b) => rank[a.severity] - rank[b.severity]).slice(0, mostReported);
  return [...kept].sort(
    (a, b) =>
      files.indexOf(a.span.source.path) - files.indexOf(b.span.source.path) ||
      a.span.start - b.span.start ||
      rank[a.severity] - rank[b.severity] ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}
