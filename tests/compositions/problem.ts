import { hasErrors } from "../../src/compiler/base/outcome.ts";
import { check } from "../../src/compiler/check.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { Bindings } from "../../src/compiler/ir/interpret.ts";
import { nodesOf, type Graph } from "../../src/compiler/ir/graph.ts";
import type { CompiledParameter, CompiledRun } from "../../src/compiler/plan/compiled.ts";
import type { TypedRun } from "../../src/compiler/typed/program.ts";
import { initialize } from "../../src/runtime/initialize.ts";
import { firstStates, hostScalars } from "../support/interpreted-run.ts";
import { lintsOff } from "../support/lints-off.ts";
import { uniformNumbers } from "../support/random-numbers.ts";
import { elaborate, type Composition } from "./composition.ts";
import { specOf, targetsOf, type TargetField } from "./print.ts";

/** A compiled network with everything that its training steps are given, in numbers that float32 has exactly. */
export interface Problem {
  readonly text: string;
  readonly compiled: CompiledRun;
  /** Parameters and states before the first step. */
  readonly variables: ReadonlyMap<string, Float64Array>;
  readonly steps: readonly StepInputs[];
  /** The types of everything that is bound by name. */
  readonly types: ReadonlyMap<string, ArrayType>;
}

/** What one training step is given; arrays have as many rows as the plan was made for. */
export interface StepInputs {
  readonly rows: number;
  readonly fields: ReadonlyMap<string, Float64Array>;
  /** Uniform numbers by stream. */
  readonly random: ReadonlyMap<string, Float64Array>;
  readonly scalars: ReadonlyMap<string, number>;
}

/** A composition that is no network of the language: the shrinker meets many. */
export class NoNetwork extends Error {}

/** The run of a spec without its header and `dim B`. */
export function checkedRun(text: string): TypedRun {
  const { value, diagnostics } = check(
    { path: "composition.nnspec", text: `nnspec 1\ndim B\n${text}\n` },
    { set: new Map(), lints: lintsOff, read: () => ({ problem: "missing" }) },
  );
  if (value === undefined || hasErrors(diagnostics))
    throw new NoNetwork(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return value.runs[0]!;
}

/** A spec without its header and `dim B`, checked and compiled by the compiler itself. */
export interface CompiledSpec {
  readonly text: string;
  readonly compiled: CompiledRun;
  /** Fields whose numbers mean something: others are between −1.5 and 1.5. */
  readonly targets: readonly TargetField[];
}

export function compileSpec(text: string, targets: readonly TargetField[] = []): CompiledSpec {
  return { text, targets, compiled: compileRun(checkedRun(text)) };
}

export function compileComposition(composition: Composition): CompiledSpec {
  const elaborated = elaborate(composition);
  if (elaborated === undefined) throw new NoNetwork("a stage does not take what it is given");
  return compileSpec(specOf(composition, elaborated), targetsOf(composition, elaborated));
}

/** The numbers of a seed for a spec, and for each of its steps so many rows. */
export function problemOf(
  { text, compiled, targets }: CompiledSpec,
  seed: number,
  rows: readonly number[],
): Problem {
  const { train, predict } = compiled.graphs;
  const types = new Map([...boundTypes(train), ...boundTypes(predict)]);
  return {
    text,
    compiled,
    types,
    variables: new Map([
      ...firstStates(compiled),
      ...compiled.parameters.map((each) => [each.path, firstValues(each, seed)] as const),
    ]),
    steps: rows.map((count, place) => ({
      rows: count,
      fields: fieldsOf(compiled, targets, seed, place + 1),
      random: randomOf(types, train, seed, place + 1),
      scalars: hostScalars(compiled, place + 1, rows.length),
    })),
  };
}

/** What an interpreter needs for a step: of batched arrays the rows that are there. */
export function bindingsOf(
  { types }: Problem,
  { rows, fields, random, scalars }: StepInputs,
  variables: ReadonlyMap<string, Float64Array>,
): Bindings {
  const cut = (name: string, values: Float64Array): Float64Array => {
    const type = types.get(name);
    if (type?.batched !== true) return values;
    return values.subarray(0, (values.length / type.shape[0]!) * rows);
  };
  const given = [...variables, ...fields, ...random];
  return {
    values: new Map(given.map(([name, values]) => [name, cut(name, values)] as const)),
    scalars,
    rows,
  };
}

/** What a name means in a graph: fields, parameters, states and random streams. */
function boundTypes(graph: Graph): ReadonlyMap<string, ArrayType> {
  return new Map(
    nodesOf(graph).flatMap((node) => {
      if (node.op === "random") return [[node.attributes.stream, node.type] as const];
      return node.op === "input" || node.op === "parameter" || node.op === "state"
        ? [[node.attributes.name, node.type] as const]
        : [];
    }),
  );
}

/** Drawn as a trainer draws them, and everything that would start all equal a little apart. */
function firstValues({ path, shape, initial }: CompiledParameter, seed: number): Float64Array {
  const next = numbersOf(seed, path);
  const values = Float64Array.from(initialize(path, shape, initial, seed));
  const isEven = values.every((value) => value === values[0]);
  return values.map((value) => Math.fround(isEven ? value + 0.6 * (next() - 0.5) : value));
}

function fieldsOf(
  { fields, capacity }: CompiledRun,
  targets: readonly TargetField[],
  seed: number,
  step: number,
): ReadonlyMap<string, Float64Array> {
  return new Map(
    fields.map(({ name, shape, classes }) => {
      const next = numbersOf(seed, `${name} ${step}`);
      const values = Float64Array.from({ length: capacity * countOf(shape) }, () =>
        classes === undefined ? Math.fround(3 * next() - 1.5) : Math.floor(next() * classes),
      );
      const holdsShares = targets.find((target) => target.name === name)?.holds === "shares";
      return [name, holdsShares ? sharesOf(values, shape.at(-1) ?? 1) : values] as const;
    }),
  );
}

/** Positive numbers that add up to 1 along the last axis. */
function sharesOf(values: Float64Array, classes: number): Float64Array {
  return values.map((value, place) => {
    const first = place - (place % classes);
    const sum = values
      .subarray(first, first + classes)
      .reduce((total, each) => total + Math.exp(each), 0);
    return Math.fround(Math.exp(value) / sum);
  });
}

function randomOf(
  types: ReadonlyMap<string, ArrayType>,
  graph: Graph,
  seed: number,
  step: number,
): ReadonlyMap<string, Float64Array> {
  const streams = nodesOf(graph).flatMap((node) =>
    node.op === "random" ? [node.attributes.stream] : [],
  );
  return new Map(
    streams.map((stream) => {
      const next = numbersOf(seed, `${stream} ${step}`);
      const length = countOf(types.get(stream)!.shape);
      return [stream, Float64Array.from({ length }, () => Math.fround(0.999 * next()))] as const;
    }),
  );
}

/** Numbers that belong to a name: what else the network has does not change them. */
function numbersOf(seed: number, name: string): () => number {
  let hash = seed;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) | 0;
  return uniformNumbers(hash);
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
