import type { LossExpression, Value } from "../../typed/program.ts";
import { fedFields } from "./augment-module.ts";
import { comment, literal, nothing, ts, type Code } from "./code.ts";
import { fieldOf, keptFile, specName, type Emission } from "./emission.ts";
import type { ModuleText } from "./modules.ts";
import { commandLine } from "./predict-command.ts";
import { classesOf, hasLabels, labelFunctions, numbersType } from "./predict-labels.ts";
import { sampling } from "./predict-sampling.ts";
import { textCommands, writerOf } from "./predict-text.ts";

/** `predict.ts`: the trained model in use, as a module and from the command line. */
export function predictModule(emission: Emission): ModuleText {
  const { run } = emission.compiled;
  const kinds = new Set(readings(emission).map(({ kind }) => kind));
  const writer = writerOf(emission);
  const use = writer
    ? 'From the command line: `echo "Shall I" | npm run predict -- --length 300`, which goes on with a text.'
    : "From the command line: `npm run predict -- rows.json`, where rows are JSON objects or the lines of a CSV file.";
  return {
    path: "predict.ts",
    header: comment(
      `Predicts with ${run.model.name} (run ${run.name} of ${specName(emission)}), made by nnspec.`,
      `In a program: \`const model = await loadModel("${keptFile(emission)}"); await ${writer ? "continueText(model, start, { length: 300, temperature: 0.7, seed: 0 })" : "predict(model, [row])"}\`.\n${use}`,
    ),
    statements: [
      tables(emission),
      types(emission),
      loadModel,
      predictFunction(emission),
      ...sampling(emission, {
        probabilities: kinds.has("probabilities"),
        scores: kinds.has("scores"),
      }),
      ...helpers(emission),
      ...(writer ? textCommands(emission, writer) : commandLine(emission)),
    ],
  };
}

/** How an output of the model is to be read. */
export interface Reading {
  readonly output: string;
  readonly shape: readonly number[];
  readonly kind: "probabilities" | "scores" | "chance" | "values";
  /** The field whose labels or scale the output speaks in. */
  readonly field: string | undefined;
}

export function readings(emission: Emission): readonly Reading[] {
  const { compiled } = emission;
  const terms = lossTerms(compiled.run.loss);
  return compiled.run.model.outputs.map(({ name: output, value }) => {
    const shape = compiled.graphs.predict.outputs.get(output)!.type.shape.slice(1);
    const term = terms.find(({ operands }) => operands[0] === value);
    return {
      output,
      shape,
      kind: kindOf(term, shape),
      field: fieldBehind(emission, term?.operands[1]),
    };
  });
}

type LossTerm = Extract<LossExpression, { kind: "loss" }>;

/** The loss says what its first operand is: logits of a distribution, scores of classes, or values. */
function kindOf(term: LossTerm | undefined, shape: readonly number[]): Reading["kind"] {
  const definition = term?.use.definition;
  if (definition?.likelihood === "sigmoid") return "chance";
  if (definition?.operands[0]?.accepts !== "logits" || shape.length !== 1) return "values";
  return definition.likelihood === "softmax" ? "probabilities" : "scores";
}

function lossTerms(loss: LossExpression): readonly LossTerm[] {
  if (loss.kind === "loss") return [loss];
  return loss.kind === "number" ? [] : loss.operands.flatMap(lossTerms);
}

function fieldBehind(emission: Emission, value: Value | undefined): string | undefined {
  if (value?.body.kind === "input") return fieldOf(emission, value.body.name);
  return value?.body.kind === "field" ? value.body.name : undefined;
}

