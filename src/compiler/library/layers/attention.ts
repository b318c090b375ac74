import type { GraphBuilder } from "../../ir/builder.ts";
import { divideExactly, equalDims, known, modulo, print, type Dim } from "../../ir/dim.ts";
import type { Node } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import { along } from "../support/arrange.ts";
import { features, findAxis, notNumbers, printAxes, spatialPlaces } from "../support/axes.ts";
import { softmaxOf } from "../support/softmax.ts";
import { defineLayer } from "../define.ts";
import type { Inferred, LowerContext, ShapeProblem, WeightSpecification } from "../definition.ts";

/** The size of `c`. */
const width = (type: TensorType): Dim => type.axes[findAxis(type, "c")!]!.size;

/** A sequence has `c` and one axis of places besides the batch. */
function notASequence(type: TensorType, alone: boolean): ShapeProblem | undefined {
  const wrong = notNumbers("attention", type);
  if (wrong) return wrong;
  const shown = `[${printAxes(features(type))}]`;
  if (findAxis(type, "c") === undefined)
    return {
      problem: `\`attention\` expects an axis \`c\` (the features of a place) and found ${shown}`,
      help: "name it in the type of the input (`f32[B, t: 16, c: 64]`), or give it with `reshape`",
    };
  const places = spatialPlaces(type);
  if (places.length === 1) return undefined;
  const names = places.flatMap((place) => type.axes[place]!.name ?? []);
  const found = `\`attention\` expects one axis of places besides the batch and \`c\`, and found ${places.length}: ${shown}`;
  if (places.length === 0)
    return {
      problem: found,
      help: "there is nothing to attend to: use `dense`, or make places with `reshape(t: …, c: …)`",
    };
  if (names.length < places.length)
    return {
      problem: found,
      help: "name the spatial axes in the type of the input, and merge them with `flatten(over: (…), into: t)`",
    };
  const merge = `flatten(over: (${names.join(", ")}), into: t)`;
  return {
    problem: found,
    help: `make one sequence of them first: \`${merge} -> attention(…)\``,
    ...(alone ? { insertBefore: `${merge} -> ` } : {}),
  };
}

/** The divisors of a number that are at most 64, for the message. */
function divisorsOf(count: number): string {
  return Array.from({ length: Math.min(count, 64) }, (_, index) => index + 1)
    .filter((each) => count % each === 0)
    .join(", ");
}

/** Every head takes an equal share of the features. */
function wrongHeads(type: TensorType, heads: Dim): ShapeProblem | undefined {
  const size = width(type);
  if (divideExactly(size, heads) !== undefined) return undefined;
  const [count, rest] = [known(size), known(modulo(size, heads))];
  const certain = count !== undefined && known(heads) !== undefined;
  return {
    problem: `the heads of \`attention\` must divide the features: ${print(heads)} ${certain ? "does not" : "is not proved to"} divide ${print(size)}`,
    notes:
      rest === undefined || rest === 0 ? [] : [`mod(${print(size)}, ${print(heads)}) is ${rest}`],
    argument: "heads",
    help:
      count === undefined
        ? "make the features a multiple: `c: heads * 16`"
        : `write one of ${divisorsOf(count)}, or change the features`,
    ...(certain ? {} : { unproved: type }),
  };
}

function inferAttention(types: readonly TensorType[], heads: Dim, causal: boolean): Inferred {
  const [query, memory] = types;
  if (types.length > 2)
    return {
      problem: `\`attention\` takes one value, or a query and a memory, and found ${types.length}`,
      help: "write `(query, memory) -> attention(heads: …)`",
    };
  for (const type of types) {
    const wrong = notASequence(type, types.length === 1);
    if (wrong) return wrong;
  }
  if (memory && !equalDims(query!.axes[0]!.size, memory.axes[0]!.size))
    return {
      problem: `\`attention\` expects a query and a memory of the same rows, and found ${print(query!.axes[0]!.size)} and ${print(memory.axes[0]!.size)}`,
    };
  if (memory && causal)
    return {
      problem: "`causal: on` speaks of the places of one sequence, and `attention` was given two",
      argument: "causal",
      help: "leave it out, or attend within one sequence",
    };
  return wrongHeads(query!, heads) ?? query!;
}

/** The four maps, each `[in, c]` with its bias `[c]`. */
function projections(
  query: TensorType,
  memory: TensorType,
  bias: boolean,
): readonly WeightSpecification[] {
  const [c, m] = [width(query), width(memory)];
  return (
    [
      ["query", c],
      ["key", m],
      ["value", m],
      ["output", c],
    ] as const
  ).flatMap(([name, input]): readonly WeightSpecification[] => {
    const weight = {
      name,
      role: "weights",
      shape: [input, c],
      fanIn: input,
      fanOut: c,
      initializer: { name: "xavier", arguments: {} },
    } as const;
    const shift = {
      name: `${name}_bias`,
      role: "biases",
      shape: [c],
      fanIn: input,
      fanOut: c,
      initializer: { name: "zeros", arguments: {} },
    } as const;
    return bias ? [weight, shift] : [weight];
  });
}

