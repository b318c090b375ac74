import { placeOf, readWords, wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { openImageReader } from "../images.ts";
import { noteAside } from "../note-aside.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import type { TrainingDefinition } from "./definition.ts";
import { closeModel, loadModel, predict, type Model, type Row } from "./predict.ts";
import {
  measureTable,
  readTableText,
  rowsOfCells,
  rowsOfTable,
  surplusNames,
} from "./predict-rows.ts";
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
  const [input = "-"] = others;
  const header = headerOf(given.get("--header"));
  const checkpoint = given.get("--checkpoint") ?? training.keptFile;
  const model = await loadModel(training, checkpoint, backend, threads);
  try {
    const text = await readInput(training, input);
    const rows = await rowsOf(model, text, input, header);
    const predictions =
      training.samples && samples > 0
        ? await predictDrawn(model, rows, samples)
        : await predict(model, rows);
    for (const prediction of predictions) {
      const said = prediction.length === 1 ? prediction[0] : prediction;
      terminal.write(`${JSON.stringify(said)}\n`);
    }
    if (training.tableOptions && given.has("--measure"))
      terminal.writeError(`${await measureTable(model, text ?? "", input, header)}\n`);
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
    "--header": { value: "on|off" },
    ...(training.tableOptions && { "--measure": {} }),
    "--help": {},
  };
}

function headerOf(text: string | undefined): boolean | undefined {
  if (text === undefined || text === "on" || text === "off")
    return text === undefined ? undefined : text === "on";
  throw new UserError(`--header is on or off, not ${text}.`);
}

/** The text of the rows; none where a picture is the row. */
async function readInput(training: TrainingDefinition, input: string): Promise<string | undefined> {
  if (training.seesImages && isImage(input)) return undefined;
  if (training.tableOptions) return readTableText(training.tableOptions, input);
  return input === "-" ? readStandardInput() : readText(input);
}

async function rowsOf(
  model: Model,
  text: string | undefined,
  input: string,
  header: boolean | undefined,
): Promise<Row[]> {
  const { training } = model;
  if (training.seesImages && text === undefined) return [await imageRow(training, input)];
  return parseRows(model, text ?? "", input, header);
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

/** A JSON list of rows, one JSON row a line, or a table; of that `header` says whether its first line names the columns, where training does not tell. */
export function parseRows(model: Model, text: string, where: string, header?: boolean): Row[] {
  const { training } = model;
  const start = text.trimStart();
  if (!start.startsWith("[") && !start.startsWith("{"))
    return training.tableOptions
      ? rowsOfTable(model, text, where, header)
      : rowsOfCells(model, text, where, header);
  const rows = parseJson(text, where);
  if (training.tableOptions) noteAside(surplusNames(model, rows, where));
  return rows;
}

function parseJson(text: string, where: string): Row[] {
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
