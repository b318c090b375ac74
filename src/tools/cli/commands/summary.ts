import { compileRun, OpenSize } from "../../../compiler/compile.ts";
import { costOf, trainingMemory, type ModelCost } from "../../../compiler/cost.ts";
import { suggest } from "../../../compiler/base/suggest.ts";
import type { Program, TypedModel } from "../../../compiler/typed/program.ts";
import { UsageError } from "../exit.ts";
import { grouped, table, writeLine } from "../output.ts";
import type { SharedOptions } from "../program.ts";
import { programOf } from "../runs.ts";
import { openDims } from "../open-dims.ts";

/** A row a layer for every model of the file, totals, and what training each run takes in memory. */
export function summary(file: string, options: SharedOptions & { readonly model?: string }): void {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const dims = openDims(program, options.set);
  const costs = chooseModels(program, options.model).map((model) => stating(() => costOf(model, dims)));
  if (options.format === "json") return writeLine(JSON.stringify({ models: costs }, undefined, 2));
  for (const cost of costs) writeLine(`${printCost(cost)}\n${memoryLines(program, cost.name, dims)}`);
}

function chooseModels(program: Program, name: string | undefined): readonly TypedModel[] {
  if (name === undefined) return program.models;
  const found = program.models.filter((model) => model.name === name);
  if (found.length > 0) return found;
  const names = program.models.map((model) => model.name);
  const near = suggest(name, names);
  throw new UsageError(`${program.path} has no model ${name}${near ? `; did you mean ${near}?` : `; it has ${names.join(", ")}`}`);
}

/** A size that the file leaves open is the caller's to give. */
function stating<Result>(compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof OpenSize) throw new UsageError(error.message);
    throw error;
  }
}

function printCost(cost: ModelCost): string {
  const rows = cost.layers.map((layer) => [layer.name, layer.shape, grouped(layer.parameters), grouped(layer.multiplyAdds)]);
  const total = ["total", "", grouped(cost.parameters), grouped(cost.multiplyAdds)];
  return `${cost.name}\n${table(["layer", "shape", "parameters", "multiply-adds"], [...rows, total], [2, 3])}`;
}

/** Plans are made for the runs that can be: a full batch is known only with its data. */
function memoryLines(program: Program, model: string, dims: ReadonlyMap<string, number>): string {
  return program.runs
    .filter((run) => run.model.name === model && run.batch !== "all")
    .map((run) => `training ${run.name}: ${mebibytes(stating(() => trainingMemory(compileRun(run, { dims }))))} of memory with ${run.batch} rows a step\n`)
    .join("");
}

function mebibytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
