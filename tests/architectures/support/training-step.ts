import { readFileSync } from "node:fs";
import { compileRun } from "../../../src/compiler/compile.ts";
import type { ArrayType } from "../../../src/compiler/ir/array-type.ts";
import { nodesOf, type Node } from "../../../src/compiler/ir/graph.ts";
import { interpret, interpretNode } from "../../../src/compiler/ir/interpret.ts";
import type { CompiledRun } from "../../../src/compiler/plan/compiled.ts";
import { checkWithoutLints } from "../../support/check-text.ts";
import { interpretFloat32 } from "../../support/interpret-float32.ts";
import type { Network } from "../../support/networks.ts";
import { graphValues } from "../../support/plans.ts";
import type { FrozenStep } from "./frozen.ts";
import { countOf, drawn, uniform } from "./numbers.ts";

/** Everything that a step leaves, by name: outputs, new weights and states. */
export type Outcome = ReadonlyMap<string, ArrayLike<number>>;

/** A run of a specification, compiled, with the numbers that PyTorch began with. */
export interface TrainingStep {
  readonly frozen: FrozenStep;
  readonly compiled: CompiledRun;
  readonly network: Network;
  readonly scalars: ReadonlyMap<string, number>;
}

/** Rows that the programs are made for; some steps have fewer. */
const capacity = 4;

/** Sizes that specifications leave open or that are larger than a comparison needs. */
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "examples/digits": { width: "64" },
  "examples/initialisation": { width: "16" },
};
const dims: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "examples/character": { T: 6 },
};

export function trainingStep(frozen: FrozenStep): TrainingStep {
  const [file, name] = frozen.name.split(" ") as [string, string];
  const set = new Map(Object.entries(settings[file] ?? {}));
  const path = `${file}.nnspec`;
  const { value } = checkWithoutLints(readFileSync(path, "utf8"), path, set);
  const run = value!.runs.find((each) => each.name === name)!;
  const compiled = compileRun(
    { ...run, batch: run.batch === "all" ? "all" : capacity },
    { rows: frozen.rows, dims: new Map(Object.entries(dims[file] ?? {})) },
  );
  const scalars = scalarsOf(compiled);
  return { frozen, compiled, network: networkOf(frozen, compiled, scalars), scalars };
}

/** The numbers of the host at the first of 100 steps, at a rate of 1: so the way that a weight goes shows its gradient whole. */
function scalarsOf({ schedules }: CompiledRun): ReadonlyMap<string, number> {
  const clock = new Map([
    ["step", 1],
    ["steps_per_epoch", 10],
    ["total_steps", 100],
    ["drops", 0],
  ]);
  const bindings = { values: new Map(), scalars: clock, rows: 1 };
  const hosted = [...schedules].map(
    ([name, formula]) => [name, interpretNode(formula, bindings)[0]!] as const,
  );
  return new Map([...clock, ...hosted, ["rate", 1]]);
}

function networkOf(
  frozen: FrozenStep,
  compiled: CompiledRun,
  scalars: ReadonlyMap<string, number>,
): Network {
  const { train: graph } = compiled.graphs;
  const leaves = nodesOf(graph).flatMap(leafOf);
  const first = firstValues(frozen, compiled);
  return {
    graph,
    capacity: compiled.capacity,
    values: new Map(leaves.map(({ op, name, type }) => [name, first[op](name, type.shape)])),
    types: new Map(leaves.map(({ name, type }) => [name, type])),
    inputs: leaves.flatMap(({ op, name }) => (op === "input" ? [name] : [])),
    scalars: () => scalars,
  };
}

interface Leaf {
  readonly op: "input" | "parameter" | "state" | "random";
  readonly name: string;
  readonly type: ArrayType;
}

function leafOf(node: Node): readonly Leaf[] {
  const { op, type } = node;
  switch (op) {
    case "random":
      return [{ op, type, name: node.attributes.stream }];
    case "input":
    case "parameter":
    case "state":
      return [{ op, type, name: node.attributes.name }];
    default:
      return [];
  }
}

/** What a leaf of each kind begins with: the numbers that the script draws. */
function firstValues(
  { name: network, seed }: FrozenStep,
  { fields, states }: CompiledRun,
): Readonly<Record<Leaf["op"], (name: string, shape: readonly number[]) => Float64Array>> {
  const keyOf = (name: string): string => `${seed} ${network} ${name}`;
  /** As the script calls it. */
  const scriptName = (name: string): string => {
    const teaching = states.find((each) => each.role === "teacher" && each.name === name);
    return teaching === undefined ? name : `teacher/${teaching.of}`;
  };
  const begin = (name: string, shape: readonly number[]): Float64Array =>
    drawn(keyOf(scriptName(name)), scriptName(name), shape);
  const labels = (name: string, count: number, classes: number): Float64Array =>
    uniform(keyOf(name), count).map((u) => Math.floor(u * classes));
  return {
    random: (name, shape) => uniform(keyOf(name), countOf(shape)),
    parameter: begin,
    input: (name, shape) => {
      const field = fields.find((each) => each.name === name)!;
      if (field.classes === undefined)
        return uniform(keyOf(name), countOf(shape)).map((u) => 2 * u - 1);
      if (shape.length === field.shape.length + 1)
        return labels(name, countOf(shape), field.classes);
      const [one, other] = [name, `${name}/other`].map((each) =>
        labels(each, shape[0]!, field.classes!),
      );
      return mixed(one!, other!, field.classes);
    },
    state: (name, shape) => {
      const { role } = states.find((each) => each.name === name) ?? { role: undefined };
      if (role === "statistic" || role === "teacher") return begin(name, shape);
      return name.endsWith("_inverse") ? identity(shape[0]!) : new Float64Array(countOf(shape));
    },
  };
}

/** Distributions over the classes, as mixup leaves them: three quarters of one label, a quarter of another. */
function mixed(one: Float64Array, other: Float64Array, classes: number): Float64Array {
  return Float64Array.from({ length: one.length * classes }, (_, place) => {
    const [row, label] = [Math.floor(place / classes), place % classes];
    return (one[row] === label ? 0.75 : 0) + (other[row] === label ? 0.25 : 0);
  });
}

/** Curvature that turns no gradient. */
function identity(width: number): Float64Array {
  return Float64Array.from({ length: width * width }, (_, place) =>
    place % (width + 1) === 0 ? 1 : 0,
  );
}

export interface Interpreted {
  readonly exact: Outcome;
  /** The same with every result rounded to 32 bits. */
  readonly rounded: Outcome;
}

export function interpretedStep({ frozen, network, scalars }: TrainingStep): Interpreted {
  const { rows } = frozen;
  const bindings = { values: graphValues(network, rows), scalars, rows };
  const { outputs, updates } = interpret(network.graph, bindings);
  const all = new Map([...network.graph.outputs, ...network.graph.updates]);
  return {
    exact: new Map([...outputs, ...updates]),
    rounded: interpretFloat32({ outputs: all, updates: new Map() }, bindings),
  };
}
