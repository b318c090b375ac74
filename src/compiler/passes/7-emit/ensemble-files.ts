import { format } from "prettier";
import type { EnsembleMembers, Program, TypedEnsemble, TypedRun } from "../../typed/program.ts";
import { comment, literal, name, ts, type Code } from "./code.ts";
import type { EmittedFile } from "./emitted-file.ts";
import { ensembleReadme, plainPackage, tsconfig } from "./package-files.ts";
import { folderOf } from "./weight-files.ts";

/** The trainer of a run inside the folder of an ensemble. */
export interface EnsembleTrainer {
  readonly run: TypedRun;
  readonly folder: string;
}

/** The runs of an ensemble, each once, and where their trainers lie. */
export function trainersOf(program: Program, { members }: TypedEnsemble): readonly EnsembleTrainer[] {
  const names = [...new Set(members.map(({ run }) => run))];
  return names.flatMap((wanted) => {
    const run = program.runs.find((each) => each.name === wanted);
    return run ? [{ run, folder: folderOf(wanted) }] : [];
  });
}

/** What joins the trainers of the members, which lie in folders below: `ensemble.ts` trains and measures, `predict.ts` predicts. */
export async function ensembleFiles(program: Program, ensemble: TypedEnsemble): Promise<readonly EmittedFile[]> {
  const trainers = trainersOf(program, ensemble);
  const files = [
    { path: "members.ts", text: membersText(ensemble, trainers).code },
    { path: "ensemble.ts", text: ensembleText(ensemble, trainers[0]!).code },
    { path: "predict.ts", text: predictText(ensemble, trainers[0]!).code },
  ];
  const printed = files.map(async ({ path, text }) => ({ path, text: await format(text, { parser: "typescript", printWidth: 100, endOfLine: "lf" }) }));
  return [
    ...(await Promise.all(printed)),
    { path: "package.json", text: plainPackage(ensemble.name, { start: "tsx ensemble.ts", predict: "tsx predict.ts", check: "tsc -p tsconfig.json" }) },
    { path: "tsconfig.json", text: tsconfig.replace('"runtime/*.ts"', '"*/*.ts",\n    "*/runtime/*.ts"') },
    { path: "README.md", text: await format(ensembleReadme(ensemble.name, trainers.map(({ folder }) => folder)), { parser: "markdown", printWidth: 100 }) },
  ];
}

/** One training of the ensemble: which trainer, which member of its run, and what it is called. */
interface Training {
  readonly trainer: Code;
  readonly name: string;
  readonly member: number;
  /** How many of the weights that it saved on the way are members; 0: what it keeps at the end is. */
  readonly snapshots: number;
}

/** Members are numbered within their run, so a run that is named twice is trained twice. */
function trainingsOf(members: readonly EnsembleMembers[], trainers: readonly EnsembleTrainer[]): readonly Training[] {
  const count = new Map<string, number>();
  return members.flatMap((members) => {
    const trainer = name(`trainer${trainers.findIndex(({ run }) => run.name === members.run) + 1}`);
    return Array.from({ length: members.kind === "runs" ? members.count : 1 }, (): Training => {
      const member = (count.get(members.run) ?? 0) + 1;
      count.set(members.run, member);
      return { trainer, name: `${members.run} ${member}`, member, snapshots: members.kind === "snapshots" ? members.last : 0 };
    });
  });
}

function membersText({ name: own, members }: TypedEnsemble, trainers: readonly EnsembleTrainer[]): Code {
  const imports = trainers.map(({ folder }, index) => ts`import * as train${literal(index + 1)} from ${literal(`./${folder}/train.ts`)};
import * as predict${literal(index + 1)} from ${literal(`./${folder}/predict.ts`)};`);
  const tables = trainers.map(({ run }, index) => ts`const trainer${literal(index + 1)} = { ...train${literal(index + 1)}, ...predict${literal(index + 1)}, keeps: ${literal(run.keep.kind)} };`);
  const list = trainingsOf(members, trainers).map(({ trainer, name: called, member, snapshots }, index) =>
    ts`{ trainer: ${trainer}, name: ${literal(called)}, folder: ${literal(`member-${index + 1}`)}, member: ${literal(member)}, snapshots: ${literal(snapshots)} },`);
  return ts`${comment(`The members of ensemble ${own}: where each is trained, and which weights of it speak.`)}
import { existsSync, readdirSync } from "node:fs";
${imports}
import { UserError } from ${literal(`./${trainers[0]!.folder}/runtime/errors.ts`)};

${tables}

/** One after the other they are trained, each in a folder of its own; of snapshots the last so many are members. */
export const trainings = [
${list}
];

/** A file of weights that speaks, with the functions of its trainer. */
export interface Voice {
  readonly name: string;
  readonly checkpoint: string;
  readonly trainer: (typeof trainings)[number]["trainer"];
}

/** All that speak, once everything below the folder is trained. */
export function voicesIn(folder: string): Voice[] {
  return trainings.flatMap(({ trainer, name, folder: own, snapshots }) => {
    const at = folder + "/" + own;
    if (!existsSync(at)) throw new UserError("Member " + name + " is not trained yet: there is no " + at + ".");
    if (snapshots === 0) return [{ name, trainer, checkpoint: at + "/" + trainer.keeps + ".safetensors" }];
    return savedIn(at, snapshots).map(({ file, place }) => ({ name: name + " after " + place, trainer, checkpoint: at + "/" + file }));
  });
}

/** The last files that were saved on the way, by the number in their names. */
function savedIn(folder: string, count: number): { readonly file: string; readonly place: string }[] {
  const saved = readdirSync(folder).flatMap((file) => {
    const [, unit, number] = /^(epoch|step)-(\\d+)\\.safetensors$/.exec(file) ?? [];
    return unit === undefined ? [] : [{ file, place: unit + " " + number, number: Number(number) }];
  });
  if (saved.length < count) throw new UserError(folder + " has " + saved.length + " snapshots, and " + count + " are to speak.");
  return saved.sort((a, b) => a.number - b.number).slice(-count);
}
`;
}

