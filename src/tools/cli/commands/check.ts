import type { Diagnostic } from "../../../compiler/base/diagnostics/diagnostic.ts";
import { hasErrors } from "../../../compiler/base/outcome.ts";
import { check as checkSource } from "../../../compiler/check.ts";
import { exitCode } from "../exit.ts";
import { writeDiagnostics, writeTally } from "../output.ts";
import type { SharedOptions } from "../program.ts";
import { expandPaths, importReader, readSource } from "../sources.ts";

/** Checks every file by itself; all diagnostics of all files are reported before the command ends. */
export function check(paths: readonly string[], options: SharedOptions & { readonly errorOnWarning: boolean }): void {
  const files = expandPaths(paths);
  const diagnostics = files.flatMap((path) => [
    ...checkSource(readSource(path), { set: options.set, read: importReader(path) }).diagnostics,
  ]);
  const distinct = withoutRepetition(diagnostics);
  writeDiagnostics(distinct, options.format);
  if (options.format === "pretty") writeTally(distinct, files.length);
  const failed = hasErrors(distinct) || (options.errorOnWarning && distinct.some(({ severity }) => severity === "warning"));
  process.exitCode = failed ? exitCode.specHasErrors : exitCode.clean;
}

/** An imported file is checked with each file that imports it: what it gives is said once. */
function withoutRepetition(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = [code, span.source.path, span.start, span.end, message].join("\u0000");
    return seen.size < seen.add(key).size;
  });
}
