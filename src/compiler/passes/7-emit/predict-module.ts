import type { LossExpression, TypedRun, Value } from "../../typed/program.ts";
import { comment, join, literal, nothing, ts, type Code } from "./code.ts";
import { fieldOf, specName, type Emission } from "./emission.ts";
import type { ModuleText } from "./modules.ts";

/** `predict.ts`: the trained model in use, as a module and from the command line. */
export function predictModule(emission: Emission): ModuleText {
  const { run } = emission.compiled;
  return {
    path: "predict.ts",
    header: comment(
      `Predicts with ${run.model.name} (run ${run.name} of ${specName(emission)}), made by nnspec.`,
      "In a program: `const model = await loadModel(\"run/best.safetensors\"); await predict(model, [row])`.\nFrom the command line: `npm run predict -- rows.json`, where rows are JSON objects or the lines of a CSV file.",
    ),
    statements: [tables(emission), types(emission), loadModel, predictFunction(emission), ...helpers(emission), commandLine(emission)],
  };
}

/** How an output of the model is to be read. */
interface Reading {
  readonly output: string;
  readonly shape: readonly number[];
  readonly kind: "scores" | "chance" | "values";
  /** The field whose labels or scale the output speaks in. */
  readonly field: string | undefined;
}

function readings({ compiled }: Emission): readonly Reading[] {
  const terms = lossTerms(compiled.run.loss);
  return compiled.run.model.outputs.map(({ name: output, value }) => {
    const shape = compiled.graphs.predict.outputs.get(output)!.type.shape.slice(1);
    const term = terms.find(({ operands }) => operands[0] === value);
    const accepts = term?.use.definition.operands.map((operand) => operand.accepts) ?? [];
    const target = fieldBehind(term?.operands[1]);
    const labels = compiled.fields.find(({ name: field }) => field === target)?.classes !== undefined;
    const kind = accepts[0] === "logits" && labels ? "scores" : accepts.includes("binary") && term?.use.definition.name.startsWith("binary") ? "chance" : "values";
    return { output, shape, kind, field: target };
  });
}

function lossTerms(loss: LossExpression): readonly Extract<LossExpression, { kind: "loss" }>[] {
  if (loss.kind === "loss") return [loss];
  return loss.kind === "number" ? [] : loss.operands.flatMap(lossTerms);
}

function fieldBehind(value: Value | undefined): string | undefined {
  if (value?.body.kind === "field" || value?.body.kind === "input") return value.body.name;
  return undefined;
}

function tables(emission: Emission): Code {
  const { compiled } = emission;
  const inputs = compiled.run.model.inputs.map((input) => {
    const field = fieldOf(emission, input.name);
    const shape = compiled.fields.find((one) => one.name === field)?.shape ?? [];
    return { name: input.name, field, shape: [...shape] };
  });
  const outputs = readings(emission).map(({ output, shape, kind, field }) => ({ name: output, shape: [...shape], kind, field }));
  return ts`/** What a row consists of, and the fields of the data that scale it. */
const inputs: readonly { readonly name: string; readonly field: string; readonly shape: readonly number[] }[] = ${literal(inputs)};

/** What the model says, and how it is read: scores of classes, the chance of yes, or values in the scale of a field. */
const outputs: readonly Output[] = ${literal(outputs)};

/** Rows that are worked on at once. */
const capacity = ${literal(compiled.capacity)};`;
}

function types(_emission: Emission): Code {
  return ts`interface Output {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "scores" | "chance" | "values";
  readonly field?: string;
}

/** Numbers, nested as the shape says or flat in row-major order. */
export type Numbers = number | readonly Numbers[];

/** A row by the names of the model's inputs; with a single input the numbers alone will do. */
export type Row = Readonly<Record<string, Numbers>> | readonly Numbers[];

/** What is predicted for one row: the class with its probability, or the values; and everything the model gave. */
export interface Prediction {
  readonly output: string;
  readonly class?: string;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly values?: readonly number[];
}

export interface Model {
  readonly device: Device;
  readonly preparation: Preparation;
}`;
}