function ensembleText({ name: own, documentation, combine }: TypedEnsemble, { run, folder }: EnsembleTrainer): Code {
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

${combine === "vote" ? ts`/** 1 for the class with the greatest score. */
function vote(scores: Float32Array): number[] {
  const best = scores.indexOf(Math.max(...scores));
  return Array.from(scores, (_, index) => Number(index === best));
}` : ts`function softmax(scores: Float32Array): number[] {
  const greatest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}`}

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
    await makeDirectory(folder);
    if (!(await trainMembers(folder, { ...options, seed: options.seed ?? ${literal(run.seed)} }, reporter))) return 130;
  }
  await measure(folder, options, reporter, start);
  return 0;
}

runAsProgram(import.meta.url, main);
`;
}

function predictText({ name: own, combine }: TypedEnsemble, { folder }: EnsembleTrainer): Code {
  const runtime = (file: string): Code => literal(`./${folder}/runtime/${file}.ts`);
  return ts`${comment(`Predicts with the members of ensemble ${own}: ${combine === "vote" ? "the share of their votes" : "the mean of their probabilities"}, and the mean of numbers.`)}
import { voicesIn } from "./members.ts";
import { parseRows, readStandardInput, type Prediction } from ${literal(`./${folder}/predict.ts`)};
import { parseArguments } from ${runtime("arguments")};
import { runAsProgram } from ${runtime("entry")};
import { UserError } from ${runtime("errors")};
import { readText } from ${runtime("files")};
import { openTerminal } from ${runtime("terminal")};

/** One prediction of several for the same result of the same row. */
function together(predictions: readonly Prediction[]): Prediction {
  const { output, probabilities, values } = predictions[0]!;
  const joined = (pick: (prediction: Prediction) => number): number => predictions.reduce((sum, each) => sum + pick(each), 0) / predictions.length;
  if (probabilities !== undefined) {
    const shares = Object.fromEntries(Object.keys(probabilities).map((label) => [label, joined((each) => ${combine === "vote" ? ts`Number(each.class === label)` : ts`each.probabilities![label]!`})]));
    const [best] = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
    return { output, class: best!, probability: shares[best!]!, probabilities: shares };
  }
  const means = values!.map((_, index) => joined((each) => each.values![index]!));
  if (predictions[0]!.class === undefined) return { output, values: means };
  const votes = predictions.map((each) => each.class!);
  const count = (label: string): number => votes.filter((vote) => vote === label).length;
  return { output, class: votes.reduce((best, vote) => (count(vote) > count(best) ? vote : best)), values: means };
}

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const files = argv.filter((word, index) => !word.startsWith("--") && !(argv[index - 1] ?? "").startsWith("--"));
  const parsed = parseArguments(argv.filter((word) => !files.includes(word)), { name: "predict.ts [rows.json|rows.csv|-]", summary: ${literal(`Predicts with the members of ${own}; --run-dir is where they were trained.`)}, data: [] });
  if (parsed.kind === "help") {
    terminal.write(parsed.text);
    return 0;
  }
  if (files.length > 1) throw new UserError("One file of rows at a time.");
  const where = files[0] ?? "-";
  const rows = parseRows(where === "-" ? await readStandardInput() : await readText(where), where);
  const said: Prediction[][][] = [];
  for (const { checkpoint, trainer } of voicesIn(parsed.options.runDirectory ?? "run")) {
    const model = await trainer.loadModel(checkpoint, parsed.options.backend);
    said.push(await trainer.predict(model, rows));
    await trainer.closeModel(model);
  }
  for (const index of rows.keys()) {
    const joined = said[0]![index]!.map((_, output) => together(said.map((predictions) => predictions[index]![output]!)));
    terminal.write(JSON.stringify(joined.length === 1 ? joined[0] : joined) + "\\n");
  }
  return 0;
}

runAsProgram(import.meta.url, main);
`;
}
