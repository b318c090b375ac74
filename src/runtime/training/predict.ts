import { averageOverViews } from "../average-views.ts";
import { loadTensors } from "../checkpoint.ts";
import { sizeOf } from "../dataset.ts";
import type { BackendChoice, Device } from "../device.ts";
import { UserError } from "../errors.ts";
import { feedRows } from "../feed.ts";
import { denormalizeValues, normalizeValues } from "../normalize.ts";
import { classNameOf, numberOfLabel } from "../labels.ts";
import { own, recordOf } from "../own.ts";
import { preparationFromText } from "../preparation-text.ts";
import type { Preparation } from "../prepare.ts";
import { nearest } from "../suggest.ts";
import type { TrainingDefinition } from "./definition.ts";
import { keptTensors, openDevice, pick, writeTensors } from "./session.ts";
import type { ModelInput, ModelOutput } from "./types.ts";

/** Numbers, and labels where the model is given such: nested as the shape says or flat in row-major order; a text stands for the labels that its characters are. */
export type Numbers = number | string | readonly Numbers[];

/** A row by the names of the model's inputs; with a single input its numbers alone will do. */
export type Row = Readonly<Record<string, Numbers>> | readonly Numbers[] | string;

/** What is predicted for one row: the class with its probability, or the values; and everything the model gave. */
export interface Prediction {
  readonly output: string;
  readonly class?: string;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly values?: readonly number[];
}

export interface Model {
  readonly training: TrainingDefinition;
  readonly device: Device;
  readonly preparation: Preparation;
}

/** Loads a checkpoint (best.safetensors, last.safetensors); the same draws the same numbers on every machine. Close it with closeModel when it is no longer needed. */
export async function loadModel(
  training: TrainingDefinition,
  checkpoint: string,
  backend: BackendChoice = "auto",
  threads?: number,
): Promise<Model> {
  const file = await loadTensors(checkpoint);
  const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
  const seed = Number(file.metadata["seed"] ?? training.defaultSeed);
  const tensors = pick(file, keptTensors(training), checkpoint);
  const device = await openDevice(training, { backend, threads }, seed, {
    plan: training.plans.predict,
    variables: () => new Map(tensors.map(({ name, values }) => [name, values])),
  });
  writeTensors(device, tensors);
  return { training, device, preparation };
}

export async function closeModel(model: Model): Promise<void> {
  await model.device.dispose();
}

/** What the model says of each row, in their order: one prediction for each output. */
export async function predict(model: Model, rows: readonly Row[]): Promise<Prediction[][]> {
  const { training } = model;
  const predictions: Prediction[][] = [];
  for (let start = 0; start < rows.length; start += training.batchSize) {
    const some = rows.slice(start, start + training.batchSize);
    const results = training.views
      ? await resultsOverViews(model, some, start)
      : await resultsOf(model, some.length, inputsOf(model, some, start), start);
    for (let row = 0; row < some.length; row++) {
      predictions.push(
        training.modelOutputs.map((output) =>
          readOutput(model, output, rowOf(results.get(output.name)!, output.shape, row)),
        ),
      );
    }
  }
  return predictions;
}

/** The mean of what the model says of all views of some rows. */
async function resultsOverViews(
  model: Model,
  rows: readonly Row[],
  start: number,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { training } = model;
  const { field, shape } = training.viewed;
  const fields = gatherAll(model, rows, start);
  return averageOverViews(training.views!, fields[field]!, shape, training.modelOutputs, (seen) =>
    resultsOf(model, rows.length, { ...fields, [field]: seen }, start),
  );
}

/** Everything that the model gives for some rows, of which the first is row `start`. */
export async function resultsOf(
  { training, device }: Model,
  rows: number,
  inputs: Readonly<Record<string, Float32Array>>,
  start: number,
): Promise<ReadonlyMap<string, Float32Array>> {
  device.run(training.plans.predict, { rows, inputs, numbers: {}, step: 0 });
  const results = new Map<string, Float32Array>();
  for (const output of training.modelOutputs) {
    const values = await device.result(training.plans.predict, output.name);
    requireNumbers(values, rows, output, start);
    results.set(output.name, values);
  }
  return results;
}

