import { existsSync } from "node:fs";
import { join } from "node:path";
import { asCalled, shellWord } from "./called.ts";
import type { TrainOptions } from "./options.ts";

/** A training that has ended: its spec, its folder, its seed. */
interface Finished {
  readonly file: string;
  readonly folder: string;
  readonly seed: number;
}

/** What to try after a training: commands that work as they are printed. A spec of the standard input cannot be read again. */
export function suggestNext({ file, folder, seed }: Finished, options: TrainOptions): void {
  const spec = shellWord(file);
  const given = givenAgain(options);
  const rows = examplesIn(folder);
  const kept = existsSync(join(folder, "fold-1")) ? join(folder, "fold-1") : folder;
  const ideas: readonly (readonly [command: string, purpose: string])[] = [
    [`nnspec eval ${shellWord(kept)}${dataOf(options)}`, "measure the kept weights again"],
    ...(rows
      ? [[`nnspec predict ${shellWord(kept)} ${shellWord(rows)}`, "use them"] as const]
      : []),
    ...(file === "-"
      ? []
      : ([
          [`nnspec summary ${spec}${setsOf(options)}`, "parameters and cost of each layer"],
          [
            `nnspec train ${spec}${given} --seed ${seed + 1}`,
            "the same with other weights, order and split",
          ],
        ] as const)),
    [startOf(join(folder, "trainer")), "the generated program: read it, keep it"],
  ];
  const shown = ideas.map(([command, purpose]) => [asCalled(command), purpose] as const);
  const width = Math.max(...shown.map(([command]) => command.length));
  const lines = shown.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`);
  process.stdout.write(`\nWhat to try next:\n${lines.join("\n")}\n`);
}

/** Where a reader of the generated program begins. */
function startOf(trainer: string): string {
  const together = join(trainer, "ensemble.ts");
  return existsSync(together) ? together : join(trainer, "training.ts");
}

/** How a training that diverged is gone on with, where it has kept anything. */
export function suggestLower(finished: Finished, options: TrainOptions): void {
  if (!existsSync(join(finished.folder, "resume.safetensors"))) return;
  const how = "with a lower rate in the file, or another setting by --set";
  suggestResume(
    finished,
    options,
    `Go on with what is kept, ${how}:`,
    " --accept rate,schedule,batch,clip",
  );
}

/** How an interrupted training is gone on with. */
export function suggestResume(
  { file, folder, seed }: Finished,
  options: TrainOptions,
  title = "Go on with:",
  more = "",
): void {
  if (file === "-") return;
  const own = options.seed === undefined ? "" : ` --seed ${seed}`;
  const command = `nnspec train ${shellWord(file)}${givenAgain(options)}${own} --run-dir ${shellWord(folder)} --resume${more}`;
  process.stdout.write(`\n${title}\n  ${asCalled(command)}\n`);
}

/** Rows of the data that training laid beside the weights, or the text to go on with; of an ensemble, those of a member; of folds, those of the first. */
function examplesIn(folder: string): string | undefined {
  return [folder, join(folder, "member-1"), join(folder, "fold-1")]
    .flatMap((at) => [join(at, "rows.json"), join(at, "start.txt")])
    .find((path) => existsSync(path));
}

/** The options that a second training needs to be the same, but for its seed and folder. */
function givenAgain(options: TrainOptions): string {
  const { run, epochs, folds, backend, threads } = options;
  const named = { run, epochs, folds, backend, threads };
  const words = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} ${shellWord(String(value))}`],
  );
  return `${words.join("")}${changesOf(options)}`;
}

/** What was given in place of the spec's own values and data. */
export function changesOf(options: TrainOptions): string {
  return `${setsOf(options)}${dataOf(options)}`;
}

function setsOf({ set }: TrainOptions): string {
  return [...set].map(([name, value]) => ` --set ${shellWord(`${name}=${value}`)}`).join("");
}

function dataOf({ data }: TrainOptions): string {
  return [...data].map(([name, path]) => ` --data ${shellWord(`${name}=${path}`)}`).join("");
}
