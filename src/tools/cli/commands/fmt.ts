import { writeFileSync } from "node:fs";
import { hasErrors } from "../../../compiler/base/outcome.ts";
import { format } from "../../../compiler/syntax/format.ts";
import { asCalled, shellWord } from "../called.ts";
import { exitCode, UsageError } from "../exit.ts";
import { writeDiagnostics } from "../output.ts";
import { expandPaths, readSource, reasonOf } from "../sources.ts";

/** Brings files into canonical form in place; a file with syntax errors is left as it is and reported. */
export function fmt(paths: readonly string[], options: { readonly check: boolean }): void {
  let failed = false;
  for (const path of expandPaths(paths)) {
    const source = readSource(path);
    const { value, diagnostics } = format(source);
    if (value === undefined || hasErrors(diagnostics)) {
      writeDiagnostics(diagnostics, "pretty");
      failed = true;
    } else if (path === "-" && !options.check) process.stdout.write(value);
    else if (value !== source.text) failed = settle(path, value, options.check) || failed;
  }
  process.exitCode = failed ? exitCode.specHasErrors : exitCode.clean;
}

/** Writes the canonical form, or under `--check` only says that it differs; gives whether that is a failure. */
function settle(path: string, text: string, checkOnly: boolean): boolean {
  if (checkOnly) {
    const command = asCalled(`nnspec fmt ${shellWord(path)}`);
    process.stderr.write(`${path} is not in canonical form (${command})\n`);
    return true;
  }
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
  process.stderr.write(`formatted ${path}\n`);
  return false;
}
