import { literal, nothing, ts, type Code } from "./code.ts";
import { keptFile, type Emission } from "./emission.ts";
import { isOfFolder } from "./data-module.ts";
import { hasLabels } from "./predict-labels.ts";
import { samplesByDefault } from "./predict-sampling.ts";

/** Rows from files, and a line of JSON for each. */
export function commandLine(emission: Emission): readonly Code[] {
  const { run } = emission.compiled;
  const csv = run.data.sources.find(
    ({ source }) => source.use.definition.reads === "table",
  )?.source;
  const values = csv?.use.arguments ?? {};
  const ignored = values["ignore"];
  const left = [
    ...Object.values(csv?.fieldArguments ?? {}),
    ...(typeof ignored === "string"
      ? [ignored]
      : Array.isArray(ignored)
        ? (ignored as readonly string[])
        : []),
  ];
  const { delimiter } = values;
  const headed = values["header"] !== false;
  const labelled = hasLabels(emission);
  return [
    ts`const defaultCheckpoint: string = ${literal(keptFile(emission))};

const usage = ${literal(usageOf(emission))};`,
    mainFunction(emission),
    optionsFunction(emission),
    standardInput,
    ...(seesImages(emission) ? [imageRow] : []),
    rows,
    ts`/** Columns that are not given to the model. */
const otherColumns: readonly string[] = ${literal(left)};`,
    ts`/** The columns of the inputs one after the other, in the order of the inputs.${headed ? (labelled ? ts` The first line has their names.` : ts` A first line of names is known by its not being numbers.`) : nothing} */
function parseTable(text: string, where: string): Row[] {
  const records = parseCsv(text, { where${typeof delimiter === "string" ? ts`, delimiter: ${literal(delimiter)}` : nothing} });
  const first = records[0]?.cells ?? [];
  ${
    headed
      ? ts`const named = ${labelled ? ts`first.length > 0` : ts`first.some((cell) => Number.isNaN(Number(cell)))`};
  const names = named ? first : first.map((_, index) => String(index + 1));`
      : ts`const names = first.map((_, index) => String(index + 1));`
  }
  const needed = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const used = names.map((_, index) => index).filter((index) => names.length === needed || !otherColumns.includes(names[index]!));
  return ${headed ? ts`(named ? records.slice(1) : records)` : ts`records`}.map(({ cells }) => {
    const numbers = used.map((index) => ${labelled ? ts`valueOf(cells[index] ?? "")` : ts`Number(cells[index])`});
    let start = 0;
    return Object.fromEntries(inputs.map(({ name, shape }) => [name, numbers.slice(start, (start += sizeOf(shape)))]));
  });
}${
      labelled
        ? ts`

/** A number, or the name of a class. */
function valueOf(cell: string): number | string {
  return cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell);
}`
        : nothing
    }`,
    ts`runAsProgram(import.meta.url, main);`,
  ];
}

/** Whether a file may be an image: the data is a folder of them. */
function seesImages(emission: Emission): boolean {
  return isOfFolder(emission) && emission.compiled.run.model.inputs.length === 1;
}

const imageRow = ts`function isImage(path: string): boolean {
  return /\\.(png|jpe?g|webp|gif|tiff?|avif)$/i.test(path);
}

/** An image file as the row that it would be in the data. */
async function imageRow(path: string): Promise<Row> {
  const read = await openImageReader();
  const [height = 1, width = 1, channels = 1] = inputs[0]!.shape;
  return { [inputs[0]!.name]: [...(await read(path, [height, width, channels]))] };
}`;

export function usageOf(emission: Emission): string {
  return [
    `Predicts with ${emission.compiled.run.model.name}: a line of JSON for each row of a file (JSON or CSV) or of the standard input.`,
    "",
    `  predict.ts [--checkpoint ${keptFile(emission)}] [--backend auto|gpu|wasm|cpu] [--threads auto|n]${draws(emission) ? " [--samples n]" : ""} [rows.json|rows.csv|-]`,
    ...(draws(emission)
      ? [
          `  --samples: so many predictions of each row with noise on, their mean and spread; 0 for one without noise (default: ${samplesByDefault(emission)})`,
        ]
      : []),
    "",
  ].join("\n");
}

