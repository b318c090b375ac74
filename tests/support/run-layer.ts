import { expect } from "vitest";
import { known, evaluate, type Dim } from "../../src/compiler/ir/dim.ts";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { interpret } from "./every-backend.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import type { ArgumentValues } from "../../src/compiler/library/arguments.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";

export interface LayerRun {
  readonly layer: LayerDefinition;
  readonly values: ArgumentValues;
  /** With sizes that are numbers; the batch is the capacity. */
  readonly inputTypes: readonly TensorType[];
  readonly training?: boolean;
}

export function shapeOf(type: TensorType): number[] {
  return type.axes.map((axis) => number(axis.size));
}

function number(dim: unknown): number {
  return known(dim as Dim) ?? evaluate(dim as Dim, new Map());
}

export function inferred(run: LayerRun): TensorType {
  const type = run.layer.infer(run.inputTypes, run.values);
  if ("problem" in type) throw new Error(type.problem);
  return type;
}

/** The layer's nodes over given operands and weights (in the order of its specification). */
export function lowered(
  graph: GraphBuilder,
  run: LayerRun,
  inputs: readonly Node[],
  weights: readonly Node[],
): { readonly output: Node; readonly updates: ReadonlyMap<string, Node> } {
  const { layer, values, inputTypes, training = false } = run;
  const outputType = inferred(run);
  const updates = new Map<string, Node>();
  const specifications = layer.weights?.(inputTypes, values) ?? [];
  const states = layer.states?.(inputTypes, values) ?? [];
  const output = layer.lower(
    {
      graph,
      training,
      noisy: training,
      weights: Object.fromEntries(specifications.map(({ name }, place) => [name, weights[place]!])),
      states: Object.fromEntries(
        states.map(({ name, shape }) => [
          name,
          graph.state(
            name,
            { shape: shape.map(number), batched: false },
            { role: "statistic", initial: 0, of: name },
          ),
        ]),
      ),
      update: (state, value) => updates.set(state, value),
      random: (type, purpose = "mask") => graph.random(purpose, type),
      inputTypes,
      outputType,
      axis: (name, input = 0) => inputTypes[input]!.axes.findIndex((axis) => axis.name === name),
      size: number,
    },
    inputs,
    values,
  );
  expect(output.type.shape).toEqual(shapeOf(outputType));
  return { output, updates };
}

export interface LayerNumbers {
  readonly inputs: readonly Float64Array[];
  readonly weights: readonly Float64Array[];
  /** What the result is multiplied by before it is summed, for gradients. */
  readonly factors: Float64Array;
  /** States and random streams. */
  readonly others?: ReadonlyMap<string, Float64Array>;
  readonly rows: number;
}

/** Forward values, gradients (`input 0`, `weight 0`, …) and the states after. */
export function runLayer(
  run: LayerRun,
  { inputs, weights, factors, others, rows }: LayerNumbers,
): ReadonlyMap<string, Float64Array> {
  const graph = createBuilder();
  const specifications = run.layer.weights?.(run.inputTypes, run.values) ?? [];
  const inputNodes = run.inputTypes.map((type, place) =>
    graph.input(`input ${place}`, { shape: shapeOf(type), batched: true }),
  );
  const weightNodes = specifications.map(({ shape }, place) =>
    graph.parameter(`weight ${place}`, { shape: shape.map(number), batched: false }),
  );
  const { output, updates } = lowered(graph, run, inputNodes, weightNodes);
  const loss = graph.sum(graph.multiply(output, graph.input("factors", output.type)));
  const leaves = [...inputNodes, ...weightNodes];
  const gradients = differentiate(graph, loss, leaves);
  const outputs = new Map([
    ["output", output],
    ...updates,
    ...leaves.map(
      (leaf) =>
        [
          `gradient of ${(leaf.attributes as { name: string }).name}`,
          gradients.get(leaf)!,
        ] as const,
    ),
  ]);
  const values = new Map([
    ...inputs.map((each, place) => [`input ${place}`, each] as const),
    ...weights.map((each, place) => [`weight ${place}`, each] as const),
    ["factors", factors] as const,
    ...(others ?? []),
  ]);
  return interpret({ outputs, updates: new Map() }, { values, scalars: new Map(), rows }).outputs;
}
