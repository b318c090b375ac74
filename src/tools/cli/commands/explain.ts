import { existsSync, readFileSync, readdirSync } from "node:fs";
import { positionAt } from "../../../compiler/base/source.ts";
import { suggest } from "../../../compiler/base/suggest.ts";
import { library } from "../../../compiler/library/index.ts";
import { lints } from "../../../compiler/lints/lints.ts";
import { settings } from "../../../compiler/settings/index.ts";
import { explainPath } from "../../../compiler/typed/explain.ts";
import { page, pageOfSetting } from "../../manual/page.ts";
import { asCalled } from "../called.ts";
import { exitCode, UsageError } from "../exit.ts";
import { writeLine } from "../output.ts";
import { packageFile } from "../package-folder.ts";
import type { SharedOptions } from "../options.ts";
import { programOf } from "../runs.ts";

/** A code, an item of the library, a setting of runs, or a path in a file. */
export function explain(subject: string, path: string | undefined, options: SharedOptions): void {
  if (/^NN\d+$/i.test(subject)) explainCode(subject.toUpperCase());
  else if (subject === "-" || subject.endsWith(".nnspec") || existsSync(subject))
    explainInFile(subject, path, options);
  else explainItem(subject);
}

const explanations = "src/compiler/base/diagnostics/explanations";

function explainCode(code: string): void {
  const file = packageFile(`${explanations}/${code}.md`);
  if (existsSync(file)) return writeLine(asCalled(readFileSync(file, "utf8").trimEnd()));
  const codes = readdirSync(packageFile(explanations)).map((name) => name.replace(/\.md$/, ""));
  throw new UsageError(`there is no diagnostic ${code}${nearest(code, codes)}`);
}

function explainItem(name: string): void {
  const lint = lints.find((each) => each.name === name);
  if (lint) return explainCode(lint.code);
  const pages = [
    ...library
      .all()
      .filter((item) => item.name === name)
      .map(page),
    ...settings.filter((setting) => setting.name === name).map(pageOfSetting),
  ];
  if (pages.length > 0) return writeLine(pages.join("\n").trimEnd());
  const planned = library.planned(name);
  if (planned)
    return writeLine(`${name}: ${planned.summary} It comes in a later version of nnspec.`);
  throw new UsageError(
    `${name} is neither a code (NN0301), nor a lint, nor an item of the library, nor a setting of a run, nor a file${nearest(
      name,
      [...library.all(), ...lints, ...settings].map((item) => item.name),
    )}`,
  );
}

function nearest(written: string, candidates: readonly string[]): string {
  const near = suggest(written, candidates);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

function explainInFile(file: string, path: string | undefined, options: SharedOptions): void {
  const program = programOf(file, options.set);
  if (!program) return;
  const explained = explainPath(program, path);
  if (explained.facts.length === 0) {
    process.stderr.write(`nnspec: ${file} has no ${path}; it has ${explained.paths.join(", ")}\n`);
    process.exitCode = exitCode.usage;
    return;
  }
  for (const { subject, key, value, origin } of explained.facts) {
    const { line } = positionAt(origin.span.source, origin.span.start);
    writeLine(
      `${subject}  ${key}: ${value}\n    ${origin.from} (${origin.span.source.path}:${line})`,
    );
  }
}
