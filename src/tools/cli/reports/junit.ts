import type { Diagnostic } from "../../../compiler/base/diagnostics/diagnostic.ts";
import { printDiagnostic } from "../../../compiler/base/diagnostics/print.ts";
import { isFailure, type Findings } from "./report.ts";

/** JUnit's XML as CI systems read it: a test case a file, a failure for every finding that fails, the others as output. */
export function toJunit(findings: Findings): string {
  const paths = [
    ...new Set([...findings.files, ...findings.diagnostics.map(({ span }) => span.source.path)]),
  ];
  const cases = paths.map((path) => {
    const [failures, others] = parted(
      findings.diagnostics.filter(({ span }) => span.source.path === path),
      (one) => isFailure(one, findings),
    );
    return { path, failures, others };
  });
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const counts = `tests="${cases.length}" failures="${failed}" errors="0" skipped="0" time="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="nnspec" ${counts}>`,
    `  <testsuite name="nnspec check" ${counts}>`,
    ...cases.flatMap(({ path, failures, others }) => [
      `    <testcase classname="nnspec.check" name="${escape(path)}" file="${escape(path)}" time="0">`,
      ...failures.map(
        (one) =>
          `      <failure type="${one.code}" message="${escape(one.message)}">${textOf(one)}</failure>`,
      ),
      ...(others.length === 0
        ? []
        : [`      <system-out>${others.map(textOf).join("\n\n")}</system-out>`]),
      "    </testcase>",
    ]),
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

function parted<Item>(
  items: readonly Item[],
  holds: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}

function textOf(diagnostic: Diagnostic): string {
  return escape(printDiagnostic(diagnostic, { color: false }));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for XML 1.0, which knows no control characters but tab and the ends of lines, and no half surrogates. */
function escape(text: string): string {
  return text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character]!);
}