const loadModel = ts`/** Loads a checkpoint (best.safetensors, last.safetensors). Close it with closeModel when it is no longer needed. */
export async function loadModel(checkpoint: string, backend: BackendChoice = "auto"): Promise<Model> {
  const file = await loadTensors(checkpoint);
  const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
  const device = await createDevice({ backend, fillUniform: () => undefined });
  for (const { name, shape } of [...parameters, ...statistics]) device.write(name, requireTensor(file, name, shape, checkpoint));
  return { device, preparation };
}

export async function closeModel(model: Model): Promise<void> {
  await model.device.dispose();
}`;

function predictFunction(_emission: Emission): Code {
  return ts`/** What the model says of each row, in their order: one prediction for each output. */
export async function predict(model: Model, rows: readonly Row[]): Promise<Prediction[][]> {
  const predictions: Prediction[][] = [];
  for (let start = 0; start < rows.length; start += capacity) {
    const some = rows.slice(start, start + capacity);
    const fields = Object.fromEntries(inputs.map((input) => [input.field, gather(model, input, some, start)]));
    model.device.run(plans.predict, { rows: some.length, inputs: fields, numbers: {}, step: 0 });
    const results = new Map<string, Float32Array>();
    for (const { name } of outputs) results.set(name, await model.device.result(plans.predict, name));
    for (let row = 0; row < some.length; row++) {
      predictions.push(outputs.map((output) => read(model, output, rowOf(results.get(output.name)!, output.shape, row))));
    }
  }
  return predictions;
}`;
}

function helpers(emission: Emission): readonly Code[] {
  const kinds = new Set(readings(emission).map(({ kind }) => kind));
  return [
    ts`function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function rowOf(values: Float32Array, shape: readonly number[], row: number): Float32Array {
  const size = sizeOf(shape);
  return values.slice(row * size, (row + 1) * size);
}`,
    ts`/** The numbers of one input for some rows, checked, flat, and brought to the scale that the model was trained in. */
function gather(model: Model, input: (typeof inputs)[number], rows: readonly Row[], start: number): Float32Array {
  const size = sizeOf(input.shape);
  const gathered = new Float32Array(capacity * size);
  rows.forEach((row, index) => {
    const numbers = flatten(numbersIn(row, input.name));
    const place = "row " + (start + index + 1) + ", " + input.name;
    if (numbers.length !== size) throw new UserError(place + ": " + size + " numbers are needed, and " + numbers.length + " were given.");
    if (!numbers.every(Number.isFinite)) throw new UserError(place + ": everything in it must be a finite number.");
    gathered.set(numbers, index * size);
  });
  const normalization = own(model.preparation.normalizations, input.field);
  if (normalization !== undefined) normalizeValues(gathered, normalization);
  return gathered;
}

function numbersIn(row: Row, name: string): Numbers {
  if (isList(row)) return row;
  return Object.hasOwn(row, name) ? row[name]! : [];
}

function isList(value: Row | Numbers): value is readonly Numbers[] {
  return Array.isArray(value);
}

function flatten(numbers: Numbers): number[] {
  return isList(numbers) ? numbers.flatMap(flatten) : [Number(numbers)];
}`,
    readFunction(kinds),
    ...(kinds.has("scores") ? [scores] : []),
  ];
}

function readFunction(kinds: ReadonlySet<Reading["kind"]>): Code {
  return ts`function read({ preparation }: Model, { name, kind, field }: Output, result: Float32Array): Prediction {
  ${kinds.has("scores") ? ts`if (kind === "scores") return readScores(name, result, own(preparation.classNames, field ?? ""));` : nothing}
  ${kinds.has("chance") ? ts`if (kind === "chance") return { output: name, values: [...result].map((score) => 1 / (1 + Math.exp(-score))) };` : nothing}
  const normalization = kind === "values" && field !== undefined ? own(preparation.normalizations, field) : undefined;
  if (normalization !== undefined) denormalizeValues(result, normalization);
  return { output: name, values: [...result] };
}`;
}

