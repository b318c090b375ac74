import { placeOf, readWords, wholeNumber } from "../arguments.ts";
import { parseCsv } from "../csv.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { openImageReader } from "../images.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import type { TrainingDefinition } from "./definition.ts";
import { closeModel, loadModel, predict, type Row } from "./predict.ts";
import { predictDrawn } from "./sampling.ts";

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
export async function predictFromCommandLine(
  training: TrainingDefinition,
  argv: readonly string[],
): Promise<number> {
  const { given, others } = readWords(argv, optionsOf(training));
  const terminal = openTerminal();
  if (given.has("--help")) {
    terminal.write(training.usage);
    return 0;
  }
  if (others.length > 1) throw new UserError("One file of rows at a time.", [training.usage]);
  const samples = training.samples
    ? (wholeNumber(given, "--samples", 0) ?? training.commandSamples)
    : 0;
  const { backend, threads } = placeOf(given);
  const rows = await readRows(training, others[0] ?? "-");
  const checkpoint = given.get("--checkpoint") ?? training.keptFile;
  const model = await loadModel(training, checkpoint, backend, threads);
  try {
    const predictions =
      training.samples && samples > 0
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

/** What the command line takes besides a file. */
function optionsOf(training: TrainingDefinition) {
  return {
    "--checkpoint": { value: "file" },
    "--backend": { value: "auto|gpu|wasm|cpu" },
    "--threads": { value: "auto|n" },
    ...(training.samples && { "--samples": { value: "n" } }),
    "--help": {},
  };
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
