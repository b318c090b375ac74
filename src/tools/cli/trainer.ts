import { writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Capacities } from "../../compiler/compile.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../compiler/typed/program.ts";
import { UsageError } from "./exit.ts";
import { makeFolder } from "./make-folder.ts";
import { openDims } from "./open-dims.ts";
import { captureTypeScript } from "./run-typescript.ts";
import { refuseNotYet } from "./runs.ts";
import { reasonOf } from "./sources.ts";

export interface BuildChoices {
  /** How a path that the spec writes is written from inside the generated folder. */
  readonly pathFromFolder: (path: string) => string;
  /** `--data Name=path`. */
  readonly data: ReadonlyMap<string, string>;
  /** `--set name=value`, for bounded dims that the file leaves open. */
  readonly set: ReadonlyMap<string, string>;
  readonly relaxedSimd?: boolean;
  /** The WebAssembly module as text besides. */
  readonly wat?: boolean;
  /** Whether the run is a member of an ensemble. */
  readonly member?: boolean;
  /** Called before the generated reader is run in the folder: what it reads has to lie there then. */
  readonly beforeReading?: () => void;
}

/** Generates the trainer of a run into a folder; what was generated there before is replaced, and nothing else touched. */
export async function writeTrainer(
  program: Program,
  run: TypedRun,
  folder: string,
  choices: BuildChoices,
): Promise<readonly string[]> {
  const { buildTrainer, OpenSize } = await import("../../targets/trainer/build.ts");
  const generate = (capacities: Capacities) =>
    buildTrainer(program, run, {
      pathFromFolder: choices.pathFromFolder,
      bound: choices.data,
      capacities,
      relaxedSimd: choices.relaxedSimd ?? false,
      wat: choices.wat ?? false,
      member: choices.member ?? false,
    });
  const dims = openDims(program, choices.set);
  try {
    if (run.batch !== "all") return writeFiles(folder, await generate({ dims }));
    // The batch is the whole training set: the generated reader itself tells how many rows that is.
    writeFiles(folder, await generate({ dims, rows: 1 }));
    choices.beforeReading?.();
    return writeFiles(folder, await generate({ dims, rows: await trainingRows(folder, run.seed) }));
  } catch (error) {
    if (error instanceof OpenSize) throw new UsageError(error.message);
    throw error;
  }
}

/** Generates the trainers of an ensemble's members, each into a folder of its own, and what joins them. */
export async function writeEnsemble(
  program: Program,
  ensemble: TypedEnsemble,
  folder: string,
  choices: BuildChoices,
): Promise<readonly string[]> {
  const { ensembleFiles, trainersOf } = await import("../../targets/trainer/build.ts");
  const written: string[] = [];
  for (const { run, folder: own } of trainersOf(program, ensemble)) {
    refuseNotYet(run);
    const pathFromFolder = (path: string): string => below(choices.pathFromFolder(path));
    const files = await writeTrainer(program, run, join(folder, own), {
      ...choices,
      pathFromFolder,
      member: true,
    });
    written.push(...files.map((file) => join(own, file)));
  }
  const joining = await ensembleFiles(program, ensemble, { dims: openDims(program, choices.set) });
  return [...written, ...writeFiles(folder, joining)];
}

/** A path from a folder as seen from one below it. */
function below(path: string): string {
  return isAbsolute(path) || /^\w+:\/\//.test(path) ? path : `../${path}`;
}

function writeFiles(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
): readonly string[] {
  try {
    for (const { path, text } of files) {
      const target = join(folder, path);
      makeFolder(dirname(target));
      writeFileSync(target, text);
    }
  } catch (error) {
    throw new UsageError(`cannot write into ${folder}: ${reasonOf(error)}`);
  }
  return files.map(({ path }) => path);
}

async function trainingRows(folder: string, seed: number): Promise<number> {
  const script = `import { loadData } from "./data.ts"; const { train } = await loadData(${seed}); console.log(train.rows.length);`;
  const { status, stdout, stderr } = await captureTypeScript(folder, script);
  if (status !== 0)
    throw new UsageError(
      `the rows of the data could not be counted, which \`batch: all\` needs\n${reasonIn(stderr)}`,
    );
  return Number(stdout.trim());
}

/** What an uncaught error said, without the stack around it. */
function reasonIn(stderr: string): string {
  return /^\w*Error: (.+)$/m.exec(stderr)?.[1] ?? stderr.trim().split("\n")[0] ?? "";
}
