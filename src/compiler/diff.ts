import { costOf, printType, type ModelCost } from "./cost.ts";
import { print } from "./ir/dim.ts";
import { explainPath } from "./typed/explain.ts";
import type { Program, TypedData, TypedModel, TypedRun } from "./typed/program.ts";
import { showUse } from "./typed/show.ts";

/** A text before and after; `undefined` where there was or is nothing. */
export interface Change {
  readonly what: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Whether a checkpoint of the old model holds what a tensor of the new one needs. */
export interface TensorFit {
  readonly path: string;
  /** `dropped`: only the old model has it, so that loading ignores it. */
  readonly fit: "fits" | "other shape" | "missing" | "dropped";
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface ModelDifference {
  readonly name: string;
  readonly before: ModelCost | undefined;
  readonly after: ModelCost | undefined;
  /** Layers, inputs and outputs that came, went, or have another shape. */
  readonly shapes: readonly Change[];
  /** Weights and running statistics; empty when one of the models is missing. */
  readonly tensors: readonly TensorFit[];
  /** Whether every tensor of the new model is in an old checkpoint with its shape. */
  readonly checkpointFits: boolean;
}

export interface Difference {
  readonly models: readonly ModelDifference[];
  readonly data: readonly { readonly name: string; readonly changes: readonly Change[] }[];
  readonly runs: readonly { readonly name: string; readonly changes: readonly Change[] }[];
  readonly same: boolean;
}

/** What differs between two checked programs; things are matched by their names. `dimsOf` gives sizes that a file leaves open. */
export function diffPrograms(
  before: Program,
  after: Program,
  dimsOf: (program: Program) => ReadonlyMap<string, number>,
): Difference {
  const models = paired(before.models, after.models).map(([name, old, now]) =>
    diffModels(
      name,
      old && { model: old, dims: dimsOf(before) },
      now && { model: now, dims: dimsOf(after) },
    ),
  );
  const data = paired(before.data, after.data).map(([name, old, now]) => ({
    name,
    changes: changesOf(factsOfData(old), factsOfData(now)),
  }));
  const runs = paired(before.runs, after.runs).map(([name, old, now]) => ({
    name,
    changes: together(changesOf(factsOfRun(before, old), factsOfRun(after, now))),
  }));
  const same =
    models.every(unchanged) && [...data, ...runs].every(({ changes }) => changes.length === 0);
  return { models, data, runs, same };
}

/** Whether nothing about a model is worth a line. */
export function unchanged({
  before,
  after,
  shapes,
  checkpointFits,
  tensors,
}: ModelDifference): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    shapes.length === 0 &&
    checkpointFits &&
    !tensors.some(({ fit }) => fit === "dropped") &&
    before.multiplyAdds === after.multiplyAdds &&
    before.depth === after.depth
  );
}

/** Things of equal name beside each other, the old order first. */
function paired<Thing extends { readonly name: string }>(
  before: readonly Thing[],
  after: readonly Thing[],
): readonly (readonly [string, Thing | undefined, Thing | undefined])[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.map((name) => [
    name,
    before.find((thing) => thing.name === name),
    after.find((thing) => thing.name === name),
  ]);
}

interface SizedModel {
  readonly model: TypedModel;
  readonly dims: ReadonlyMap<string, number>;
}

function diffModels(
  name: string,
  before: SizedModel | undefined,
  after: SizedModel | undefined,
): ModelDifference {
  const tensors = before && after ? fits(tensorsOf(before.model), tensorsOf(after.model)) : [];
  return {
    name,
    before: before && costOf(before.model, before.dims),
    after: after && costOf(after.model, after.dims),
    shapes: before && after ? changesOf(shapesOf(before.model), shapesOf(after.model)) : [],
    tensors,
    checkpointFits:
      before !== undefined &&
      after !== undefined &&
      tensors.every(({ fit }) => fit === "fits" || fit === "dropped"),
  };
}

function shapesOf(model: TypedModel): ReadonlyMap<string, string> {
  return new Map([
    ...model.inputs.map(({ name, type }) => [`input ${name}`, printType(type)] as const),
    ...model.layers.map(
      (layer) => [layer.path, `${layer.definition.name} ${printType(layer.outputType)}`] as const,
    ),
    ...model.outputs.map(({ name, value }) => [`result ${name}`, printType(value.type)] as const),
  ]);
}

/** The tensors of a checkpoint with their shapes; a tied weight has none of its own. */
function tensorsOf(model: TypedModel): ReadonlyMap<string, string> {
  const states = model.layers.flatMap((layer) => layer.states);
  const tensors = [...model.weights.filter(({ tied }) => tied === undefined), ...states];
  return new Map(tensors.map(({ path, shape }) => [path, `[${shape.map(print).join(", ")}]`]));
}

function fits(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly TensorFit[] {
  const paths = [...new Set([...after.keys(), ...before.keys()])];
  return paths.map((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    const fit =
      now === undefined
        ? "dropped"
        : old === undefined
          ? "missing"
          : old === now
            ? "fits"
            : "other shape";
    return { path, fit, before: old, after: now };
  });
}

function changesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((what) => ({ what, before: before.get(what), after: after.get(what) }))
    .filter((change) => change.before !== change.after);
}

function factsOfData(data: TypedData | undefined): ReadonlyMap<string, string> {
  if (!data) return new Map();
  const { train, validation, test } = data.split;
  return new Map([
    ...data.fields.map(
      ({ name, type }) =>
        [
          `field ${name}`,
          `${type.element.kind}${printType(type)}${type.element.kind === "class" ? ` of ${print(type.element.count)}` : ""}`,
        ] as const,
    ),
    ...data.sources.map(
      ({ part, source }) =>
        [part === "all" ? "source" : `source of ${part}`, showUse(source.use)] as const,
    ),
    ...data.normalize.map(
      ({ field, steps }) => [`normalize ${field}`, steps.map(showUse).join(" then ")] as const,
    ),
    ["split", `train ${train}, validation ${validation}, test ${test}`],
  ]);
}

/** Everything that `explain` says of a run, without the places where it was said; an optimiser of a weight only where it is another. */
function factsOfRun(program: Program, run: TypedRun | undefined): ReadonlyMap<string, string> {
  if (!run) return new Map();
  const { facts } = explainPath({ ...program, runs: [run], models: [] }, undefined);
  const own = facts.find(({ key }) => key === "optimizer")?.value;
  const told = facts.filter(
    ({ subject, key, value }) =>
      key !== "optimizer" || subject === `run ${run.name}` || value !== own,
  );
  return new Map(
    told.map(({ subject, key, value }) => [
      subject === `run ${run.name}` ? key : `${key} of ${subject}`,
      value,
    ]),
  );
}

/** One change of a setting of many weights is one line: `regularize of 12 weights (h1.weight, …)`. */
function together(changes: readonly Change[]): readonly Change[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = [change.what.split(" of ")[0], change.before, change.after].join("\u0000");
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()]
    .map((group) => {
      const [first] = group;
      if (group.length < 3) return group;
      const [key, subject] = first!.what.split(" of ");
      return [{ ...first!, what: `${key} of ${group.length} tensors (${subject}, …)` }];
    })
    .flat();
}