function draws({ compiled }: Emission): boolean {
  return compiled.sampling !== undefined;
}

const mainFunction = (
  emission: Emission,
): Code => ts`/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { checkpoint, backend, threads, ${draws(emission) ? ts`samples, ` : nothing}input, help } = readOptions(argv);
  const terminal = openTerminal();
  if (help) {
    terminal.write(usage);
    return 0;
  }
  const rows = ${seesImages(emission) ? ts`isImage(input) ? [await imageRow(input)] : ` : nothing}parseRows(input === "-" ? await readStandardInput() : await readText(input), input);
  const model = await ${draws(emission) ? ts`(samples > 0 ? loadSampler : loadModel)` : ts`loadModel`}(checkpoint, backend, threads);
  try {
    for (const prediction of await ${draws(emission) ? ts`(samples > 0 ? predictDrawn(model, rows, samples) : predict(model, rows))` : ts`predict(model, rows)`}) {
      terminal.write(JSON.stringify(prediction.length === 1 ? prediction[0] : prediction) + "\\n");
    }
  } finally {
    await closeModel(model);
  }
  return 0;
}`;

const optionsFunction = (
  emission: Emission,
): Code => ts`function readOptions(argv: readonly string[]): { readonly checkpoint: string; readonly backend: BackendChoice; readonly threads?: number | undefined; ${draws(emission) ? ts`readonly samples: number; ` : nothing}readonly input: string; readonly help: boolean } {
  let checkpoint = defaultCheckpoint;
  let backend: BackendChoice = "auto";
  let threads: number | undefined;${
    draws(emission)
      ? ts`
  let samples = ${literal(samplesByDefault(emission))};`
      : nothing
  }
  const files: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") return { checkpoint, backend, ${draws(emission) ? ts`samples, ` : nothing}input: "-", help: true };
    if (word !== "--checkpoint" && word !== "--backend" && word !== "--threads"${draws(emission) ? ts` && word !== "--samples"` : nothing}) {
      if (word.startsWith("--")) throw new UserError("There is no option " + word + ".", [usage]);
      files.push(word);
      continue;
    }
    const value = argv[++index];
    if (value === undefined) throw new UserError(word + " needs a value.", [usage]);
    if (word === "--checkpoint") checkpoint = value;
    else if (word === "--threads") threads = threadCount(value);
    ${draws(emission) ? ts`else if (word === "--samples") samples = sampleCount(value);` : nothing}
    else if (value === "auto" || value === "gpu" || value === "wasm" || value === "cpu") backend = value;
    else throw new UserError("--backend is auto, gpu, wasm or cpu, not " + value + ".");
  }
  if (files.length > 1) throw new UserError("One file of rows at a time.", [usage]);
  return { checkpoint, backend, threads, ${draws(emission) ? ts`samples, ` : nothing}input: files[0] ?? "-", help: false };
}${draws(emission) ? sampleCount : nothing}`;

const sampleCount = ts`

/** 0 for one prediction without noise. */
function sampleCount(text: string): number {
  const count = Number(text);
  if (/^\\d+$/.test(text) && count <= 100_000) return count;
  throw new UserError("--samples is a whole number up to 100000, not " + text + ".");
}`;

const standardInput = ts`export async function readStandardInput(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of process.stdin) text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}`;

const rows = ts`/** A JSON list of rows, one JSON row a line, or CSV. */
export function parseRows(text: string, where: string): Row[] {
  const start = text.trimStart();
  if (!start.startsWith("[") && !start.startsWith("{")) return parseTable(text, where);
  try {
    return asRows(JSON.parse(text));
  } catch (whole) {
    try {
      return text.split("\\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Row);
    } catch {
      throw new UserError(where + " is not JSON: " + (whole instanceof Error ? whole.message : String(whole)));
    }
  }
}

function asRows(parsed: unknown): Row[] {
  if (!Array.isArray(parsed)) return [parsed as Row];
  const single = parsed.every((value) => typeof value === "number");
  return single ? [parsed] : parsed;
}`;
