import { existsSync, readFileSync } from "node:fs";
import manifest from "../../../../package.json" with { type: "json" };
import type { Diagnostic, Fix, Severity } from "../../../compiler/base/diagnostics/diagnostic.ts";
import { positionAt, type Span } from "../../../compiler/base/source.ts";
import { packageFile } from "../package-folder.ts";
import { isFailure, uriOf, type Findings } from "./report.ts";

/** SARIF 2.1.0 (OASIS 2020), which code scanning reads: every finding with its places and fixes, every code with its explanation. */
export function toSarif(findings: Findings): string {
  const codes = [...new Set(findings.diagnostics.map(({ code }) => code))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "nnspec",
            version: manifest.version,
            semanticVersion: manifest.version,
            rules: codes.map(ruleOf),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.diagnostics.map((diagnostic) =>
          resultOf(diagnostic, codes, isFailure(diagnostic, findings)),
        ),
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

/** The explanation page of a code: its title and its text. */
function ruleOf(code: string): object {
  const file = packageFile(`src/compiler/base/diagnostics/explanations/${code}.md`);
  const page = existsSync(file) ? readFileSync(file, "utf8") : `# ${code}\n`;
  const [heading = code, ...rest] = page.split("\n");
  const title = heading.replace(/^#+\s*/, "");
  const paragraph = rest.join("\n").trim().split("\n\n")[0] || title;
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: paragraph.replaceAll("\n", " ") },
    help: { text: page, markdown: page },
  };
}

const failing: Severity = "error";

function resultOf(diagnostic: Diagnostic, codes: readonly string[], fails: boolean): object {
  const { code, severity, message, notes, span, related } = diagnostic;
  const fixes = diagnostic.fixes.filter(({ edits }) => edits.length > 0);
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    // The words of SARIF for severities are ours.
    level: fails ? failing : severity,
    message: { text: [message, ...notes].join("\n") },
    locations: [{ physicalLocation: placeOf(span) }],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((one, index) => ({
            id: index + 1,
            physicalLocation: placeOf(one.span),
            message: { text: one.message },
          })),
        }),
    ...(fixes.length === 0 ? {} : { fixes: fixes.map(fixOf) }),
  };
}

function placeOf(span: Span): object {
  return { artifactLocation: { uri: uriOf(span.source.path) }, region: regionOf(span) };
}

/** Lines and columns from 1; the end is the place after the last character, as SARIF has it. */
function regionOf({ source, start, end }: Span): object {
  const [from, to] = [positionAt(source, start), positionAt(source, end)];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function fixOf({ title, edits }: Fix): object {
  const paths = [...new Set(edits.map(({ span }) => span.source.path))];
  return {
    description: { text: title },
    artifactChanges: paths.map((path) => ({
      artifactLocation: { uri: uriOf(path) },
      replacements: edits
        .filter(({ span }) => span.source.path === path)
        .map(({ span, text }) => ({ deletedRegion: regionOf(span), insertedContent: { text } })),
    })),
  };
}