/** A prediction that is no number is none; the first of the rows is row `start`. */
export function requireNumbers(
  values: Float32Array,
  rows: number,
  { name, shape }: Pick<ModelOutput, "name" | "shape">,
  start: number,
): void {
  const size = sizeOf(shape);
  const place = values.subarray(0, rows * size).findIndex((value) => !Number.isFinite(value));
  if (place === -1) return;
  throw new UserError(
    `row ${start + Math.floor(place / size) + 1}: the model gives ${values[place]} for ${name}, which is no prediction: values of the row are too far from those that it was trained on.`,
  );
}

export function rowOf(values: Float32Array, shape: readonly number[], row: number): Float32Array {
  const size = sizeOf(shape);
  return values.slice(row * size, (row + 1) * size);
}

/** What the model is given of some rows, of which the first is row `start`: pictures are cut to size as in measuring. */
export function inputsOf(
  model: Model,
  rows: readonly Row[],
  start: number,
): Readonly<Record<string, Float32Array>> {
  const { training } = model;
  const fields = gatherAll(model, rows, start);
  if (!training.feedsPredictions) return fields;
  const cut = Object.entries(fields).map(([field, values]) => {
    const feed = training.feeding!.get(field);
    return [field, feed && "steps" in feed ? feedRows(values, feed) : values];
  });
  return Object.fromEntries(cut);
}

/** The numbers of all inputs for some rows, by the names of their fields. */
function gatherAll(
  model: Model,
  rows: readonly Row[],
  start: number,
): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    model.training.modelInputs.map((input) => [input.field, gather(model, input, rows, start)]),
  );
}

/** The numbers of one input for some rows, checked, flat, and brought to the scale that the model was trained in. */
function gather(
  model: Model,
  input: ModelInput,
  rows: readonly Row[],
  start: number,
): Float32Array {
  const { training, preparation } = model;
  const size = sizeOf(input.shape);
  const gathered = new Float64Array(training.batchSize * size);
  rows.forEach((row, index) => {
    const place = `row ${start + index + 1}, ${input.name}`;
    const given = training.tableOptions
      ? columnsIn(model, row, input, place)
      : numbersIn(training, row, input, place);
    const numbers =
      training.readsLabels && input.classes !== undefined
        ? labelsIn(preparation, input, given, place)
        : leaves(given, place).map((value) => finiteNumber(value, place));
    if (numbers.length !== size)
      throw new UserError(
        `${place}: ${size} numbers are needed, and ${numbers.length} were given.`,
      );
    gathered.set(numbers, index * size);
  });
  const normalization = own(preparation.normalizations, input.field);
  const scaled = Float32Array.from(gathered);
  if (normalization !== undefined) normalizeValues(gathered, normalization, scaled);
  return scaled;
}

/** What a row gives to an input, by its name. */
function numbersIn(
  training: TrainingDefinition,
  row: Row,
  { name }: ModelInput,
  place: string,
): Numbers {
  if (typeof row !== "object" || row === null || isList(row)) {
    if (training.modelInputs.length === 1) return row;
    throw new UserError(`${place}: numbers alone are no row, as there are several inputs.`, [
      `A row names them: ${training.modelInputs.map((input) => input.name).join(", ")}.`,
    ]);
  }
  return named(row, name, place);
}

/** The same where training had a table: the input by its name, or by the names of its columns. */
function columnsIn(
  { training, preparation }: Model,
  row: Row,
  input: ModelInput,
  place: string,
): Numbers {
  const columns = own(preparation.layout?.fields, input.field);
  if (typeof row !== "object" || row === null || isList(row) || Object.hasOwn(row, input.name))
    return numbersIn(training, row, input, place);
  if (columns === undefined) return named(row, input.name, place);
  return columns.map((column) => named(row, column, place));
}

