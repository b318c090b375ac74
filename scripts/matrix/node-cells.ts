import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFor, nnspec, type Prepared } from "./prepare.ts";
import type { Action, Cell } from "./cells.ts";
import { run, typescriptLoader } from "./run.ts";

/** What came of a cell. */
export interface Outcome {
  readonly cell: Cell;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly problem: string | undefined;
}

export interface Machine {
  /** The Node that runs everything, and its version. */
  readonly node: string;
  readonly version: string;
  readonly limit: number;
}

/** Runs a cell in Node, in the folder of its own, and holds what it says against what it should. */
export async function runNodeCell(
  cell: Cell,
  prepared: Prepared,
  folder: string,
  number: number,
  { node, version, limit }: Machine,
): Promise<Outcome> {
  mkdirSync(folder);
  const cache = cacheFor(cell.cache, prepared, join(folder, "cache"), number);
  const words = [node, ...commandOf(cell, prepared, folder, typescriptLoader(version))];
  const ended = await run(words, { cache, limit, cwd: folder, oneCore: cell.cores === "one core" });
  const { seconds, processorSeconds, stdout, stderr } = ended;
  const problem = ended.problem ?? wrongWith(cell, stdout);
  const said = problem === undefined ? "" : `\n${(stderr + stdout).trim().slice(-600)}`;
  return { cell, seconds, processorSeconds, problem: problem && problem + said };
}

/** What a cell calls. What it writes lies in its folder. */
function commandOf(
  { action, backend, threads }: Cell,
  { spec, good, built, checkpoint, rows }: Prepared,
  folder: string,
  loader: readonly string[],
): readonly string[] {
  const choice = ["--backend", backend, ...(threads === "auto" ? [] : ["--threads", threads])];
  const own = `${folder}-run`;
  const commands: Readonly<Record<Action, () => readonly string[]>> = {
    train: () => [nnspec, "train", spec, "--epochs", "1", "--run-dir", own, ...choice],
    resume: () => {
      cpSync(good, own, { recursive: true, verbatimSymlinks: true });
      return [nnspec, "train", spec, "--epochs", "2", "--run-dir", own, "--resume", ...choice];
    },
    eval: () => [nnspec, "eval", good, ...choice],
    predict: () => [nnspec, "predict", good, rows, ...choice],
    "train.ts --evaluate": () => [
      ...[...loader, join(built, "train.ts")],
      ...["--evaluate", checkpoint, "--run-dir", good, ...choice],
    ],
    "predict.ts": () => [
      ...[...loader, join(built, "predict.ts")],
      ...["--checkpoint", checkpoint, ...choice, rows],
    ],
    loadModel: () => [...loader, join(built, "use.ts"), backend, threads, checkpoint, rows],
    inspect: () => [nnspec, "inspect", spec, "--backend", backend],
  };
  return commands[action]();
}

/** What a cell must say at the least. */
const mustSay: Readonly<Record<Action, RegExp>> = {
  train: /all epochs are done: 1 epoch/,
  resume: /all epochs are done: 2 epochs/,
  eval: /test: loss \S+, accuracy/,
  predict: /^(\{.*"class":.*\}\n){3}/,
  "train.ts --evaluate": /test: loss \S+, accuracy/,
  "predict.ts": /^(\{.*"class":.*\}\n){3}/,
  loadModel: /^(\{.*"class":.*\}\n){3}/,
  inspect: /loss/,
};

/** Actions that tell why it is this backend. */
const tellsWhy: readonly Action[] = ["train", "resume", "eval", "train.ts --evaluate", "loadModel"];

function wrongWith({ action, backend, cache }: Cell, said: string): string | undefined {
  if (!mustSay[action].test(said)) return `it does not say ${mustSay[action].source}`;
  if (backend !== "auto" || !tellsWhy.includes(action)) return undefined;
  const why = cache === "warm" ? "remembered of " : "measured ";
  return said.includes(why) ? undefined : `it does not say "${why}…"`;
}
