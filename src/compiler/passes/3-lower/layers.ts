import { invariant } from "../../base/invariant.ts";
import type { Node, StateMeaning } from "../../ir/graph.ts";
import type { LowerContext } from "../../library/definition.ts";
import type { Layer, State } from "../../typed/program.ts";
import { layerStream } from "../../plan/names.ts";
import { keptName, type ModelLowering } from "./lowering.ts";
import { concreteType, shapeOf, sizeOf } from "./sizes.ts";
import { weightInUse } from "./weights.ts";

/** One use of a layer: its definition's own lowering, with its weights, states and random streams bound to this use. */
export function lowerLayer(lowering: ModelLowering, layer: Layer, inputs: readonly Node[]): Node {
  const use = (lowering.uses.get(layer.path) ?? 0) + 1;
  lowering.uses.set(layer.path, use);
  const values =
    (lowering.freshStatistics === true ? layer.definition.fresh?.(layer.arguments) : undefined) ??
    layer.arguments;
  return layer.definition.lower(contextOf(lowering, layer, use), inputs, values);
}

function contextOf(lowering: ModelLowering, layer: Layer, use: number): LowerContext {
  const { sizes, training, noisy } = lowering;
  const graph = lowering.graph.at({
    path: keptName(lowering, layer.path),
    role: "forward",
  });
  const inputTypes = layer.inputTypes.map((type) => concreteType(sizes, type));
  return {
    graph,
    training,
    noisy,
    weights: Object.fromEntries(
      layer.weights.map((weight) => [lastStep(weight.path), weightInUse(lowering, weight)]),
    ),
    states: statesOf(lowering, layer),
    update: (state, value) => {
      const found = layer.states.find(({ path }) => lastStep(path) === state);
      invariant(found, `${layer.path} has no state ${state}`);
      lowering.updates.set(found.path, value);
    },
    random: (type, purpose = "mask") => graph.random(layerStream(layer.path, purpose, use), type),
    inputTypes,
    outputType: concreteType(sizes, layer.outputType),
    axis: (name, input = 0) => {
      const place = inputTypes[input]?.axes.findIndex((axis) => axis.name === name) ?? -1;
      invariant(place >= 0, `${layer.path}: operand ${input + 1} has no axis ${name}`);
      return place;
    },
    size: (dim) => sizeOf(sizes, dim),
  };
}

/** A layer that is used a second time goes on from what its first use left. */
function statesOf(lowering: ModelLowering, layer: Layer): Readonly<Record<string, Node>> {
  const graph = lowering.graph.at({
    path: keptName(lowering, layer.path),
    role: "forward",
  });
  // All of a teacher comes from its own file.
  const meaning = ({ path, initial }: State): StateMeaning =>
    lowering.isTeacher === true
      ? { role: "teacher", initial: 0, of: path }
      : { role: "statistic", initial, of: path };
  const entries = layer.states.map((own) => {
    const { path, shape } = own;
    const state =
      lowering.updates.get(path) ??
      graph.state(
        keptName(lowering, path),
        { shape: shapeOf(lowering.sizes, shape), batched: false },
        meaning(own),
      );
    return [lastStep(path), state] as const;
  });
  return Object.fromEntries(entries);
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
