import { writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Capacities, Compilation } from "../../compiler/compile.ts";
import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { Program, TypedEnsemble, TypedRun } from "../../compiler/typed/program.ts";
import { UserError } from "../../runtime/errors.ts";
import type { Target } from "../../targets/target.ts";
import { UsageError } from "./exit.ts";
import { makeFolder } from "./make-folder.ts";
import { openDims } from "./open-dims.ts";
import { writeDiagnostics } from "./output.ts";
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
  /** The run as it has been compiled already. */
  readonly compilation?: Compilation;
  /** What is made of the run: its trainer, where nothing else is said. */
  readonly target?: Target;
  /** Whether the run is a member of an ensemble. */
  readonly member?: boolean;
  /** Called before the data is read, as the program in the folder would: what it reads has to lie there then. */
  readonly beforeReading?: () => void;
}

/** Generates what a target makes of a run into a folder; what was generated there before is replaced, and nothing else touched. */
export async function writeTrainer(
  program: Program,
  run: TypedRun,
  folder: string,
  choices: BuildChoices,
): Promise<readonly string[]> {
  const { beginCompilation, OpenSize } = await import("../../compiler/compile.ts");
  const { generate } = await import("../../targets/target.ts");
  const target = choices.target ?? (await import("../../targets/trainer/target.ts")).trainer;
  const { pathFromFolder, relaxedSimd = false, wat = false, member = false } = choices;
  const bound = choices.data;
  try {
    const compilation =
      choices.compilation ??
      beginCompilation(program, run, {
        ...(await capacitiesOf(program, run, folder, choices)),
        member,
      });
    const measure = async (compiled: CompiledRun): Promise<readonly number[] | string> => {
      const { firstLossesHere } = await import("../training/first-losses-here.ts");
      const here = pathToFileURL(join(resolve(folder), "data.ts")).href;
      const copied = (): void => choices.beforeReading?.();
      return firstLossesHere({ compiled, program, pathFromFolder, bound }, here, copied);
    };
    const options = { pathFromFolder, bound, relaxedSimd, wat, measure };
    const { value, diagnostics } = await generate(target, compilation, options);
    writeDiagnostics(diagnostics, "pretty");
    if (value === undefined)
      throw new UsageError(`the target ${target.name} cannot express run ${run.name}`);
    return writeFiles(folder, value);
  } catch (error) {
    if (error instanceof OpenSize) throw new UsageError(error.message);
    throw error;
  }
}

/** What the file leaves open. A batch that is the whole training set is as large as its rows are many: they are counted. */
async function capacitiesOf(
  program: Program,
  run: TypedRun,
  folder: string,
  { pathFromFolder, data, set, beforeReading }: BuildChoices,
): Promise<Capacities> {
  const dims = openDims(program, set);
  if (run.batch !== "all") return { dims };
  const { trainingRows } = await import("../training/train-here.ts");
  try {
    const reading = { program, run, folder: resolve(folder), pathFromFolder, dims, bound: data };
    return { dims, rows: await trainingRows({ ...reading, beforeReading }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UsageError(
      `the rows of the data could not be counted, which \`batch: all\` needs\n${error.message}`,
    );
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
