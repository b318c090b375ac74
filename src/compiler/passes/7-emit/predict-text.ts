import { literal, ts, type Code } from "./code.ts";
import { textSource } from "./data-module.ts";
import { fieldOf, keptFile, type Emission } from "./emission.ts";

/** What a model of characters sees and says: the field that it reads, its scores of the character that comes next. */
interface Writer {
  readonly field: string;
  readonly output: string;
}

/** Set where a model reads the characters of a text and nothing else, and its only output are scores of what comes next. */
export function writerOf(emission: Emission): Writer | undefined {
  const { run } = emission.compiled;
  const [input, ...inputs] = run.model.inputs;
  const [output, ...outputs] = run.model.outputs;
  const [here, next] = run.data.fields;
  if (
    !textSource(emission) ||
    !input ||
    !output ||
    inputs.length > 0 ||
    outputs.length > 0 ||
    emission.compiled.graphs.judge
  )
    return undefined;
  const { loss } = run;
  if (
    loss.kind !== "loss" ||
    loss.use.definition.likelihood !== "softmax" ||
    loss.operands[0] !== output.value
  )
    return undefined;
  const target = loss.operands[1]?.body;
  const foresees =
    (target?.kind === "field" || target?.kind === "input") &&
    target.name === next?.name &&
    output.value.type.axes.length === 3;
  return foresees && fieldOf(emission, input.name) === here?.name
    ? { field: here.name, output: output.name }
    : undefined;
}

/** What the command line says of itself. */
export function usageOfWriter(emission: Emission): string {
  return [
    `Goes on with a text as ${emission.compiled.run.model.name} expects it to: that of a file or of the standard input.`,
    "",
    `  predict.ts [--checkpoint ${keptFile(emission)}] [--backend auto|gpu|wasm|cpu] [--length 200] [--temperature 0.7] [--seed 0] [start.txt|-]`,
    "  --length: how many characters",
    "  --temperature: 1 draws each character as the model expects it, less keeps to the likely ones, 0 takes the likeliest",
    "",
  ].join("\n");
}

/** Going on with a text, in a program and from the command line. */
export function textCommands(emission: Emission, { field, output }: Writer): readonly Code[] {
  const usage = usageOfWriter(emission);
  return [
    ts`const defaultCheckpoint: string = ${literal(keptFile(emission))};

const usage = ${literal(usage)};`,
    ts`export interface Writing {
  /** How many characters. */
  readonly length: number;
  /** What the scores are divided by; 0 takes the likeliest character. */
  readonly temperature: number;
  readonly seed: number;
}

/** Goes on with a text: each character is drawn from what the model expects after those before it, as far as it sees. */
export async function continueText(model: Model, start: string, { length, temperature, seed }: Writing): Promise<string> {
  const [window = 1] = inputs[0]!.shape;
  const names = own(model.preparation.classNames, ${literal(field)}) ?? [];
  const symbols = charactersOf(start).map((character) => symbolOf(names, character));
  if (symbols.length === 0) throw new UserError("There is nothing to go on with: give at least one character.");
  const words = randomWords(randomStream(seed, "predict"), 0);
  for (let made = 0; made < length; made++) {
    const seen = symbols.slice(-window);
    const rows = new Float32Array(capacity * window);
    rows.set(seen);
    const scores = (await resultsOf(model, 1, { ${literal(field)}: rows })).get(${literal(output)})!;
    const classes = scores.length / rows.length;
    symbols.push(draw(scores.subarray((seen.length - 1) * classes, (seen.length - 1) * classes + names.length), temperature, uniformFrom(words)));
  }
  return symbols.slice(symbols.length - length).map((symbol) => names[symbol]).join("");
}

function symbolOf(names: readonly string[], character: string): number {
  const symbol = names.indexOf(character);
  if (symbol === -1) throw new UserError("The model does not know the character " + JSON.stringify(character) + ".", ["It knows " + names.map((name) => JSON.stringify(name)).join(" ") + "."]);
  return symbol;
}

/** One of the classes: with the chances e^(score / temperature), scaled to 1, or the one of the greatest score. */
function draw(scores: Float32Array, temperature: number, uniform: number): number {
  const greatest = Math.max(...scores);
  if (temperature === 0) return scores.indexOf(greatest);
  const powers = Array.from(scores, (score) => Math.exp((score - greatest) / temperature));
  let rest = uniform * powers.reduce((sum, power) => sum + power, 0);
  return Math.max(0, powers.findIndex((power) => (rest -= power) < 0));
}`,
    ts`/** The command line: writes the text that goes on. Gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const options = new Map([["--checkpoint", defaultCheckpoint], ["--backend", "auto"], ["--threads", "auto"], ["--length", "200"], ["--temperature", "0.7"], ["--seed", "0"]]);
  const files: string[] = [];
  const terminal = openTerminal();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") {
      terminal.write(usage);
      return 0;
    }
    if (!word.startsWith("--")) files.push(word);
    else if (!options.has(word)) throw new UserError("There is no option " + word + ".", [usage]);
    else if (argv[index + 1] === undefined) throw new UserError(word + " needs a value.", [usage]);
    else options.set(word, argv[++index]!);
  }
  if (files.length > 1) throw new UserError("One text at a time.", [usage]);
  const [length, temperature, seed] = ["--length", "--temperature", "--seed"].map((option) => numberOf(option, options.get(option)!)) as [number, number, number];
  const start = files[0] === undefined || files[0] === "-" ? await readStandardInput() : await readText(files[0]);
  const model = await loadModel(options.get("--checkpoint")!, backendOf(options.get("--backend")!), threadCount(options.get("--threads")!));
  try {
    terminal.write((await continueText(model, start, { length, temperature, seed })) + "\\n");
  } finally {
    await closeModel(model);
  }
  return 0;
}

/** Not negative; all but the temperature whole. */
function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number < 1e9 && (option === "--temperature" || Number.isInteger(number))) return number;
  throw new UserError(option + " is a number from 0 on, not " + text + ".");
}

function backendOf(text: string): BackendChoice {
  if (text === "auto" || text === "gpu" || text === "wasm" || text === "cpu") return text;
  throw new UserError("--backend is auto, gpu, wasm or cpu, not " + text + ".");
}`,
    ts`export async function readStandardInput(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of process.stdin) text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}`,
    ts`runAsProgram(import.meta.url, main);`,
  ];
}
