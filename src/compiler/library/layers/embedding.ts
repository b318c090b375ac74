import { print } from "../../ir/dim.ts";
import { callAxis, features, findAxis, printAxes } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const embedding = defineLayer({
  name: "embedding",
  summary: "A learned vector for each label: an axis `c` with the features of the label.",
  formula: "y[..., :] = W[label, :], with W of shape [labels, features]",
  source: "Bengio, Ducharme, Vincent, Jauvin 2003, A Neural Probabilistic Language Model",
  arguments: {
    features: { kind: "size", summary: "How many features a label has." },
  },
  example: "symbols -> embedding(64) as letters -> gru(128)",
  pitfalls: "Its matrix has a row for every label, so with many labels it is most of the model. Rows of labels that never occur stay where they started: `decay` shrinks them all the same.",
  techniques: ["D17"],
  infer: ([type], { features: count }) => {
    const { element } = type!;
    if (element.kind !== "class")
      return { problem: `\`embedding\` expects labels (\`class\`) and found ${element.kind === "f32" ? "numbers (`f32`)" : "a mask (`bool`)"}`, help: "give the input a type such as `class[B, t: 16] of 96`, or map numbers with `dense`" };
    const taken = findAxis(type!, "c");
    if (taken !== undefined)
      return { problem: `\`embedding\` would make a second axis ${callAxis(type!, taken)}: its operand is [${printAxes(features(type!))}], labels of ${print(element.count)}`, help: "give the axis of the labels another name, such as `t`" };
    return { element: { kind: "f32" }, axes: [...type!.axes, { name: "c", size: count }] };
  },
  weights: ([type], { features: count }) => {
    const { element } = type!;
    if (element.kind !== "class") return [];
    return [{ name: "weight", role: "weights", shape: [element.count, count], fanIn: element.count, fanOut: count, initializer: { name: "normal", arguments: { deviation: 1, mean: 0 } } }];
  },
  lower: ({ graph, weights }, [x]) => {
    const { shape, batched } = x!.type;
    const [labels, count] = weights.weight!.type.shape as readonly [number, number];
    const rank = shape.length;
    const all = { shape: [...shape, labels, count], batched };
    const table = graph.broadcast(weights.weight!, all, [rank, rank + 1]);
    const chosen = graph.equal(graph.iota(all, rank), graph.broadcast(x!, all, shape.map((_, axis) => axis)));
    return graph.sum(graph.select(chosen, table, 0), [rank]);
  },
});