function tables(emission: Emission): Code {
  const { compiled } = emission;
  const inputs = compiled.run.model.inputs.map((input) => {
    const field = fieldOf(emission, input.name);
    const shape = compiled.fields.find((one) => one.name === field)?.shape ?? [];
    return { name: input.name, field, shape: [...shape], classes: classesOf(emission, input.name) };
  });
  const outputs = readings(emission).map(({ output, shape, kind, field }) => ({
    name: output,
    shape: [...shape],
    kind,
    field,
  }));
  return ts`/** What a row consists of, and the fields of the data that scale it. */
const inputs: readonly { readonly name: string; readonly field: string; readonly shape: readonly number[]${hasLabels(emission) ? ts`; readonly classes?: number` : nothing} }[] = ${literal(inputs)};

/** What the model says, and how it is read: as logits or scores of classes, as the logit of a chance, or as values in the scale of a field. */
const outputs: readonly Output[] = ${literal(outputs)};

/** Rows that are worked on at once. */
const capacity = ${literal(compiled.capacity)};`;
}

const types = (emission: Emission): Code => ts`interface Output {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "probabilities" | "scores" | "chance" | "values";
  readonly field?: string;
}

${numbersType(emission)}

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

const loadModel = ts`/** Loads a checkpoint (best.safetensors, last.safetensors). Close it with closeModel when it is no longer needed. */
export async function loadModel(checkpoint: string, backend: BackendChoice = "auto", threads?: number): Promise<Model> {
  const file = await loadTensors(checkpoint);
  const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
  const tensors = [...parameters, ...statistics].map(({ name, shape }) => [name, requireTensor(file, name, shape, checkpoint)] as const);
  const calibration = { plan: plans.predict, variables: () => new Map(tensors) };
  const device = await createDevice({ backend, threads, calibration, fillUniform: () => undefined, wasm: wasmModule });
  for (const [name, values] of tensors) device.write(name, values);
  return { device, preparation };
}

export async function closeModel(model: Model): Promise<void> {
  await model.device.dispose();
}`;

function predictFunction(emission: Emission): Code {
  const { run } = emission.compiled;
  const seen = run.views
    ? ts`const results = await averageOverViews(views, fields[viewed.field]!, viewed.shape, outputs, (rows) => resultsOf(model, some.length, { ...fields, [viewed.field]: rows }));`
    : ts`const results = await resultsOf(model, some.length, fields);`;
  return ts`/** What the model says of each row, in their order: one prediction for each output${run.views ? ts`, the mean over all views of the row` : nothing}. */
export async function predict(model: Model, rows: readonly Row[]): Promise<Prediction[][]> {
  const predictions: Prediction[][] = [];
  for (let start = 0; start < rows.length; start += capacity) {
    const some = rows.slice(start, start + capacity);
    const fields = Object.fromEntries(inputs.map((input) => [input.field, gather(model, input, some, start${cutsTwice(emission) ? ts`, true` : nothing})]));
    ${seen}
    for (let row = 0; row < some.length; row++) {
      predictions.push(outputs.map((output) => read(model, output, rowOf(results.get(output.name)!, output.shape, row))));
    }
  }
  return predictions;
}

/** Everything that the model gives for some rows. */
async function resultsOf(model: Model, rows: number, fields: Readonly<Record<string, Float32Array>>): Promise<ReadonlyMap<string, Float32Array>> {
  model.device.run(plans.predict, { rows, inputs: fields, numbers: {}, step: 0 });
  const results = new Map<string, Float32Array>();
  for (const { name } of outputs) results.set(name, await model.device.result(plans.predict, name));
  return results;
}`;
}

function helpers(emission: Emission): readonly Code[] {
  const kinds = new Set(readings(emission).map(({ kind }) => kind));
  return [
    sizes,
    gathering(emission),
    readFunction(kinds),
    ...(kinds.has("probabilities") ? [probabilities] : []),
  ];
}

const sizes = ts`function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function rowOf(values: Float32Array, shape: readonly number[], row: number): Float32Array {
  const size = sizeOf(shape);
  return values.slice(row * size, (row + 1) * size);
}`;

/** Whether rows are cut to size in two ways: in the middle, and by the views. */
function cutsTwice({ compiled: { run } }: Emission): boolean {
  return run.views !== undefined && fedFields(run).length > 0;
}

/** Pictures are cut to size as in measuring, but where the views do that. */
function gathering(emission: Emission): Code {
  const { run } = emission.compiled;
  const labelled = hasLabels(emission);
  const cut = fedFields(run);
  const whole = cutsTwice(emission);
  return ts`/** The numbers of one input for some rows, checked, flat, and brought to the scale that the model was trained in. */
