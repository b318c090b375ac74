import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beginCompilation, type Compilation } from "../../compiler/compile.ts";
import type { Program, TypedRun } from "../../compiler/typed/program.ts";
import { outcomeOf } from "../../runtime/entry.ts";
import type { Reporter } from "../../runtime/reporter.ts";
import { runTraining } from "../../runtime/training/command.ts";
import { loadData } from "../../runtime/training/data.ts";
import type { TrainingDefinition } from "../../runtime/training/definition.ts";
import { makeDefinition } from "./make-definition.ts";

export interface TrainingHere {
  readonly program: Program;
  readonly run: TypedRun;
  /** Where the generated program lies, from which relative paths start. */
  readonly folder: string;
  readonly pathFromFolder: (path: string) => string;
  readonly dims: ReadonlyMap<string, number>;
  /** Called when the folder of the run is this training's alone and nothing is written yet; may refuse. */
  readonly taken: () => void;
  /** The options of the generated program. */
  readonly words: readonly string[];
  /** Writes that program from what has been compiled; called when the first step has been made, so that nobody waits for it. */
  readonly write: (compilation: Compilation) => Promise<void>;
}

/** Trains a run in this process, as its generated program would; gives the exit code. */
export async function trainHere(training: TrainingHere): Promise<number> {
  const interrupts = takeInterrupts();
  let begun = false;
  let writing = async (): Promise<void> => undefined;
  const code = await outcomeOf(async () => {
    const compilation = await compilationOf(training);
    writing = onceOf(() => training.write(compilation));
    const definition = await definitionWith(training, compilation);
    // The worker that makes batches ahead is a file of the program.
    if (definition.augmentWorker !== undefined) await writing();
    // Each fold starts anew, in a folder that is taken once.
    const start = (): void => {
      if (begun) return;
      training.taken();
      begun = true;
      interrupts.leave();
    };
    return runTraining(definition, training.words, (reporter) =>
      hearing(reporter, { start, firstStep: writing }),
    );
  });
  // What was refused leaves the program of an earlier training as it was.
  if (begun) await writing();
  return code;
}

/** A batch of all rows is as large as they are many, which reading them tells. */
async function compilationOf(training: TrainingHere): Promise<Compilation> {
  const { program, run, dims } = training;
  const rows = run.batch === "all" ? { rows: await trainingRows(training) } : {};
  return beginCompilation(program, run, { dims, ...rows });
}

/** How many rows a run trains on: its data is read as its program would read it. */
export async function trainingRows(
  reading: Pick<TrainingHere, "program" | "run" | "folder" | "pathFromFolder" | "dims"> & {
    readonly bound?: ReadonlyMap<string, string>;
    /** Called when all paths have been asked for: what is read may have to be brought there. */
    readonly beforeReading?: (() => void) | undefined;
  },
): Promise<number> {
  const { program, run, dims } = reading;
  const oneRow = beginCompilation(program, run, { dims, rows: 1 });
  const definition = await definitionWith(reading, oneRow);
  reading.beforeReading?.();
  const { train } = await loadData(definition, run.seed);
  return train.rows.length;
}

function definitionWith(
  {
    folder,
    pathFromFolder,
    bound = new Map(),
  }: Pick<Parameters<typeof trainingRows>[0], "folder" | "pathFromFolder" | "bound">,
  { program, compiled }: Compilation,
): Promise<TrainingDefinition> {
  const here = pathToFileURL(join(folder, "data.ts")).href;
  return makeDefinition({ compiled, program, pathFromFolder, bound }, here);
}

function onceOf(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

/**
 * An interrupt, or a request to end, ends the command until training listens for it, which saves first; the signals that come after that one must
 * not take the exit code away.
 */
function takeInterrupts(): { readonly leave: () => void } {
  let left = false;
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (!left) process.exit(code);
    });
  }
  return {
    leave: () => {
      left = true;
    },
  };
}

/** The reporter, with what else begins when training starts, and after its first step; whoever waits for that is told of its failure. */
function hearing(
  reporter: Reporter,
  { start, firstStep }: { readonly start: () => void; readonly firstStep: () => Promise<void> },
): Reporter {
  let begun = false;
  return {
    start: (event) => {
      start();
      reporter.start(event);
    },
    batch: (event) => {
      if (!begun) firstStep().catch(() => undefined);
      begun = true;
      reporter.batch(event);
    },
    epoch: (event) => reporter.epoch(event),
    note: (text) => reporter.note(text),
    end: (event) => reporter.end(event),
    interrupted: () => reporter.interrupted(),
  };
}
