import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileRun, type Capacities } from "../../compiler/compile.ts";
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
  /** The options of the generated program. */
  readonly words: readonly string[];
  /** Writes that program; called when the first step has been made, so that nobody waits for it. */
  readonly write: () => Promise<void>;
}

/** Trains a run in this process, as its generated program would; gives the exit code. */
export async function trainHere(training: TrainingHere): Promise<number> {
  const writing = onceOf(training.write);
  const interrupts = takeInterrupts();
  let begun = false;
  const code = await outcomeOf(async () => {
    const definition = await defineTraining(training);
    // The worker that makes batches ahead is a file of the program.
    if (definition.augmentWorker !== undefined) await writing();
    const start = (): void => {
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

/** The definition of the run. A batch of all rows is as large as they are many, which reading them tells. */
async function defineTraining(training: TrainingHere): Promise<TrainingDefinition> {
  const { run, dims } = training;
  const given = run.batch === "all" ? { dims, rows: await trainingRows(training) } : { dims };
  return definitionWith(training, given);
}

/** How many rows a run trains on: its data is read as its program would read it. */
export async function trainingRows(
  reading: Pick<TrainingHere, "program" | "run" | "folder" | "pathFromFolder" | "dims"> & {
    readonly bound?: ReadonlyMap<string, string>;
    /** Called when all paths have been asked for: what is read may have to be brought there. */
    readonly beforeReading?: (() => void) | undefined;
  },
): Promise<number> {
  const definition = await definitionWith(reading, { dims: reading.dims, rows: 1 });
  reading.beforeReading?.();
  const { train } = await loadData(definition, reading.run.seed);
  return train.rows.length;
}

function definitionWith(
  {
    program,
    run,
    folder,
    pathFromFolder,
    bound = new Map(),
  }: Omit<Parameters<typeof trainingRows>[0], "dims">,
  capacities: Capacities,
): Promise<TrainingDefinition> {
  const here = pathToFileURL(join(folder, "data.ts")).href;
  const compiled = compileRun(run, capacities);
  return makeDefinition({ compiled, program, pathFromFolder, bound }, here);
}

function onceOf(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

/**
 * An interrupt ends the command until training listens for it, which saves first; the signals that come after that one must
 * not take the exit code away.
 */
function takeInterrupts(): { readonly leave: () => void } {
  let left = false;
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", () => {
    if (!left) process.exit(130);
  });
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