const scores = ts`/** softmax: e^z / Σ e^z, after the greatest score is taken away. */
function readScores(output: string, result: Float32Array, names: readonly string[] | undefined): Prediction {
  const greatest = Math.max(...result);
  const powers = [...result].map((score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const label = (index: number): string => names?.[index] ?? String(index);
  const best = result.indexOf(greatest);
  const probabilities = Object.fromEntries(powers.map((power, index) => [label(index), power / total]));
  return { output, class: label(best), probability: powers[best]! / total, probabilities };
}`;

function commandLine(emission: Emission): Code {
  const { run } = emission.compiled;
  const csv = run.data.sources.find(({ source }) => source.use.definition.name === "csv")?.source;
  const values = csv?.use.arguments ?? {};
  const ignored = values["ignore"];
  const left = [...Object.values(csv?.fieldArguments ?? {}), ...(typeof ignored === "string" ? [ignored] : Array.isArray(ignored) ? (ignored as readonly string[]) : [])];
  const options = [
    ...(typeof values["delimiter"] === "string" ? [ts`delimiter: ${literal(values["delimiter"])}`] : []),
  ];
  return ts`const usage = ${literal(usageOf(run))};

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { checkpoint, backend, input, help } = readOptions(argv);
  const terminal = openTerminal();
  if (help) {
    terminal.write(usage);
    return 0;
  }
  const text = input === "-" ? await readStandardInput() : await readText(input);
  const model = await loadModel(checkpoint, backend);
  try {
    for (const prediction of await predict(model, parseRows(text, input))) {
      terminal.write(JSON.stringify(prediction.length === 1 ? prediction[0] : prediction) + "\\n");
    }
  } finally {
    await closeModel(model);
  }
  return 0;
}

function readOptions(argv: readonly string[]): { readonly checkpoint: string; readonly backend: BackendChoice; readonly input: string; readonly help: boolean } {
  let checkpoint = "run/best.safetensors";
  let backend: BackendChoice = "auto";
  const files: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") return { checkpoint, backend, input: "-", help: true };
    if (word !== "--checkpoint" && word !== "--backend") {
      if (word.startsWith("--")) throw new UserError("There is no option " + word + ".", [usage]);
      files.push(word);
      continue;
    }
    const value = argv[++index];
    if (value === undefined) throw new UserError(word + " needs a value.", [usage]);
    if (word === "--checkpoint") checkpoint = value;
    else if (value === "auto" || value === "gpu" || value === "cpu") backend = value;
    else throw new UserError("--backend is auto, gpu or cpu, not " + value + ".");
  }
  if (files.length > 1) throw new UserError("One file of rows at a time.", [usage]);
  return { checkpoint, backend, input: files[0] ?? "-", help: false };
}

async function readStandardInput(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of process.stdin) text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** A JSON list of rows, one JSON row a line, or CSV. */
function parseRows(text: string, where: string): Row[] {
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
}

/** Columns that are not given to the model. */
const otherColumns: readonly string[] = ${literal(left)};

/** The columns of the inputs one after the other, in the order of the inputs. A first line of names is known by its not being numbers. */
function parseTable(text: string, where: string): Row[] {
  const records = parseCsv(text, { where${options.length === 0 ? nothing : ts`, ${join(options, ts`, `)}`} });
  const first = records[0]?.cells ?? [];
  const named = first.some((cell) => cell.trim() === "" || Number.isNaN(Number(cell)));
  const names = named ? first : first.map((_, index) => String(index + 1));
  const needed = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const used = names.map((_, index) => index).filter((index) => names.length === needed || !otherColumns.includes(names[index]!));
  return (named ? records.slice(1) : records).map(({ cells }) => {
    const numbers = used.map((index) => Number(cells[index]));
    let start = 0;
    return Object.fromEntries(inputs.map(({ name, shape }) => [name, numbers.slice(start, (start += sizeOf(shape)))]));
  });
}

runAsProgram(import.meta.url, main);`;
}

function usageOf(run: TypedRun): string {
  return [
    `Predicts with ${run.model.name}: a line of JSON for each row of a file (JSON or CSV) or of the standard input.`,
    "",
    "  predict.ts [--checkpoint run/best.safetensors] [--backend auto|gpu|cpu] [rows.json|rows.csv|-]",
    "",
  ].join("\n");
}

