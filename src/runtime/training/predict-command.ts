import { parseCsv } from "../csv.ts";
import type { BackendChoice } from "../device.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { openImageReader } from "../images.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import { threadCount } from "../thread-count.ts";
import type { TrainingDefinition } from "./definition.ts";
import { closeModel, loadModel, predict, type Row } from "./predict.ts";
import { predictDrawn } from "./sampling.ts";

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
export async function predictFromCommandLine(
  training: TrainingDefinition,
  argv: readonly string[],
): Promise<number> {
  const { checkpoint, backend, threads, samples, input, help } = readOptions(training, argv);
  const terminal = openTerminal();
  if (help) {
    terminal.write(training.usage);
    return 0;
  }
  const rows = await readRows(training, input);
  const draws = training.samples ? samples > 0 : false;
  const model = await loadModel(training, checkpoint, backend, threads);
  try {
    const predictions = draws
      ? await predictDrawn(model, rows, samples)
      : await predict(model, rows);
    for (const prediction of predictions) {
      const said = prediction.length === 1 ? prediction[0] : prediction;
      terminal.write(`${JSON.stringify(said)}\n`);
    }
  } finally {
    await closeModel(model);
  }
  return 0;
}

/** What the command line asks for. */
interface Options {
  readonly checkpoint: string;
  readonly backend: BackendChoice;
  readonly threads: number | undefined;
  readonly samples: number;
  readonly input: string;
  readonly help: boolean;
}

function readOptions(training: TrainingDefinition, argv: readonly string[]): Options {
  const given = new Map<string, string>();
  const known = ["--checkpoint", "--backend", "--threads"];
  if (training.samples) known.push("--samples");
  const files: string[] = [];
  let help = false;
  for (let index = 0; index < argv.length && !help; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") help = true;
    else if (known.includes(word)) {
      const value = argv[++index];
      if (value === undefined) throw new UserError(`${word} needs a value.`, [training.usage]);
      given.set(word, value);
    } else if (word.startsWith("--"))
      throw new UserError(`There is no option ${word}.`, [training.usage]);
    else files.push(word);
  }
  if (files.length > 1) throw new UserError("One file of rows at a time.", [training.usage]);
  return {
    checkpoint: given.get("--checkpoint") ?? training.keptFile,
    backend: backendOf(given.get("--backend") ?? "auto"),
    threads: threadCount(given.get("--threads") ?? "auto"),
    samples: training.samples ? samplesOf(training, given.get("--samples")) : 0,
    input: files[0] ?? "-",
    help,
  };
}

export function backendOf(text: string): BackendChoice {
  if (text === "auto" || text === "gpu" || text === "wasm" || text === "cpu") return text;
  throw new UserError(`--backend is auto, gpu, wasm or cpu, not ${text}.`);
}

/** 0 for one prediction without noise. */
function samplesOf(training: TrainingDefinition, text: string | undefined): number {
  if (text === undefined) return training.commandSamples;
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= 100_000) return count;
  throw new UserError(`--samples is a whole number up to 100000, not ${text}.`);
}

async function readRows(training: TrainingDefinition, input: string): Promise<Row[]> {
  if (training.seesImages && isImage(input)) return [await imageRow(training, input)];
  const text = input === "-" ? await readStandardInput() : await readText(input);
  return parseRows(training, text, input);
}

function isImage(path: string): boolean {
  return /\.(png|jpe?g|webp|gif|tiff?|avif)$/i.test(path);
}

/** An image file as the row that it would be in the data. */
async function imageRow(training: TrainingDefinition, path: string): Promise<Row> {
  const read = await openImageReader();
  const { name, shape } = training.modelInputs[0]!;
  const [height = 1, width = 1, channels = 1] = shape;
  return { [name]: [...(await read(path, [height, width, channels]))] };
}

/** A JSON list of rows, one JSON row a line, or CSV. */
export function parseRows(training: TrainingDefinition, text: string, where: string): Row[] {
  const start = text.trimStart();
  if (!start.startsWith("[") && !start.startsWith("{")) return parseTable(training, text, where);
  try {
    return asRows(JSON.parse(text));
  } catch (whole) {
    try {
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      return lines.map((line) => JSON.parse(line) as Row);
    } catch {
      const reason = whole instanceof Error ? whole.message : String(whole);
      throw new UserError(`${where} is not JSON: ${reason}`);
    }
  }
}

function asRows(parsed: unknown): Row[] {
  if (!Array.isArray(parsed)) return [parsed as Row];
  const single = parsed.every((value) => typeof value === "number");
  return single ? [parsed as number[]] : (parsed as Row[]);
}

/**
 * The columns of the inputs one after the other, in the order of the inputs. A first line of names is known by its not being
 * numbers; where labels are read, which are names too, there is always one if the data has one.
 */
function parseTable(training: TrainingDefinition, text: string, where: string): Row[] {
  const records = parseCsv(text, {
    where,
    ...(training.delimiter && { delimiter: training.delimiter }),
  });
  const first = records[0]?.cells ?? [];
  const named = training.hasHeader && isHeader(training, first);
  const names = named ? first : first.map((_, index) => String(index + 1));
  const sizes = training.modelInputs.map(({ shape }) =>
    shape.reduce((product, extent) => product * extent, 1),
  );
  const needed = sizes.reduce((total, size) => total + size, 0);
  const used = names
    .map((_, index) => index)
    .filter((index) => names.length === needed || !training.otherColumns.includes(names[index]!));
  return (named ? records.slice(1) : records).map(({ cells }) => {
    const numbers = used.map((index) =>
      training.readsLabels ? valueOf(cells[index] ?? "") : Number(cells[index]),
    );
    let start = 0;
    return Object.fromEntries(
      training.modelInputs.map(({ name }, place) => [
        name,
        numbers.slice(start, (start += sizes[place]!)),
      ]),
    );
  });
}

function isHeader(training: TrainingDefinition, cells: readonly string[]): boolean {
  if (training.readsLabels) return cells.length > 0;
  return cells.some((cell) => Number.isNaN(Number(cell)));
}

/** A number, or the name of a class. */
function valueOf(cell: string): number | string {
  return cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell);
}
