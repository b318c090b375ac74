import { existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCode } from "./exit.ts";
import { makeFolder } from "./make-folder.ts";

/** A training that is to be run in the folder of its run. */
export interface Training {
  /** Asks everything that could refuse the training, and neither trains nor leaves anything; gives the exit code. */
  readonly rehearse: () => Promise<number>;
  /** Trains, and writes the program beside the weights; gives the exit code. */
  readonly train: () => Promise<number>;
}

/** The folder of a first training, and those folders that were not there before it, from the lowest up. */
export interface RunFolder {
  readonly folder: string;
  readonly fresh: readonly string[];
}

/** The first free one of `name`, `name-2`, …, which is made at once: of two that begin together each has its own. */
export function takeFreeFolder(name: string): RunFolder {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? name : `${name}-${number}`;
    const { fresh } = folderAsAsked(folder);
    makeFolder(dirname(folder));
    try {
      mkdirSync(folder);
      return { folder, fresh };
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  }
}

/** A folder that was asked for; training makes it. */
export function folderAsAsked(folder: string): RunFolder {
  const inner = [folder, join(folder, "trainer")].find((path) => !existsSync(path));
  if (inner === undefined) return { folder, fresh: [] };
  return { folder, fresh: [inner, ...missingParents(inner)] };
}

/** A first training. What ends before it has begun, in whatever way, leaves nothing behind and takes no name; gives the exit code. */
export async function beginTraining(
  { train }: Training,
  { folder, fresh }: RunFolder,
  before: () => Promise<void>,
): Promise<number> {
  const cleanUp = (): void => {
    const [left, ...parents] = fresh;
    if (left === undefined || hasBegun(folder)) return;
    rmSync(left, { recursive: true, force: true });
    removeEmpty(parents);
  };
  process.once("exit", cleanUp);
  try {
    await before();
    return await train();
  } finally {
    process.off("exit", cleanUp);
    cleanUp();
  }
}

/** Goes on with a run. Only when nothing is refused the program in its folder is replaced; gives the exit code. */
export async function resumeTraining({ rehearse, train }: Training): Promise<number> {
  const code = await rehearse();
  return code === exitCode.clean ? train() : code;
}

/** Whether anything has been trained, as the log is written before the first step; or another training has the folder now. */
function hasBegun(folder: string): boolean {
  if (existsSync(join(folder, "lock.json"))) return true;
  return ["", "member-1", "fold-1"].some((member) =>
    existsSync(join(folder, member, "metrics.jsonl")),
  );
}

/** The folders above that are not there yet, from the lowest up. */
function missingParents(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? [] : [parent, ...missingParents(parent)];
}

function removeEmpty(folders: readonly string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // Something else has been put there meanwhile.
  }
}