function gather(model: Model, input: (typeof inputs)[number], rows: readonly Row[], start: number${whole ? ts`, whole = false` : nothing}): Float32Array {
  const size = sizeOf(input.shape);
  const gathered = new Float32Array(capacity * size);
  rows.forEach((row, index) => {
    const place = "row " + (start + index + 1) + ", " + input.name;
    const numbers = ${labelled ? ts`input.classes === undefined ? flatten(numbersIn(row, input.name)) : labelsIn(model, input, numbersIn(row, input.name), place)` : ts`flatten(numbersIn(row, input.name))`};
    if (numbers.length !== size) throw new UserError(place + ": " + size + " numbers are needed, and " + numbers.length + " were given.");
    if (!numbers.every(Number.isFinite)) throw new UserError(place + ": everything in it must be a finite number.");
    gathered.set(numbers, index * size);
  });
  const normalization = own(model.preparation.normalizations, input.field);
  if (normalization !== undefined) normalizeValues(gathered, normalization);
  ${
    cut.length === 0
      ? ts`return gathered;`
      : ts`const feed = ${whole ? ts`whole ? undefined : ` : nothing}feeding.get(input.field);
  return feed !== undefined && "steps" in feed ? feedRows(gathered, feed) : gathered;`
  }
}

function numbersIn(row: Row, name: string): Numbers {
  if (${labelled ? ts`typeof row === "string" || ` : nothing}isList(row)) return row;
  return Object.hasOwn(row, name) ? row[name]! : [];
}

function isList(value: Row | Numbers): value is readonly Numbers[] {
  return Array.isArray(value);
}

function flatten(numbers: Numbers): number[] {
  return isList(numbers) ? numbers.flatMap(flatten) : [Number(numbers)];
}${labelFunctions(emission)}`;
}

function readFunction(kinds: ReadonlySet<Reading["kind"]>): Code {
  const classes = kinds.has("probabilities") || kinds.has("scores");
  return ts`function read({ preparation }: Model, { name, kind, field }: Output, result: Float32Array): Prediction {
  ${classes ? ts`const names = own(preparation.classNames, field ?? "");` : nothing}
  ${kinds.has("probabilities") ? ts`if (kind === "probabilities") return readProbabilities(name, result, names);` : nothing}
  ${
    kinds.has("scores")
      ? ts`if (kind === "scores") {
    const best = result.indexOf(Math.max(...result));
    return { output: name, class: names?.[best] ?? String(best), values: [...result] };
  }`
      : nothing
  }
  ${kinds.has("chance") ? ts`if (kind === "chance") return { output: name, values: [...result].map((score) => 1 / (1 + Math.exp(-score))) };` : nothing}
  const normalization = kind === "values" && field !== undefined ? own(preparation.normalizations, field) : undefined;
  if (normalization !== undefined) denormalizeValues(result, normalization);
  return { output: name, values: [...result] };
}`;
}

const probabilities = ts`/** softmax: e^z / Σ e^z, after the greatest score is taken away. */
function readProbabilities(output: string, result: Float32Array, names: readonly string[] | undefined): Prediction {
  const greatest = Math.max(...result);
  const powers = [...result].map((score) => Math.exp(score - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const label = (index: number): string => names?.[index] ?? String(index);
  const best = result.indexOf(greatest);
  const probabilities = Object.fromEntries(powers.map((power, index) => [label(index), power / total]));
  return { output, class: label(best), probability: powers[best]! / total, probabilities };
}`;
