import { cpSync, existsSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { singlePath } from "../data-paths.ts";
import { UsageError } from "../exit.ts";
import { makeFolder } from "../make-folder.ts";
import type { BuildOptions } from "../options.ts";
import { choose, programOf } from "../runs.ts";
import { reasonOf } from "../sources.ts";
import { writeEnsemble, writeTrainer } from "../trainer.ts";

/** Writes the standalone trainer of a run, with its local data beside it, and says how to start it. */
export async function build(file: string, options: BuildOptions): Promise<void> {
  const program = programOf(file, options.set);
  if (!program) return;
  const run = choose(program, options.run);
  const copies = new Map<string, string>();
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const pathFromFolder = (path: string): string => besideTrainer(path, base, copies);
  const bound = new Map([...options.data].map(([name, path]) => [name, singlePath(path)]));
  const choices = {
    ...{ pathFromFolder, data: bound, set: options.set, relaxedSimd: options.relaxedSimd ?? false },
    wat: options.wat ?? false,
    beforeReading: () => copyData(copies, options.out),
  };
  const written =
    "members" in run
      ? await writeEnsemble(program, run, options.out, choices)
      : await writeTrainer(program, run, options.out, choices);
  copyData(copies, options.out);
  process.stderr.write(
    `${written.length} files in ${options.out}; start it with: cd ${options.out} && npm install && npm start\n`,
  );
}

/** Data that is here goes along, as data/<name>; what is not (a URL, a file to come) keeps its path. */
function besideTrainer(path: string, base: string, copies: Map<string, string>): string {
  const local = isAbsolute(path) ? path : resolve(base, path);
  if (!existsSync(local)) return path;
  const known = copies.get(local);
  if (known !== undefined) return known;
  const taken = new Set(copies.values());
  const ending = extname(local);
  const stem = basename(local, ending);
  let target = `data/${stem}${ending}`;
  for (let number = 2; taken.has(target); number++) target = `data/${stem}-${number}${ending}`;
  copies.set(local, target);
  return target;
}

function copyData(copies: ReadonlyMap<string, string>, folder: string): void {
  for (const [from, to] of copies) {
    const target = join(folder, to);
    try {
      makeFolder(dirname(target));
      if (resolve(target) !== from) cpSync(from, target, { recursive: true });
    } catch (error) {
      throw new UsageError(`cannot copy ${from} to ${target}: ${reasonOf(error)}`);
    }
  }
}
