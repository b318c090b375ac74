import { existsSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCode } from "./exit.ts";

/** A training that is to be run in the folder of its run. */
export interface Training {
  readonly folder: string;
  /** Asks everything that could refuse the training, and neither trains nor leaves anything; gives the exit code. */
  readonly rehearse: () => Promise<number>;
  /** Trains, and writes the program beside the weights; gives the exit code. */
  readonly train: () => Promise<number>;
}

/** A first training. What is refused before it has begun leaves nothing behind; gives the exit code. */
export async function beginTraining(
  { folder, train }: Training,
  before: () => Promise<void>,
): Promise<number> {
  const left = [folder, join(folder, "trainer")].find((path) => !existsSync(path));
  const parents = missingParents(folder);
  let code: number = exitCode.usage;
  try {
    await before();
    code = await train();
    return code;
  } finally {
    if (code === exitCode.usage && left !== undefined && !hasBegun(folder)) {
      rmSync(left, { recursive: true, force: true });
      removeEmpty(parents);
    }
  }
}

/** Goes on with a run. Only when nothing is refused the program in its folder is replaced; gives the exit code. */
export async function resumeTraining({ rehearse, train }: Training): Promise<number> {
  const code = await rehearse();
  return code === exitCode.clean ? train() : code;
}

/** Whether anything has been trained: the log is written before the first step. */
function hasBegun(folder: string): boolean {
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
