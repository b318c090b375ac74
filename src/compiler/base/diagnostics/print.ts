import { styleText } from "node:util";
import { lineStarts, positionAt, type Source, type Span } from "../source.ts";
import { clipped, windowAround, type Window } from "./clip.ts";
import type { Diagnostic, Fix, Severity } from "./diagnostic.ts";
import { printable } from "./escape.ts";

type Style = Parameters<typeof styleText>[0];
export interface PrintOptions {
  readonly color: boolean;
}

/** A label under a piece of a line: the finding itself, or another place that matters. */
interface Label {
  readonly span: Span;
  readonly message: string;
  readonly primary: boolean;
}

const severityStyle = { error: "red", warning: "yellow", note: "cyan" } as const satisfies Record<
  Severity,
  Style
>;

/** A diagnostic as people read it: the message, the lines with both places marked, the notes, and the fix as it would look. */
export function printDiagnostic(diagnostic: Diagnostic, options: PrintOptions): string {
  const paint = painter(options);
  const style = severityStyle[diagnostic.severity];
  const labels: Label[] = [
    { span: diagnostic.span, message: "", primary: true },
    ...diagnostic.related.map((related) => ({ ...related, primary: false })),
  ];
  const width = gutterWidth(labels);
  const head = `${paint([style, "bold"], `${diagnostic.severity} ${diagnostic.code}`)}${paint("bold", `: ${printable(diagnostic.message)}`)}`;
  return [
    head,
    ...bySource(labels).flatMap((group, index) =>
      printFrame(group, width, index === 0, style, paint),
    ),
    ...diagnostic.notes.flatMap((note) => printRemark("note", note, width, paint)),
    ...diagnostic.fixes.flatMap((fix) => printFix(fix, width, paint)),
  ].join("\n");
}

type Paint = (style: Style, text: string) => string;

function painter({ color }: PrintOptions): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

function gutterWidth(labels: readonly Label[]): number {
  const lines = labels.map(
    ({ span }) => positionAt(span.source, Math.max(span.start, span.end - 1)).line,
  );
  return String(Math.max(...lines)).length;
}

function bySource(labels: readonly Label[]): readonly (readonly Label[])[] {
  const groups = new Map<string, Label[]>();
  for (const label of labels) {
    const group = groups.get(label.span.source.path) ?? [];
    group.push(label);
    groups.set(label.span.source.path, group);
  }
  return [...groups.values()];
}

function printFrame(
  labels: readonly Label[],
  width: number,
  first: boolean,
  style: Style,
  paint: Paint,
): readonly string[] {
  const lead = labels[0]!;
  const start = positionAt(lead.span.source, lead.span.start);
  const blank = " ".repeat(width);
  const lines = [
    `${blank} ${paint("blue", first ? "┌─" : "├─")} ${printable(lead.span.source.path)}:${start.line}:${start.column}`,
    `${blank} ${paint("blue", "│")}`,
  ];
  let previous: number | undefined;
  for (const [line, here] of byLine(labels)) {
    if (previous !== undefined && line > previous + 1) lines.push(`${blank} ${paint("blue", "·")}`);
    const text = lineText(lead.span.source, line);
    const window = windowAround(
      text,
      here[0]!.span.start - lineStarts(lead.span.source)[line - 1]!,
    );
    lines.push(
      `${paint("blue", `${String(line).padStart(width)} │`)} ${printable(clipped(text, window))}`,
    );
    for (const label of here)
      lines.push(`${blank} ${paint("blue", "│")} ${underline(label, line, window, style, paint)}`);
    previous = line;
  }
  lines.push(`${blank} ${paint("blue", "│")}`);
  return lines;
}

function byLine(labels: readonly Label[]): readonly (readonly [number, readonly Label[]])[] {
  const lines = new Map<number, Label[]>();
  for (const label of labels) {
    const line = positionAt(label.span.source, label.span.start).line;
    const here = lines.get(line) ?? [];
    here.push(label);
    lines.set(line, here);
  }
  return [...lines].sort(([a], [b]) => a - b);
}

function lineText(source: Source, line: number): string {
  const starts = lineStarts(source);
  return source.text.slice(starts[line - 1], starts[line]).replace(/[\r\n]+$/, "");
}

function underline(label: Label, line: number, window: Window, style: Style, paint: Paint): string {
  const { source, start, end } = label.span;
  const lineStart = lineStarts(source)[line - 1]!;
  const text = lineText(source, line);
  const within = (at: number): number => Math.min(Math.max(at - lineStart, window.from), window.to);
  const before = columns(clipped(text.slice(0, within(start)), { ...window, to: within(start) }));
  const marked = Math.max(1, columns(text.slice(within(start), within(end))));
  const mark = paint(label.primary ? style : "blue", (label.primary ? "^" : "-").repeat(marked));
  const message = label.message === "" ? "" : ` ${paint("blue", printable(label.message))}`;
  return `${" ".repeat(before)}${mark}${message}`;
}

function columns(text: string): number {
  return [...printable(text)].length;
}

function printRemark(kind: string, text: string, width: number, paint: Paint): readonly string[] {
  const indent = " ".repeat(width + 3 + kind.length + 2);
  const [first = "", ...rest] = text.split("\n").map(printable);
  return [
    `${" ".repeat(width)} ${paint("blue", "=")} ${paint("bold", kind)}: ${first}`,
    ...rest.map((line) => indent + line),
  ];
}

function printFix(fix: Fix, width: number, paint: Paint): readonly string[] {
  const title = printRemark("help", fix.title, width, paint);
  const first = fix.edits[0];
  if (first === undefined || fix.edits.some((edit) => edit.span.source !== first.span.source))
    return title;
  const fixed = applyEdits(first.span.source.text, fix.edits);
  const { line, column } = positionAt(first.span.source, first.span.start);
  const inserted = Math.min(2, first.text.split("\n").length - 1);
  const after = fixed.split(/\r\n|\n|\r/).slice(line - 1, line + inserted);
  return [
    ...title,
    ...after.map(
      (text, index) =>
        `${paint("green", `${String(line + index).padStart(width)} +`)} ${printable(clipped(text, windowAround(text, index === 0 ? column - 1 : 0)))}`,
    ),
  ];
}

/** The text with the edits made; edits do not overlap. */
export function applyEdits(text: string, edits: Fix["edits"]): string {
  const ordered = [...edits].sort((a, b) => b.span.start - a.span.start);
  return ordered.reduce(
    (result, { span, text: inserted }) =>
      result.slice(0, span.start) + inserted + result.slice(span.end),
    text,
  );
}

/** `2 errors, 1 warning in 3 files`, or that all is well. */
export function printTally(diagnostics: readonly Diagnostic[], files: number): string {
  const count = (severity: Severity): number =>
    diagnostics.filter((one) => one.severity === severity).length;
  const parts = (["error", "warning", "note"] as const)
    .map((severity) => [count(severity), severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => `${number} ${severity}${number === 1 ? "" : "s"}`);
  const where = `${files} file${files === 1 ? "" : "s"}`;
  return parts.length === 0 ? `${where} checked: no errors` : `${parts.join(", ")} in ${where}`;
}
