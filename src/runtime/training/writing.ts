import { placeOf, readWords, wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { own } from "../own.ts";
import { randomStream, randomWords, uniformFrom } from "../random.ts";
import { charactersOf } from "../read-text.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import type { TrainingDefinition } from "./definition.ts";
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
    const scores = (await resultsOf(model, 1, { [field]: rows }, 0)).get(output)!;
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

/** What the command line takes besides a file. */
const options = {
  "--checkpoint": { value: "file" },
  "--backend": { value: "auto|gpu|wasm|cpu" },
  "--threads": { value: "auto|n" },
  "--length": { value: "n" },
  "--temperature": { value: "number" },
  "--seed": { value: "n" },
  "--help": {},
};

/** The command line: writes the text that goes on. Gives the exit code. */
export async function writeFromCommandLine(
  training: TrainingDefinition,
  argv: readonly string[],
): Promise<number> {
  const { given, others } = readWords(argv, options);
  const terminal = openTerminal();
  if (given.has("--help")) {
    terminal.write(training.usage);
    return 0;
  }
  if (others.length > 1) throw new UserError("One text at a time.", [training.usage]);
  const writing = {
    length: wholeNumber(given, "--length", 0) ?? 200,
    temperature: temperatureOf(given.get("--temperature") ?? "0.7"),
    seed: wholeNumber(given, "--seed", 0) ?? 0,
  };
  const [file = "-"] = others;
  const start = file === "-" ? await readStandardInput() : await readText(file);
  const { backend, threads } = placeOf(given);
  const checkpoint = given.get("--checkpoint") ?? training.keptFile;
  const model = await loadModel(training, checkpoint, backend, threads);
  try {
    terminal.write(`${await continueText(model, start, writing)}\n`);
  } finally {
    await closeModel(model);
  }
  return 0;
}

function temperatureOf(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number < 1e9) return number;
  throw new UserError(`--temperature is a number from 0 on, not ${text}.`);
}
