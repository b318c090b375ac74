import type { Diagnostic, Severity } from "../../../compiler/base/diagnostics/diagnostic.ts";
import { printable } from "../../../compiler/base/diagnostics/escape.ts";
import { positionAt } from "../../../compiler/base/source.ts";
import { isFailure, type Findings } from "./report.ts";

type Command = "error" | "warning" | "notice";

const commands: Readonly<Record<Severity, Command>> = {
  error: "error",
  warning: "warning",
  note: "notice",
};

/** Workflow commands of GitHub Actions: an annotation at the line of the pull request for each finding. */
export function toGithub(findings: Findings): string {
  return findings.diagnostics
    .map((diagnostic) => annotation(diagnostic, isFailure(diagnostic, findings)))
    .join("\n");
}

function annotation(diagnostic: Diagnostic, fails: boolean): string {
  const { span, severity, code, message, notes, fixes } = diagnostic;
  const [start, end] = [positionAt(span.source, span.start), positionAt(span.source, span.end)];
  // Columns are only taken where the annotation begins and ends on one line.
  const columns =
    start.line === end.line
      ? { col: start.column, endColumn: Math.max(start.column, end.column - 1) }
      : {};
  const properties = {
    file: span.source.path,
    line: start.line,
    endLine: end.line,
    ...columns,
    title: `nnspec ${code}`,
  };
  const written = Object.entries(properties)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
    .join(",");
  const lines = [
    message,
    ...notes.flatMap((note) => note.split("\n")),
    ...fixes.map(({ title }) => `help: ${title}`),
  ];
  const command: Command = fails ? "error" : commands[severity];
  return `::${command} ${written}::${escapeData(lines.map(printable).join("\n"))}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
