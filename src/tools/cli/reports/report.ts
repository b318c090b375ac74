import type { Diagnostic } from "../../../compiler/base/diagnostics/diagnostic.ts";

/** What `check` found: the files that were asked for, and every finding once, in them and in what they import. */
export interface Findings {
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Whether warnings fail the check too. */
  readonly errorOnWarning: boolean;
}

/** Whether a finding makes the check fail. */
export function isFailure({ severity }: Diagnostic, { errorOnWarning }: Findings): boolean {
  return severity === "error" || (errorOnWarning && severity === "warning");
}

/** A path as a URI reference relative to the working folder; the standard input is called `stdin`. */
export function uriOf(path: string): string {
  if (path === "-") return "stdin";
  return path
    .replaceAll("\\", "/")
    .replace(/^\.\//, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
}
