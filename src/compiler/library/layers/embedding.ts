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
  pitfalls:
    "Its matrix has a row for every label, so with many labels it is most of the model. Rows of labels that never occur stay where they started: `decay` shrinks them all the same.",
  techniques: ["D17"],
  infer: ([type], { features: count }) => {
    const { element } = type!;
    if (element.kind !== "class")
      return {
        problem: `\`embedding\` expects labels (\`class\`) and found ${element.kind === "f32" ? "numbers (`f32`)" : "a mask (`bool`)"}`,
        help: "give the input a type such as `class[B, t: 16] of 96`, or map numbers with `dense`",
      };
    const taken = findAxis(type!, "c");
    if (taken !== undefined)
      return {
        problem: `\`embedding\` would make a second axis ${callAxis(type!, taken)}: its operand is [${printAxes(features(type!))}], labels of ${print(element.count)}`,
        help: "give the axis of the labels another name, such as `t`",
      };
    return { element: { kind: "f32" }, axes: [...type!.axes, { name: "c", size: count }] };
  },
  weights: ([type], { features: count }) => {
    const { element } = type!;
    if (element.kind !== "class") return [];
    return [
      {
        name: "weight",
        role: "weights",
        shape: [element.count, count],
        fanIn: element.count,
        fanOut: count,
        initializer: { name: "normal", arguments: { deviation: 1, mean: 0 } },
      },
    ];
  },
  lower: ({ graph, weights }, [x]) => {
    const { shape, batched } = x!.type;
    const all = { shape: [...shape, weights.weight!.type.shape[0]!], batched };
    // As a product with 1 at the label and 0 elsewhere: its gradient is one too, the same bits every time, and neither reads outside of W.
    const hot = graph.equal(
      graph.iota(all, shape.length),
      graph.broadcast(
        x!,
        all,
        shape.map((_, axis) => axis),
      ),
    );
    const places = "abdefgh".slice(0, shape.length);
    return graph.contract(hot, weights.weight!, `${places}v,vn->${places}n`);
  },
});
