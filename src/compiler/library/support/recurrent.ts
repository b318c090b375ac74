import { multiply, size, type Dim } from "../../ir/dim.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import type { Inferred, LowerContext, ShapeProblem, WeightSpecification } from "../definition.ts";
import { along } from "./arrange.ts";
import { features, findAxis, notNumbers, printAxes, spatialPlaces, withAxis } from "./axes.ts";

/** What the cells take besides arguments of their own. */
export const unitsArgument = {
  kind: "size",
  summary: "How many units, which is the size of `c` in the result.",
} as const;
export const biasArgument = {
  kind: "switch",
  named: true,
  default: true,
  summary: "Whether the two biases are added, one for what comes in and one for what comes back.",
} as const;

/** A sequence has `c` and one axis of places besides the batch. */
function notASequence(layer: string, type: TensorType): ShapeProblem | undefined {
  const wrong = notNumbers(layer, type);
  if (wrong)
    return type.element.kind === "class"
      ? {
          ...wrong,
          help: "make numbers of the labels first: `embedding(64)`",
          insertBefore: "embedding(64) -> ",
        }
      : wrong;
  const shown = `[${printAxes(features(type))}]`;
  if (findAxis(type, "c") === undefined)
    return {
      problem: `\`${layer}\` expects an axis \`c\` (the features of a place) and found ${shown}`,
      help: "name it in the type of the input (`f32[B, t: 16, c: 64]`), or give it with `reshape`",
    };
  const places = spatialPlaces(type);
  if (places.length === 1) return undefined;
  const found = `\`${layer}\` runs along one axis besides the batch and \`c\`, and found ${places.length}: ${shown}`;
  if (places.length === 0)
    return {
      problem: found,
      help: "a recurrent layer needs a sequence: `f32[B, t: 16, c: 64]`; use `dense` where there is none",
    };
  const names = places.flatMap((place) => type.axes[place]!.name ?? []);
  if (names.length < places.length)
    return {
      problem: found,
      help: "name the spatial axes in the type of the input, and merge them with `flatten(over: (…), into: t)`",
    };
  const merge = `flatten(over: (${names.join(", ")}), into: t)`;
  return {
    problem: found,
    help: `make one sequence of them first: \`${merge} -> ${layer}(…)\``,
    insertBefore: `${merge} -> `,
  };
}

/** `[B, t, c]` with as many features as units. */
export function inferRecurrent(layer: string, type: TensorType, units: Dim): Inferred {
  return (
    notASequence(layer, type) ?? withAxis(type, findAxis(type, "c")!, { name: "c", size: units })
  );
}

/** PyTorch's start: U(±1/√units), biases too. A gate counts as a layer of its own. */
const initializer = { name: "fan_uniform", arguments: { mode: "fan_out" } } as const;

/** The maps of what comes in, `[in, gates·units]`, and of what comes back, `[units, gates·units]`, with a bias each. */
export function recurrentWeights(
  type: TensorType,
  units: Dim,
  gates: number,
  bias: boolean,
): readonly WeightSpecification[] {
  const all = multiply(units, size(gates));
  return (
    [
      ["input", type.axes[findAxis(type, "c")!]!.size],
      ["hidden", units],
    ] as const
  ).flatMap(([name, from]): readonly WeightSpecification[] => {
    const weight = {
      name: `${name}_weight`,
      role: "weights",
      shape: [from, all],
      fanIn: from,
      fanOut: units,
      initializer,
    } as const;
    const shift = {
      name: `${name}_bias`,
      role: "biases",
      shape: [all],
      fanIn: from,
      fanOut: units,
      initializer,
    } as const;
    return bias ? [weight, shift] : [weight];
  });
}

/** `[B, t, c]`, whatever the order of the last two was: runs `transform` on it and puts the axes back. */
export function alongPlaces(
  { graph, inputTypes }: LowerContext,
  x: Node,
  transform: (x: Node) => Node,
): Node {
  if (findAxis(inputTypes[0]!, "c") === 2) return transform(x);
  return graph.transpose(transform(graph.transpose(x, [0, 2, 1])), [0, 2, 1]);
}

/** x W + b of what comes in, at all places at once: `[B, t, gates·units]`. */
export function incoming({ graph, weights }: LowerContext, x: Node): Node {
  const product = graph.contract(x, weights["input_weight"]!, "btk,kn->btn");
  const bias = weights["input_bias"];
  return bias ? graph.add(product, along(graph, bias, product, [2])) : product;
}

/** The weight and, where there is one, the bias of what comes back. */
export function returning({ weights }: LowerContext): readonly Node[] {
  return [weights["hidden_weight"]!, weights["hidden_bias"]].filter((node) => node !== undefined);
}

/** h W + b of what comes back: `[B, gates·units]`. */
export function comingBack(
  graph: GraphBuilder,
  hidden: Node,
  [weight, bias]: readonly Node[],
): Node {
  const product = graph.contract(hidden, weight!, "bk,kn->bn");
  return bias ? graph.add(product, along(graph, bias, product, [1])) : product;
}

/** Gate `number` of `[B, gates·units]`, counted from 0: `[B, units]`. */
export function gate(graph: GraphBuilder, all: Node, number: number, units: number): Node {
  return graph.slice(all, [0, number * units], [all.type.shape[0]!, units]);
}
