import type { SourceDefinition } from "../../compiler/library/definition.ts";
import { sources } from "../../compiler/library/sources/index.ts";
import type { LossExpression, TypedSource, Value } from "../../compiler/typed/program.ts";
import { fieldOf, keptFile, type Emission } from "./emission.ts";

/** Whether the data is a folder of images. */
export function isOfFolder({ compiled }: Emission): boolean {
  return compiled.run.data.sources.some(({ source }) => source.use.definition.reads === "images");
}

/** The source of a run that reads a text. */
export function textSource({ compiled }: Emission): TypedSource | undefined {
  return compiled.run.data.sources.find(
    ({ source }) => source.use.definition.reads === "characters",
  )?.source;
}

/** The source whose files a run is trained on: its own, or that of the file that is bound in its place; none where nothing says what they are. */
export function readerOf(emission: Emission): SourceDefinition | undefined {
  const { data } = emission.compiled.run;
  const bound = emission.bound.get(data.name);
  return bound === undefined
    ? data.sources[0]?.source.use.definition
    : sources.find(({ other }) => other?.names.test(bound));
}

/** Whether the rows of a run may come from a table. */
export function readsTables(emission: Emission): boolean {
  const definition = readerOf(emission);
  if (definition !== undefined) return definition.reads === "table";
  return !textSource(emission) && !isOfFolder(emission);
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

/** How many classes the field of a model's input has, where it holds labels. */
export function classesOf(emission: Emission, input: string): number | undefined {
  return emission.compiled.fields.find(({ name }) => name === fieldOf(emission, input))?.classes;
}

/** Whether the model is given labels (one_hot, embedding): its rows are then written with their names. */
export function hasLabels(emission: Emission): boolean {
  return emission.compiled.run.model.inputs.some(
    ({ name }) => classesOf(emission, name) !== undefined,
  );
}

/** What `--tta` measures: of the first output that is a distribution over classes. */
export function measuredOutput(
  emission: Emission,
): ReturnType<typeof readings>[number] | undefined {
  return (
    emission.compiled.run.views &&
    readings(emission).find(({ kind, field }) => kind === "probabilities" && field !== undefined)
  );
}

/** How many samples the command line draws unless it is told: none where the run predicts in the plain way. */
export function samplesByDefault({ compiled: { run } }: Emission): number {
  return run.predict?.samples ?? 0;
}

export function usageOf(emission: Emission): string {
  return [
    `Predicts with ${emission.compiled.run.model.name}: a line of JSON for each row of a file (JSON or CSV) or of the standard input.`,
    "",
    `  predict.ts [--checkpoint ${keptFile(emission)}] [--backend auto|gpu|wasm|cpu] [--threads auto|n]${draws(emission) ? " [--samples n]" : ""} [--header on|off]${isTable(emission) ? " [--measure]" : ""} [rows.json|rows.csv|-]`,
    ...(draws(emission)
      ? [
          `  --samples: so many predictions of each row with noise on, their mean and spread; 0 for one without noise (default: ${samplesByDefault(emission)})`,
        ]
      : []),
    "  --header: whether the first line of a table names its columns; off: they stand in the order of the training",
    ...(isTable(emission)
      ? ["  --measure: measure the predictions too, on the targets that the table has"]
      : []),
    "",
  ].join("\n");
}

/** Whether the data is a table. */
function isTable({ compiled }: Emission): boolean {
  return compiled.run.data.sources.some(({ source }) => source.use.definition.reads === "table");
}

function draws({ compiled }: Emission): boolean {
  return compiled.plans.sample !== undefined;
}

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

/** The file in the folder of a training that `predict.ts` can be given: a few rows, or the text that it goes on with. */
export function exampleName(emission: Emission): "rows.json" | "start.txt" {
  return writerOf(emission) ? "start.txt" : "rows.json";
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
