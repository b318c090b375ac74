import { hasErrors } from "../../../compiler/base/outcome.ts";
import { checkFiles } from "../check-files.ts";
import { exitCode, UsageError } from "../exit.ts";
import type { CheckOptions } from "../options.ts";
import { writeDiagnostics, writeLine, writeTally } from "../output.ts";
import { toGithub } from "../reports/github.ts";
import { toJunit } from "../reports/junit.ts";
import type { Findings } from "../reports/report.ts";
import { toSarif } from "../reports/sarif.ts";
import { expandPaths } from "../sources.ts";

/** Checks every file by itself; all diagnostics of all files are reported before the command ends. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<void> {
  const files = expandPaths(paths);
  if (options.data.size > 0 && files.length !== 1)
    throw new UsageError("--data names the data of one file: give one file with it");
  if (options.fix) await mend(files, options);
  const diagnostics = await checkFiles(files, options);
  report({ files, diagnostics, errorOnWarning: options.errorOnWarning }, options.format);
  const failed =
    hasErrors(diagnostics) ||
    (options.errorOnWarning && diagnostics.some(({ severity }) => severity === "warning"));
  process.exitCode = failed ? exitCode.specHasErrors : exitCode.clean;
}

/** `--fix`: the files as they are afterwards are checked like any others. */
async function mend(files: readonly string[], { set }: CheckOptions): Promise<void> {
  const count = (await import("../fix-files.ts")).fixFiles(files, set);
  process.stderr.write(
    count === 0 ? "nothing to fix\n" : `${count} fix${count === 1 ? "" : "es"} made\n`,
  );
}

function report(findings: Findings, format: CheckOptions["format"]): void {
  switch (format) {
    case "json":
      return writeDiagnostics(findings.diagnostics, "json");
    case "sarif":
      return writeLine(toSarif(findings));
    case "junit":
      return writeLine(toJunit(findings));
    case "github":
      if (findings.diagnostics.length > 0) writeLine(toGithub(findings));
      return writeTally(findings.diagnostics, findings.files.length);
    case "pretty":
      writeDiagnostics(findings.diagnostics, "pretty");
      return writeTally(findings.diagnostics, findings.files.length);
  }
}