function named(row: Readonly<Record<string, Numbers>>, name: string, place: string): Numbers {
  if (Object.hasOwn(row, name)) return row[name]!;
  const near = nearest(name, Object.keys(row));
  throw new UserError(`${place}: the row has no ${JSON.stringify(name)}.`, [
    near === undefined
      ? `It has: ${Object.keys(row).slice(0, 20).join(", ") || "nothing"}.`
      : `Did you mean ${JSON.stringify(near)}?`,
  ]);
}

function isList(value: Row | Numbers): value is readonly Numbers[] {
  return Array.isArray(value);
}

/** A number, also as the text of one; anything else is refused, and nothing stands for what is missing. */
function finiteNumber(value: number | string, place: string): number {
  const number = typeof value === "number" ? value : Number(value.trim() || Number.NaN);
  if (Number.isFinite(Math.fround(number))) return number;
  throw new UserError(
    `${place}: everything in it must be a finite number; found ${JSON.stringify(value)}.`,
  );
}

/** Labels by the names that they had in training, or by their numbers where these were 0 … n − 1 there. */
function labelsIn(
  preparation: Preparation,
  { field, shape, classes = 0 }: ModelInput,
  written: Numbers,
  place: string,
): number[] {
  const names = own(preparation.classNames, field);
  const labels =
    typeof written === "string" && sizeOf(shape) > 1 ? [...written] : leaves(written, place);
  return labels.map((label) => {
    const number =
      names === undefined ? numberOfLabel(String(label), classes) : names.indexOf(String(label));
    if (number !== undefined && number >= 0) return number;
    throw new UserError(`${place}: there is no class ${JSON.stringify(label)}.`, [
      names === undefined
        ? `Classes are numbers from 0 to ${classes - 1}.`
        : `There are ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}.`,
    ]);
  });
}

/** All numbers and texts of what a row gives; a file may hold anything. */
function leaves(written: Numbers, place: string): (number | string)[] {
  if (typeof written === "number" || typeof written === "string") return [written];
  if (isList(written)) return written.flatMap((inner) => leaves(inner, place));
  throw new UserError(
    `${place}: ${written === null ? "a value is missing" : `numbers or texts are expected; found ${JSON.stringify(written)}`}.`,
  );
}

/** What one output says of one row, in words and scales of the data. */
export function readOutput(
  { training, preparation }: Model,
  { name, kind, field }: ModelOutput,
  result: Float32Array,
): Prediction {
  if (training.saysProbabilities && kind === "probabilities")
    return readProbabilities(name, result, own(preparation.classNames, field ?? ""));
  if (training.saysScores && kind === "scores") {
    const names = own(preparation.classNames, field ?? "");
    const best = result.indexOf(Math.max(...result));
    return { output: name, class: classNameOf(names, best), values: [...result] };
  }
  if (training.saysChances && kind === "chance") {
    const chances = [...result].map((score) => 1 / (1 + Math.exp(-score)));
    const isOfTwo = training.fields.some((each) => each.name === field && each.classes === 2);
    if (!isOfTwo || chances.length !== 1) return { output: name, values: chances };
    const [chance = 0] = chances;
    return ofClasses(name, [1 - chance, chance], own(preparation.classNames, field ?? ""));
  }
  const normalization =
    kind === "values" && field !== undefined ? own(preparation.normalizations, field) : undefined;
  if (normalization !== undefined) denormalizeValues(result, normalization);
  return { output: name, values: [...result] };
}

/** softmax: e^z / Σ e^z, after the greatest score is taken away. */
function readProbabilities(
  output: string,
  result: Float32Array,
  names: readonly string[] | undefined,
): Prediction {
  const greatest = Math.max(...result);
  const powers = [...result].map((score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return ofClasses(
    output,
    powers.map((power) => power / total),
    names,
  );
}

/** The likeliest class, and the probability of each. */
function ofClasses(
  output: string,
  shares: readonly number[],
  names: readonly string[] | undefined,
): Prediction {
  const best = shares.indexOf(Math.max(...shares));
  const probabilities = recordOf(
    shares.map((share, index) => [classNameOf(names, index), share] as const),
  );
  return {
    output,
    class: classNameOf(names, best),
    probability: shares[best]!,
    probabilities,
  };
}
