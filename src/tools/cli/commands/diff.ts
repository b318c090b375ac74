import { hasErrors } from "../../../compiler/base/outcome.ts";
import { check } from "../../../compiler/check.ts";
import { diffPrograms, type Difference } from "../../../compiler/diff.ts";
import type { Program } from "../../../compiler/typed/program.ts";
import { diffToMarkdown, diffToText } from "../diff-report.ts";
import { exitCode } from "../exit.ts";
import { openDims, stating } from "../open-dims.ts";
import type { DiffOptions } from "../options.ts";
import { writeDiagnostics, writeLine } from "../output.ts";
import { openSpec } from "../revisions.ts";

/** What changed between two specs: shapes, parameters, cost, training settings, and whether an old checkpoint still fits. */
export function diff(before: string, after: string, options: DiffOptions): void {
  const [old, now] = [programOf(before, options), programOf(after, options)];
  if (!old || !now) return;
  const difference = stating(() =>
    diffPrograms(old, now, (program) => openDims(program, options.set)),
  );
  writeLine(reports[options.format](difference, before, after));
}

const reports = {
  pretty: diffToText,
  markdown: diffToMarkdown,
  json: (difference) => JSON.stringify(difference, undefined, 2),
} satisfies Record<
  DiffOptions["format"],
  (difference: Difference, before: string, after: string) => string
>;

function programOf(subject: string, { set }: DiffOptions): Program | undefined {
  const { source, read } = openSpec(subject);
  const { value, diagnostics } = check(source, { set, read });
  if (value !== undefined && !hasErrors(diagnostics)) return value;
  writeDiagnostics(diagnostics, "pretty");
  process.exitCode = exitCode.specHasErrors;
  return undefined;
}
