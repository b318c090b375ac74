import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import type { ShapeProblem, WeightSpecification } from "../definition.ts";
import type { Dim } from "../../ir/dim.ts";
import { size } from "../../ir/dim.ts";
import {
  asList,
  featurePlace,
  features,
  findAxis,
  noSuchAxis,
  notNumbers,
  printAxes,
} from "./axes.ts";

/** The places that `over` names; `c`, or the only axis besides the batch, when it is left out. */
export function placesOver(
  type: TensorType,
  over: string | readonly string[] | undefined,
): readonly number[] {
  if (over === undefined) return [featurePlace(type)].filter((place) => place !== undefined);
  const names = asList(over);
  return type.axes.flatMap((axis, place) =>
    place > 0 && names.includes(axis.name ?? "") ? [place] : [],
  );
}

/** What `over` asks for and the operand lacks. */
export function wrongOver(
  layer: string,
  type: TensorType,
  over: string | readonly string[] | undefined,
): ShapeProblem | undefined {
  const wrong = notNumbers(layer, type);
  if (wrong) return wrong;
  if (over !== undefined) {
    const missing = asList(over).find((name) => findAxis(type, name) === undefined);
    return missing === undefined ? undefined : noSuchAxis(layer, "over", missing, type);
  }
  if (featurePlace(type) !== undefined) return undefined;
  return {
    problem: `\`${layer}\` works over \`c\`, or over the only axis besides the batch, and found [${printAxes(features(type))}]`,
    help: `say which axis it works over: \`${layer}(over: …)\``,
  };
}

/** γ (from 1) and β (from 0) of the given shape. */
export function scaleAndShift(shape: readonly Dim[]): readonly WeightSpecification[] {
  const fan = { fanIn: size(1), fanOut: size(1) };
  return [
    { name: "scale", role: "scales", shape, ...fan, initializer: { name: "ones", arguments: {} } },
    { name: "shift", role: "shifts", shape, ...fan, initializer: { name: "zeros", arguments: {} } },
  ];
}

/** Mean and biased variance of `x` over `axes`, spread back to its type. */
export function moments(
  graph: GraphBuilder,
  x: Node,
  axes: readonly number[],
): { readonly mean: Node; readonly variance: Node; readonly centred: Node } {
  const mean = graph.mean(x, axes);
  const centred = graph.subtract(x, graph.spread(mean, x.type, axes));
  return { mean, variance: graph.mean(graph.multiply(centred, centred), axes), centred };
}

/** γ·x + β, where axis i of γ and β is axis `places[i]` of x. */
export function scaled(
  graph: GraphBuilder,
  x: Node,
  scale: Node,
  shift: Node,
  places: readonly number[],
): Node {
  const spread = (tensor: Node) => graph.broadcast(tensor, x.type, places);
  return graph.add(graph.multiply(x, spread(scale)), spread(shift));
}
