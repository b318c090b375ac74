import { parseArguments, type TrainerOptions } from "../arguments.ts";
import { fileExists, writeText } from "../files.ts";
import { interruptedCode } from "../interrupt.ts";
import { createReporter } from "../report.ts";
import type { Metrics, Reporter } from "../reporter.ts";
import { takeFolder } from "../run-lock.ts";
import { openTerminal } from "../terminal.ts";
import type { EnsembleDefinition } from "./ensemble-definition.ts";
import { voicesIn, type Voice } from "./members.ts";

/** What models say of rows, one row after the other, by the name of the result. */
type Said = ReadonlyMap<string, Float32Array>;

/** The command line; gives the exit code. With --evaluate the members below a folder are measured and not trained. */
export async function runEnsemble(
  ensemble: EnsembleDefinition,
  argv: readonly string[],
): Promise<number> {
  const terminal = openTerminal();
  const options = parseArguments(argv, {
    name: "ensemble.ts",
    summary: `Trains and measures the members of ${ensemble.ensembleName}.`,
    data: ensemble.memberData,
  });
  if (typeof options === "string") {
    terminal.write(options);
    return 0;
  }
  const reporter = createReporter(terminal, options.format, ensemble.memberDisplay);
  const start = performance.now();
  const folder = options.evaluate ?? options.runDirectory ?? "run";
  if (options.evaluate === undefined) {
    const seeded = { ...options, seed: options.seed ?? ensemble.memberSeed };
    if (options.dryRun === true) {
      await rehearseMembers(ensemble, folder, seeded, reporter);
      return 0;
    }
    const letGo = await takeFolder(folder);
    const code = await trainMembers(ensemble, folder, seeded, reporter).finally(letGo);
    if (code !== 0) return code;
  }
  await measure(ensemble, folder, options, reporter, start);
  return 0;
}

/** Trains what is not trained yet; gives the exit code of the first that does not end well. Each member has weights, an order of the rows and masks of its own, and the same rows. */
async function trainMembers(
  ensemble: EnsembleDefinition,
  folder: string,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<number> {
  const { length } = ensemble.trainings;
  for (const [index, each] of ensemble.trainings.entries()) {
    const { trainer, name, folder: own, member } = each;
    const runDirectory = folder + "/" + own;
    const ended = runDirectory + "/ended.json";
    if (options.resume && (await fileExists(ended))) continue;
    reporter.note(`member ${index + 1} of ${length}: ${name}`);
    const resume = options.resume && (await fileExists(runDirectory + "/resume.safetensors"));
    const trained = await trainer.train({ ...options, runDirectory, member, resume }, reporter);
    if (trained === undefined) return interruptedCode();
    if (trained.end.diverged !== undefined) return 3;
    await writeText(ended, JSON.stringify(trained.end));
  }
  return 0;
}

/** Asks everything that could refuse the members, those that are trained included, and neither trains nor writes. */
async function rehearseMembers(
  ensemble: EnsembleDefinition,
  folder: string,
  options: TrainerOptions,
  reporter: Reporter,
): Promise<void> {
  for (const { trainer, folder: own, member } of ensemble.trainings) {
    const runDirectory = folder + "/" + own;
    const resume = options.resume && (await fileExists(runDirectory + "/resume.safetensors"));
    await trainer.rehearse({ ...options, runDirectory, member, resume }, reporter);
  }
}

/** What each member reaches on the rows that were kept apart, and what all reach together. */
async function measure(
  ensemble: EnsembleDefinition,
  folder: string,
  options: TrainerOptions,
  reporter: Reporter,
  start: number,
): Promise<void> {
  const voices = voicesIn(ensemble, folder);
  const said: Said[] = [];
  const members: { name: string; metrics: Metrics }[] = [];
  for (const { name, checkpoint, trainer } of voices) {
    const own = await trainer.say(checkpoint, options);
    said.push(own);
    members.push({ name, metrics: (await trainer.judge(own, checkpoint, options)).metrics });
  }
  const [first] = voices as [Voice, ...Voice[]];
  const all = together(ensemble, said);
  const { metrics, rows, backend } = await first.trainer.judge(all, first.checkpoint, options);
  reporter.end({
    reason: `${voices.length} members, measured on ${rows} rows`,
    epochs: 0,
    steps: 0,
    seconds: (performance.now() - start) / 1000,
    backend,
    members,
    test: metrics,
    paths: { members: folder },
  });
}

/**
 * The mean of the members' probabilities, or of their votes, said in the way in which a single member speaks: as logits where
 * that are logits. Numbers are averaged.
 */
function together(ensemble: EnsembleDefinition, said: readonly Said[]): Said {
  return new Map(
    ensemble.memberResults.map(({ name, size, kind }) => {
      const all = said.map((one) => one.get(name)!);
      const joined = new Float32Array(all[0]!.length);
      for (let row = 0; row < joined.length; row += size) {
        const rows = all.map((one) => one.subarray(row, row + size));
        joined.set(joinedRow(ensemble, kind, rows), row);
      }
      return [name, joined];
    }),
  );
}

/** What a chance is at least, so that its logarithm is finite. */
const least = 1e-12;

function joinedRow(
  ensemble: EnsembleDefinition,
  kind: string,
  rows: readonly Float32Array[],
): number[] {
  if (kind === "probabilities") {
    const shares = ensemble.votes ? rows.map(vote) : rows.map(softmax);
    return mean(shares).map((share) => Math.log(Math.max(share, least)));
  }
  if (kind === "chance") {
    const chanceOf = (score: number): number =>
      ensemble.votes ? Number(score > 0) : 1 / (1 + Math.exp(-score));
    return mean(rows.map((row) => [...row].map(chanceOf))).map(logit);
  }
  if (ensemble.votes && kind === "scores") return mean(rows.map(vote));
  return mean(rows.map((row) => [...row]));
}

function mean(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, index) => rows.reduce((sum, row) => sum + row[index]!, 0) / rows.length);
}

/** 1 for the class with the greatest score. */
function vote(scores: Float32Array): number[] {
  const best = scores.indexOf(Math.max(...scores));
  return Array.from(scores, (_, index) => Number(index === best));
}

function softmax(scores: Float32Array): number[] {
  const greatest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function logit(chance: number): number {
  return Math.log(Math.max(chance, least) / Math.max(1 - chance, least));
}
