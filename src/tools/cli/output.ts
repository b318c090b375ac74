import type { Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { toJson } from "../../compiler/base/diagnostics/json.ts";
import { printDiagnostic, printTally } from "../../compiler/base/diagnostics/print.ts";
import { asCalled } from "./called.ts";

export type Format = "pretty" | "json";

/** Colours only where a person looks, and never against NO_COLOR. */
export function usesColor(stream: NodeJS.WriteStream): boolean {
  if (process.env["NO_COLOR"]) return false;
  if (process.env["FORCE_COLOR"] && process.env["FORCE_COLOR"] !== "0") return true;
  return stream.isTTY === true;
}

export function writeLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Diagnostics to the standard output as JSON, or to the error output for people. */
export function writeDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: Format,
  stream: NodeJS.WriteStream = process.stderr,
): void {
  if (format === "json") {
    writeLine(JSON.stringify({ diagnostics: diagnostics.map(toJson) }));
    return;
  }
  const color = usesColor(stream);
  for (const diagnostic of diagnostics)
    stream.write(`${asCalled(printDiagnostic(diagnostic, { color }))}\n\n`);
}

export function writeTally(diagnostics: readonly Diagnostic[], files: number): void {
  process.stderr.write(`${printTally(diagnostics, files)}\n`);
}

/** Columns aligned under their titles; numbers to the right. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd();
  return [
    line(titles),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
  ].join("\n");
}

/** 13002 → `13,002`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

/** 1536 → `1.5 KiB`. */
export function byteCount(bytes: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length, Math.max(1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}
