import { suggest } from "../../../compiler/base/suggest.ts";
import { compileRun } from "../../../compiler/compile.ts";
import { costOf, predictionMemory, type ModelCost } from "../../../compiler/cost.ts";
import { memoryOfPlan, type PlanMemory } from "../../../compiler/memory.ts";
import type { Program, TypedModel } from "../../../compiler/typed/program.ts";
import { UsageError } from "../exit.ts";
import { openDims, stating } from "../open-dims.ts";
import { byteCount, grouped, table, writeLine } from "../output.ts";
import type { SharedOptions } from "../options.ts";
import { programOf } from "../runs.ts";

type Dims = ReadonlyMap<string, number>;

/** What a run takes in memory, in bytes, with its own batch. */
interface RunMemory {
  readonly name: string;
  readonly batch: number;
  readonly training: PlanMemory;
  readonly prediction: PlanMemory;
}

interface ModelSummary extends ModelCost {
  /** Bytes for predicting one row. */
  readonly predictionMemory: PlanMemory;
  readonly runs: readonly RunMemory[];
}

/** A row a layer for every model of the file, totals, and what prediction and training take in memory. */
export function summary(file: string, options: SharedOptions & { readonly model?: string }): void {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const dims = openDims(program, options.set);
  const models = chooseModels(program, options.model).map((model) =>
    stating(() => summaryOf(program, model, dims)),
  );
  if (options.format === "json") writeLine(JSON.stringify({ models }, undefined, 2));
  else for (const model of models) writeLine(print(model));
}

/** The model of that name, or all of them. */
export function chooseModels(program: Program, name: string | undefined): readonly TypedModel[] {
  if (name === undefined) return program.models;
  const found = program.models.filter((model) => model.name === name);
  if (found.length > 0) return found;
  const names = program.models.map((model) => model.name);
  const near = suggest(name, names);
  throw new UsageError(
    `${program.path} has no model ${name}${near ? `; did you mean ${near}?` : `; it has ${names.join(", ")}`}`,
  );
}

/** Plans are made for the runs that can be: a full batch is known only with its data. */
function summaryOf(program: Program, model: TypedModel, dims: Dims): ModelSummary {
  const runs = program.runs.flatMap((run): readonly RunMemory[] => {
    if (run.model !== model || run.batch === "all") return [];
    const { plans } = compileRun(run, { dims });
    return [
      {
        name: run.name,
        batch: run.batch,
        training: memoryOfPlan(plans.train),
        prediction: memoryOfPlan(plans.predict),
      },
    ];
  });
  return { ...costOf(model, dims), predictionMemory: predictionMemory(model, 1, dims), runs };
}

function print(model: ModelSummary): string {
  const seen = Object.keys(model.receptiveField).length > 0;
  const row = (
    name: string,
    shape: string,
    field: string,
    parameters: number,
    multiplyAdds: number,
  ): readonly string[] => [
    name,
    shape,
    ...(seen ? [field] : []),
    grouped(parameters),
    grouped(multiplyAdds),
  ];
  const rows = model.layers.map((layer) =>
    row(
      layer.name,
      layer.shape,
      printField(layer.receptiveField),
      layer.parameters,
      layer.multiplyAdds,
    ),
  );
  const total = row("total", "", "", model.parameters, model.multiplyAdds);
  const titles = ["layer", "shape", ...(seen ? ["sees"] : []), "parameters", "multiply-adds"];
  const title =
    model.documentation === undefined
      ? model.name
      : `${model.name} (${model.documentation.trim()})`;
  return [
    title,
    table(titles, [...rows, total], [titles.length - 2, titles.length - 1]),
    ...facts(model),
    "",
  ].join("\n");
}

function facts(model: ModelSummary): readonly string[] {
  const { parameters, prediction, depth, receptiveField, predictionMemory: memory } = model;
  const field = printField(receptiveField);
  const heads =
    prediction.parameters === parameters
      ? []
      : [
          `prediction: ${grouped(prediction.parameters)} parameters, ${grouped(prediction.multiplyAdds)} multiply-adds`,
          `with the heads that only a loss uses: ${grouped(parameters)} parameters, ${grouped(model.multiplyAdds)} multiply-adds`,
        ];
  return [
    ...heads,
    `depth ${depth}${field === "" ? "" : ` · receptive field ${field}`} · weights ${byteCount(memory.weights)}`,
    `predicting one row: ${printMemory(memory)}`,
    ...model.runs.flatMap(({ name, batch, training, prediction: used }) => [
      `training ${name} with ${grouped(batch)} rows a step: ${printMemory(training)}`,
      `predicting with ${name}, ${grouped(batch)} rows: ${printMemory(used)}`,
    ]),
  ];
}

/** `427 x 427`; `all` where the whole axis is seen. */
function printField(field: Readonly<Record<string, number | "all">>): string {
  const sizes = Object.values(field);
  return sizes.length > 0 && sizes.every((size) => size === "all") ? "all" : sizes.join(" x ");
}

function printMemory({ weights, states, activations, total }: PlanMemory): string {
  const parts = [
    `weights ${byteCount(weights)}`,
    ...(states > 0 ? [`optimiser and statistics ${byteCount(states)}`] : []),
    `activations ${byteCount(activations)}`,
  ];
  return `${byteCount(total)} of memory (${parts.join(", ")})`;
}
