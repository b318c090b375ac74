import { realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import type { Source } from "../../compiler/base/source.ts";
import { check } from "../../compiler/check.ts";
import { UsageError } from "./exit.ts";
import { fixText, soundness, type Fixed } from "./fix-text.ts";
import { lintLevels } from "./lint-levels.ts";
import { importReader, readSource, reasonOf } from "./sources.ts";

/** New texts by the absolute path of their file. */
type Changes = Map<string, Fixed>;

/** Mends the files in place, and tells how many fixes were made; a change that would break another of the files is left out. */
export function fixFiles(files: readonly string[], set: ReadonlyMap<string, string>): number {
  if (files.includes("-")) throw new UsageError("--fix changes files; the standard input is none");
  const changes: Changes = new Map();
  for (const path of files) {
    const fixed = fixText(readSource(path), (source) => diagnose(source, set, new Map()).found);
    if (fixed.count > 0) changes.set(resolve(path), fixed);
  }
  for (
    let broken = firstBroken(files, set, changes);
    broken;
    broken = firstBroken(files, set, changes)
  )
    for (const path of broken) changes.delete(path);
  for (const [path, { text }] of changes) write(path, text);
  return [...changes.values()].reduce((sum, { count }) => sum + count, 0);
}

/** The changed files that the first file reads which is worse with the changes than without. */
function firstBroken(
  files: readonly string[],
  set: ReadonlyMap<string, string>,
  changes: Changes,
): readonly string[] | undefined {
  for (const path of changes.size === 0 ? [] : files) {
    const source = readSource(path);
    const after = diagnose(
      { path, text: changes.get(resolve(path))?.text ?? source.text },
      set,
      changes,
    );
    const changed = [resolve(path), ...after.read].filter((each) => changes.has(each));
    if (
      changed.length > 0 &&
      soundness(after.found) < soundness(diagnose(source, set, new Map()).found)
    )
      return changed;
  }
  return undefined;
}

/** What is found in a text, its imports read with their changes, and which files these are. */
function diagnose(
  source: Source,
  set: ReadonlyMap<string, string>,
  changes: Changes,
): { readonly found: readonly Diagnostic[]; readonly read: readonly string[] } {
  const onDisk = importReader(source.path);
  const read: string[] = [];
  const { diagnostics } = check(source, {
    set,
    lints: lintLevels(source.path).levels,
    read: (path, from) => {
      const imported = onDisk(path, from);
      if ("problem" in imported) return imported;
      const place = resolve(imported.path);
      read.push(place);
      return { path: imported.path, text: changes.get(place)?.text ?? imported.text };
    },
  });
  return { found: diagnostics, read };
}

/** Written beside the file and moved over it, so that a file is never half written; links are followed. */
function write(path: string, text: string): void {
  const place = realpathSync(path);
  const temporary = `${place}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: statSync(place).mode });
    renameSync(temporary, place);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
