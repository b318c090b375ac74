import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asCalled, shellWord } from "../called.ts";
import { UsageError } from "../exit.ts";
import { writeLine } from "../output.ts";
import { reasonOf } from "../sources.ts";
import { templates } from "../templates.ts";
import { makeFolder } from "../make-folder.ts";

/** Writes a first spec (and, for the table template, a small table) where there is none yet. */
export function init(folder: string, options: { readonly template: string }): void {
  const files = templates[options.template as keyof typeof templates];
  for (const { path } of files) {
    if (existsSync(join(folder, path)))
      throw new UsageError(`${join(folder, path)} exists already; nothing was written`);
  }
  try {
    makeFolder(folder);
    for (const { path, text } of files) writeFileSync(join(folder, path), text);
  } catch (error) {
    throw new UsageError(`cannot write into ${folder}: ${reasonOf(error)}`);
  }
  writeLine(`wrote ${files.map(({ path }) => join(folder, path)).join(", ")}`);
  const train = asCalled("nnspec train model.nnspec", folder);
  writeLine(`next: ${folder === "." ? "" : `cd ${shellWord(folder)} && `}${train}`);
}
