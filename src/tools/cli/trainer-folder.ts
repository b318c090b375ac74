import { copyFileSync, existsSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCode } from "./exit.ts";
import { makeFolder } from "./make-folder.ts";
import { runTypeScript } from "./run-typescript.ts";

/** A training that is to be run in the folder of its run. */
export interface Training {
  readonly folder: string;
  /** Generates the trainer into a folder beside or in the place of `trainer`; gives the files. */
  readonly write: (to: string) => Promise<readonly string[]>;
  /** The program of the trainer. */
  readonly program: "train.ts" | "ensemble.ts";
  readonly args: readonly string[];
}

/** A first training. What is refused before it has begun leaves nothing behind; gives the exit code. */
export async function beginTraining(
  training: Training,
  before: () => Promise<void>,
): Promise<number> {
  const { folder, write } = training;
  const trainer = join(folder, "trainer");
  const left = [folder, trainer].find((path) => !existsSync(path));
  const parents = missingParents(folder);
  let code: number = exitCode.usage;
  try {
    await before();
    await write(trainer);
    code = await start(training);
    return code;
  } finally {
    if (code === exitCode.usage && left !== undefined && !hasBegun(folder)) {
      rmSync(left, { recursive: true, force: true });
      removeEmpty(parents);
    }
  }
}

/**
 * Goes on with a run. A trainer that differs from the one in its folder is generated beside it and asked first; only when it refuses
 * nothing it comes in its place. Gives the exit code.
 */
export async function resumeTraining(training: Training): Promise<number> {
  const { folder, write, program, args } = training;
  const [trainer, next] = [join(folder, "trainer"), join(folder, "trainer.next")];
  rmSync(next, { recursive: true, force: true });
  try {
    const files = await write(next);
    if (!files.every((file) => isSame(join(next, file), join(trainer, file)))) {
      const asked = [...args, "--dry-run"];
      const code = await runTypeScript(join(next, program), asked, "ignore", "ignore");
      if (code !== exitCode.clean) return code;
      for (const file of files) {
        makeFolder(dirname(join(trainer, file)));
        copyFileSync(join(next, file), join(trainer, file));
      }
    }
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
  return start(training);
}

function start({ folder, program, args }: Training): Promise<number> {
  return runTypeScript(join(folder, "trainer", program), args, "ignore");
}

/** Whether anything has been trained: the log is written before the first step. */
function hasBegun(folder: string): boolean {
  return ["", "member-1"].some((member) => existsSync(join(folder, member, "metrics.jsonl")));
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

function isSame(made: string, there: string): boolean {
  return existsSync(there) && readFileSync(made).equals(readFileSync(there));
}
