import {
  allowWithoutReason,
  nothingToAllow,
  unknownLint,
} from "../base/diagnostics/catalogue/lint-settings.ts";
import { diagnostic, type Diagnostic } from "../base/diagnostics/diagnostic.ts";
import { lineStarts, positionAt, type Source, type Span } from "../base/source.ts";
import { suggest } from "../base/suggest.ts";

/** `// allow(l2-with-adam): the penalty is what this file shows`: silences a lint on the next line that is no comment. */
interface Allowance {
  readonly name: string;
  readonly reason: string;
  /** The name in the comment. */
  readonly span: Span;
  /** The line, from 1, that it speaks of. */
  readonly line: number;
}

const comment = /^[ \t]*\/\/(?!\/)[ \t]*allow\([ \t]*([\w-]*)[ \t]*\)[ \t]*:?[ \t]*(.*)$/;

/** The allowances of a file. A line that begins with `//` is a comment wherever it stands, as texts end on their own line. */
function allowancesOf(source: Source): readonly Allowance[] {
  if (!source.text.includes("allow(")) return [];
  const starts = lineStarts(source);
  const lines = starts.map((start, index) =>
    source.text.slice(start, starts[index + 1]).replace(/[\r\n]+$/, ""),
  );
  return lines.flatMap((text, index): readonly Allowance[] => {
    const match = comment.exec(text);
    if (!match) return [];
    const start = starts[index]! + text.indexOf("(") + 1;
    const next = lines.findIndex((other, place) => place > index && !/^[ \t]*\/\//.test(other));
    return [
      {
        name: match[1]!,
        reason: match[2]!.trim(),
        span: { source, start, end: start + text.slice(text.indexOf("(") + 1).indexOf(")") },
        line: next + 1,
      },
    ];
  });
}

/** A lint's finding, to be silenced by name. */
export interface NamedFinding {
  readonly name: string;
  readonly found: Diagnostic;
}

/** The findings that no comment allows; with them what is wrong with the comments of `source`. */
export function withoutAllowed(
  findings: readonly NamedFinding[],
  source: Source,
  known: readonly string[],
  silent: ReadonlySet<string>,
): readonly Diagnostic[] {
  const bySource = new Map<Source, readonly Allowance[]>([[source, allowancesOf(source)]]);
  const used = new Set<Allowance>();
  const left = findings.filter(({ name, found: { span } }) => {
    const allowances = bySource.get(span.source) ?? allowancesOf(span.source);
    bySource.set(span.source, allowances);
    const { line } = positionAt(span.source, span.start);
    const allowing = allowances.find(
      (each) => each.name === name && each.line === line && each.reason !== "",
    );
    if (allowing) used.add(allowing);
    return allowing === undefined;
  });
  const comments = bySource
    .get(source)!
    .flatMap((each) => findingOn(each, used, known, silent) ?? []);
  return [...left.map(({ found }) => found), ...comments];
}

function findingOn(
  allowance: Allowance,
  used: ReadonlySet<Allowance>,
  known: readonly string[],
  silent: ReadonlySet<string>,
): Diagnostic | undefined {
  const { name, reason, span } = allowance;
  if (!known.includes(name)) {
    const suggestion = suggest(name, known);
    const fixes =
      suggestion === undefined
        ? []
        : [{ title: `Write \`${suggestion}\``, edits: [{ span, text: suggestion }] }];
    return diagnostic(unknownLint, span, { name, suggestion }, { fixes });
  }
  if (reason === "") return diagnostic(allowWithoutReason, span, { name });
  return used.has(allowance) || silent.has(name)
    ? undefined
    : diagnostic(nothingToAllow, span, { name });
}
