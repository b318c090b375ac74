import type { TypedEnsemble } from "../../../typed/program.ts";
import { comment, literal, ts, type Code } from "../code.ts";
import type { EnsembleTrainer } from "./trainer.ts";

/** `ensemble.ts`: trains the members, measures them alone and together. */
export function ensembleText(
  { name: own, documentation, combine }: TypedEnsemble,
  { run, folder }: EnsembleTrainer,
): Code {
  const runtime = (file: string): Code => literal(`./${folder}/runtime/${file}.ts`);
  return ts`${comment(`Trains the members of ensemble ${own} one after the other, and measures what they say together.`, documentation)}
import { existsSync, writeFileSync } from "node:fs";
import { trainings, voicesIn, type Voice } from "./members.ts";
import { dataName } from ${literal(`./${folder}/data.ts`)};
import { display } from ${literal(`./${folder}/model.ts`)};
import { results, type Said } from ${literal(`./${folder}/train.ts`)};
import { parseArguments, type TrainerOptions } from ${runtime("arguments")};
import { runAsProgram } from ${runtime("entry")};
import { makeDirectory } from ${runtime("files")};
import { createReporter } from ${runtime("report")};
import type { Metrics, Reporter } from ${runtime("reporter")};
import { openTerminal } from ${runtime("terminal")};

/** Trains what is not trained yet; false when interrupted. Each member has weights, an order of the rows and masks of its own, and the same rows. */
async function trainMembers(folder: string, options: TrainerOptions, reporter: Reporter): Promise<boolean> {
  for (const [index, { trainer, name, folder: own, member }] of trainings.entries()) {
    const runDirectory = folder + "/" + own;
    const ended = runDirectory + "/ended.json";
    if (options.resume && existsSync(ended)) continue;
    reporter.note("member " + (index + 1) + " of " + trainings.length + ": " + name);
    const resume = options.resume && existsSync(runDirectory + "/resume.safetensors");
    const trained = await trainer.train({ ...options, runDirectory, member, resume }, reporter);
    if (trained === undefined) return false;
    writeFileSync(ended, JSON.stringify(trained.end));
  }
  return true;
}

/** Asks everything that could refuse the members, those that are trained included, and neither trains nor writes. */
async function rehearseMembers(folder: string, options: TrainerOptions, reporter: Reporter): Promise<void> {
  for (const { trainer, folder: own, member } of trainings) {
    const runDirectory = folder + "/" + own;
    const resume = options.resume && existsSync(runDirectory + "/resume.safetensors");
    await trainer.rehearse({ ...options, runDirectory, member, resume }, reporter);
  }
}

/** What each member reaches on the rows that were kept apart, and what all reach together. */
async function measure(folder: string, options: TrainerOptions, reporter: Reporter, start: number): Promise<void> {
  const voices = voicesIn(folder);
  const said: Said[] = [];
  const members: { name: string; metrics: Metrics }[] = [];
  for (const { name, checkpoint, trainer } of voices) {
    const own = await trainer.say(checkpoint, options);
    said.push(own);
    members.push({ name, metrics: (await trainer.judge(own, checkpoint, options)).metrics });
  }
  const [first] = voices as [Voice, ...Voice[]];
  const { metrics, rows, backend } = await first.trainer.judge(together(said), first.checkpoint, options);
  reporter.end({
    reason: voices.length + " members, measured on " + rows + " rows", epochs: 0, steps: 0, seconds: (performance.now() - start) / 1000,
    backend, members, test: metrics, paths: { members: folder },
  });
}

/** ${combine === "vote" ? ts`Every member has one vote for each row` : ts`The mean of the members' probabilities`}, said in the way in which a single member speaks: as logits where that are logits. Numbers are averaged. */
function together(said: readonly Said[]): Said {
  return new Map(results.map(({ name, size, kind }) => {
    const all = said.map((one) => one.get(name)!);
    const joined = new Float32Array(all[0]!.length);
    for (let row = 0; row < joined.length; row += size) joined.set(joinedRow(kind, all.map((one) => one.subarray(row, row + size))), row);
    return [name, joined];
  }));
}

/** What a chance is at least, so that its logarithm is finite. */
const least = 1e-12;

function joinedRow(kind: string, rows: readonly Float32Array[]): number[] {
  if (kind === "probabilities") return mean(rows.map(${combine === "vote" ? ts`vote` : ts`softmax`})).map((share) => Math.log(Math.max(share, least)));
  if (kind === "chance") return mean(rows.map((row) => [...row].map((score) => ${combine === "vote" ? ts`Number(score > 0)` : ts`1 / (1 + Math.exp(-score))`}))).map(logit);
  return mean(rows.map((row) => ${combine === "vote" ? ts`(kind === "scores" ? vote(row) : [...row])` : ts`[...row]`}));
}

function mean(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, index) => rows.reduce((sum, row) => sum + row[index]!, 0) / rows.length);
}

${
  combine === "vote"
    ? ts`/** 1 for the class with the greatest score. */
function vote(scores: Float32Array): number[] {
  const best = scores.indexOf(Math.max(...scores));
  return Array.from(scores, (_, index) => Number(index === best));
}`
    : ts`function softmax(scores: Float32Array): number[] {
  const greatest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}`
}

function logit(chance: number): number {
  return Math.log(Math.max(chance, least) / Math.max(1 - chance, least));
}

/** The command line; gives the exit code. With --evaluate the members below a folder are measured and not trained. */
async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const parsed = parseArguments(argv, { name: "ensemble.ts", summary: ${literal(`Trains and measures the members of ${own}.`)}, data: [dataName] });
  if (parsed.kind === "help") {
    terminal.write(parsed.text);
    return 0;
  }
  const { options } = parsed;
  const reporter = createReporter(terminal, options.format, display);
  const start = performance.now();
  const folder = options.evaluate ?? options.runDirectory ?? "run";
  if (options.evaluate === undefined) {
    const seeded = { ...options, seed: options.seed ?? ${literal(run.seed)} };
    if (options.dryRun === true) {
      await rehearseMembers(folder, seeded, reporter);
      return 0;
    }
    await makeDirectory(folder);
    if (!(await trainMembers(folder, seeded, reporter))) return 130;
  }
  await measure(folder, options, reporter, start);
  return 0;
}

runAsProgram(import.meta.url, main);
`;
}
