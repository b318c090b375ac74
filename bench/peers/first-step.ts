// How long a trainer takes from the start of its process to the end of its first step: first-step.ts trainer backend folder
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TrainerOptions } from "../../src/runtime/arguments.ts";
import type { Reporter } from "../../src/runtime/reporter.ts";

const [module = "", backend = "cpu", folder = "."] = process.argv.slice(2);
const { train } = (await import(pathToFileURL(join(module)).href)) as {
  train: (options: TrainerOptions, reporter: Reporter) => Promise<unknown>;
};
const nothing = (): void => undefined;
const finish = (): never => {
  console.log(JSON.stringify({ milliseconds: performance.now() }));
  process.exit(0);
};
await train(
  {
    backend: backend as TrainerOptions["backend"],
    epochs: 1,
    data: new Map(),
    resume: false,
    format: "json",
    runDirectory: folder,
  },
  {
    start: nothing,
    batch: finish,
    epoch: nothing,
    note: nothing,
    end: nothing,
    interrupted: nothing,
  },
);