/** `[rows, places, features]`, whatever the order of the last two was. */
function placesFirst(graph: GraphBuilder, x: Node, type: TensorType): Node {
  return findAxis(type, "c") === 2 ? x : graph.transpose(x, [0, 2, 1]);
}

/** x W + b over the features. */
function project({ graph, weights }: LowerContext, x: Node, name: string): Node {
  const product = graph.contract(x, weights[name]!, "rtk,kn->rtn");
  const bias = weights[`${name}_bias`];
  return bias ? graph.add(product, along(graph, bias, product, [2])) : product;
}

/** The weights of the places: `[rows, heads, query places, memory places]`, each row of the last axis adding up to 1. */
function attend(graph: GraphBuilder, query: Node, key: Node, causal: boolean): Node {
  const share = query.type.shape[3]!;
  const scores = graph.multiply(
    graph.contract(query, key, "rthd,rshd->rhts"),
    1 / Math.sqrt(share),
  );
  // Far below any score, and finite: exp makes 0 of it, and its gradient is 0.
  const seen = causal
    ? graph.select(
        graph.lessEqual(graph.iota(scores.type, 3), graph.iota(scores.type, 2)),
        scores,
        -1e30,
      )
    : scores;
  return softmaxOf(graph, seen, 3);
}

export const attention = defineLayer({
  name: "attention",
  summary:
    "Multi-head attention: every place takes an average of the values of all places, weighted by how well its query fits their keys.",
  formula:
    "Q = x Wq + bq, K = m Wk + bk, V = m Wv + bv, split into heads of d = c / heads features; y = concat over heads of softmax(Q K' / sqrt(d)) V, times Wo, plus bo; m = x unless a memory is given; x [B, t, c], m [B, s, k], Wq and Wo [c, c], Wk and Wv [k, c], result [B, t, c]",
  source:
    "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin 2017, Attention Is All You Need",
  arguments: {
    heads: { kind: "size", summary: "How many heads share the features; it must divide `c`." },
    causal: {
      kind: "switch",
      named: true,
      default: false,
      summary: "Whether a place sees only itself and the places before it.",
    },
    drop: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0,
      summary: "The chance to zero a weight of a place in training; the others are scaled up.",
    },
    bias: {
      kind: "switch",
      named: true,
      default: true,
      summary: "Whether the four maps add biases.",
    },
  },
  inputs: "many",
  example: "words + (words -> layer_norm -> attention(heads: 4))",
  pitfalls:
    "It knows nothing of the order of places: add a `parameter position` to the input. Time and memory grow with the square of the places. `(query, memory) -> attention(heads: 4)` attends to another value; its features may differ, the result has the query's type. With `causal: off` a model that predicts the next symbol sees its answer.",
  techniques: ["D17"],
  window: () => "all",
  // The maps of its values and of its output, one after the other: an average of like places keeps E[x²].
  spread: ({ gain }) => ({
    forward: ([query = 1, memory = query]) => gain("value", "in") * gain("output", "in") * memory,
    backward: gain("value", "out") * gain("output", "out"),
  }),
  noise: ({ drop }) => drop > 0,
  infer: (types, { heads, causal }) => inferAttention(types, heads, causal),
  weights: ([query, memory], { bias }) => projections(query!, memory ?? query!, bias),
  lower: (context, inputs, { heads, causal, drop }) => {
    const { graph, size, inputTypes, noisy, random } = context;
    const [x, m] = inputs.map((input, place) => placesFirst(graph, input, inputTypes[place]!));
    const split = (node: Node): Node =>
      graph.reshape(node, [
        ...node.type.shape.slice(0, 2),
        size(heads),
        node.type.shape[2]! / size(heads),
      ]);
    const [query, key, value] = [
      project(context, x!, "query"),
      project(context, m ?? x!, "key"),
      project(context, m ?? x!, "value"),
    ].map(split);
    const shares = attend(graph, query!, key!, causal);
    const kept =
      noisy && drop > 0
        ? graph.select(
            graph.lessEqual(drop, random(shares.type)),
            graph.divide(shares, 1 - drop),
            0,
          )
        : shares;
    const mixed = graph.contract(kept, value!, "rhts,rshd->rthd");
    return placesFirst(
      graph,
      project(context, graph.reshape(mixed, x!.type.shape), "output"),
      inputTypes[0]!,
    );
  },
});
