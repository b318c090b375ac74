import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { own } from "../own.ts";
import { randomStream, randomWords, uniformFrom } from "../random.ts";
import { charactersOf } from "../read-text.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import { threadCount } from "../thread-count.ts";
import type { TrainingDefinition } from "./definition.ts";
import { backendOf } from "./predict-command.ts";
import { closeModel, loadModel, resultsOf, type Model } from "./predict.ts";

export interface Writing {
  /** How many characters. */
  readonly length: number;
  /** What the scores are divided by; 0 takes the likeliest character. */
  readonly temperature: number;
  readonly seed: number;
}

/** Goes on with a text: each character is drawn from what the model expects after those before it, as far as it sees. */
export async function continueText(
  model: Model,
  start: string,
  { length, temperature, seed }: Writing,
): Promise<string> {
  const { training } = model;
  const { field, output } = training.writer!;
  const [window = 1] = training.modelInputs[0]!.shape;
  const names = own(model.preparation.classNames, field) ?? [];
  const symbols = charactersOf(start).map((character) => symbolOf(names, character));
  if (symbols.length === 0)
    throw new UserError("There is nothing to go on with: give at least one character.");
  const words = randomWords(randomStream(seed, "predict"), 0);
  for (let made = 0; made < length; made++) {
    const seen = symbols.slice(-window);
    const rows = new Float32Array(training.batchSize * window);
    rows.set(seen);
    const scores = (await resultsOf(model, 1, { [field]: rows })).get(output)!;
    const classes = scores.length / rows.length;
    const from = (seen.length - 1) * classes;
    const last = scores.subarray(from, from + names.length);
    symbols.push(draw(last, temperature, uniformFrom(words)));
  }
  return symbols
    .slice(symbols.length - length)
    .map((symbol) => names[symbol])
    .join("");
}

function symbolOf(names: readonly string[], character: string): number {
  const symbol = names.indexOf(character);
  if (symbol === -1) {
    throw new UserError(`The model does not know the character ${JSON.stringify(character)}.`, [
      `It knows ${names.map((name) => JSON.stringify(name)).join(" ")}.`,
    ]);
  }
  return symbol;
}

/** One of the classes: with the chances e^(score / temperature), scaled to 1, or the one of the greatest score. */
function draw(scores: Float32Array, temperature: number, uniform: number): number {
  const greatest = Math.max(...scores);
  if (temperature === 0) return scores.indexOf(greatest);
  const powers = Array.from(scores, (score) => Math.exp((score - greatest) / temperature));
  let rest = uniform * powers.reduce((sum, power) => sum + power, 0);
  const drawn = powers.findIndex((power) => (rest -= power) < 0);
  return Math.max(0, drawn);
}

/** The command line: writes the text that goes on. Gives the exit code. */
export async function writeFromCommandLine(
  training: TrainingDefinition,
  argv: readonly string[],
): Promise<number> {
  const options = new Map([
    ["--checkpoint", training.keptFile],
    ["--backend", "auto"],
    ["--threads", "auto"],
    ["--length", "200"],
    ["--temperature", "0.7"],
    ["--seed", "0"],
  ]);
  const files: string[] = [];
  const terminal = openTerminal();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") {
      terminal.write(training.usage);
      return 0;
    }
    const value = argv[index + 1];
    if (!word.startsWith("--")) {
      files.push(word);
      continue;
    }
    if (!options.has(word)) throw new UserError(`There is no option ${word}.`, [training.usage]);
    if (value === undefined) throw new UserError(`${word} needs a value.`, [training.usage]);
    options.set(word, value);
    index++;
  }
  if (files.length > 1) throw new UserError("One text at a time.", [training.usage]);
  const numberAt = (option: string): number => numberOf(option, options.get(option)!);
  const writing = {
    length: numberAt("--length"),
    temperature: numberAt("--temperature"),
    seed: numberAt("--seed"),
  };
  const [file = "-"] = files;
  const start = file === "-" ? await readStandardInput() : await readText(file);
  const backend = backendOf(options.get("--backend")!);
  const threads = threadCount(options.get("--threads")!);
  const model = await loadModel(training, options.get("--checkpoint")!, backend, threads);
  try {
    terminal.write(`${await continueText(model, start, writing)}\n`);
  } finally {
    await closeModel(model);
  }
  return 0;
}

/** Not negative; all but the temperature whole. */
function numberOf(option: string, text: string): number {
  const number = Number(text);
  const isWhole = option === "--temperature" || Number.isInteger(number);
  if (text.trim() !== "" && number >= 0 && number < 1e9 && isWhole) return number;
  throw new UserError(`${option} is a number from 0 on, not ${text}.`);
}
