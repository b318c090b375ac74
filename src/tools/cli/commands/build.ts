import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { defaultTarget, targetNamed } from "../../../targets/index.ts";
import type { Target } from "../../../targets/target.ts";
import { shellWord } from "../called.ts";
import { singlePath } from "../data-paths.ts";
import { exitCode, UsageError } from "../exit.ts";
import { makeFolder } from "../make-folder.ts";
import type { BuildOptions } from "../options.ts";
import { choose, programOf } from "../runs.ts";
import { reasonOf } from "../sources.ts";
import { writeEnsemble, writeTrainer } from "../trainer.ts";

/** Writes the standalone trainer of a run, with its local data beside it, and says how to start it. */
export async function build(file: string, options: BuildOptions): Promise<void> {
  const target = await chosenTarget(options);
  if (options.check === true) return checkFolder(file, options, target);
  const written = await write(file, options, options.out, target);
  if (written === undefined) return;
  const start = written.includes("package.json")
    ? `; start it with: cd ${shellWord(options.out)} && npm install && npm start`
    : "";
  const files = written.length === 1 ? "1 file" : `${written.length} files`;
  process.stderr.write(`${files} in ${options.out}${start}\n`);
}

async function chosenTarget({ target: name, wat, relaxedSimd }: BuildOptions): Promise<Target> {
  const listed = targetNamed(name);
  if ("problem" in listed) throw new UsageError(listed.problem);
  const own = wat === true ? "--wat" : relaxedSimd === true ? "--relaxed-simd" : undefined;
  if (own !== undefined && name !== defaultTarget)
    throw new UsageError(`${own} is said of the target ${defaultTarget}, and not of ${name}`);
  return listed.load();
}

/** Writes the program into a folder and gives its files; nothing where the spec has errors. */
async function write(
  file: string,
  options: BuildOptions,
  folder: string,
  target: Target,
): Promise<readonly string[] | undefined> {
  const program = programOf(file, options.set);
  if (!program) return undefined;
  const run = choose(program, options.run);
  const copies = new Map<string, string>();
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const pathFromFolder = (path: string): string => besideTrainer(path, base, copies);
  const bound = new Map([...options.data].map(([name, path]) => [name, singlePath(path)]));
  const choices = {
    ...{ pathFromFolder, data: bound, set: options.set, relaxedSimd: options.relaxedSimd ?? false },
    wat: options.wat ?? false,
    target,
    beforeReading: () => copyData(copies, folder),
  };
  if ("members" in run && target.name !== defaultTarget)
    throw new UsageError(
      `${run.name} is an ensemble, of which the target ${target.name} makes nothing: give one of its members with --run`,
    );
  const written =
    "members" in run
      ? await writeEnsemble(program, run, folder, choices)
      : await writeTrainer(program, run, folder, choices);
  copyData(copies, folder);
  return written;
}

/** `--check`: whether the folder is what this spec and this version generate; each file that is not is named, and the exit code is 1. */
async function checkFolder(file: string, options: BuildOptions, target: Target): Promise<void> {
  const fresh = mkdtempSync(join(tmpdir(), "nnspec-check-"));
  try {
    const generated = await write(file, options, fresh, target);
    if (generated === undefined) return;
    const faults = [
      ...generated.flatMap((path) => faultOf(join(options.out, path), join(fresh, path), path)),
      ...foreignFiles(options.out, new Set(generated)),
    ];
    if (faults.length === 0) return;
    process.stdout.write(`${faults.join("\n")}\n`);
    process.exitCode = exitCode.specHasErrors;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function faultOf(there: string, generated: string, path: string): readonly string[] {
  if (!existsSync(there)) return [`${path}: missing`];
  return readFileSync(there).equals(readFileSync(generated)) ? [] : [`${path}: differs`];
}

/** Modules where generated ones lie, that nobody generated. */
function foreignFiles(folder: string, generated: ReadonlySet<string>): readonly string[] {
  const places = new Set([...generated].map((path) => dirname(path)));
  return [...places].flatMap((place) => {
    const within = join(folder, place);
    const files = existsSync(within) ? readdirSync(within) : [];
    return files
      .filter((name) => name.endsWith(".ts"))
      .map((name) => (place === "." ? name : `${place}/${name}`))
      .filter((path) => !generated.has(path))
      .map((path) => `${path}: not generated`);
  });
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
