import { callAxis, features, findAxis, printAxes } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const oneHot = defineLayer({
  name: "one_hot",
  summary: "Labels as numbers: an axis `c` with 1 at the place of the label and 0 elsewhere.",
  formula:
    "y[..., k] = 1 where k is the label, else 0; labels count from 0; from [B, ...] to [B, ..., c: n]",
  arguments: {},
  example: "symbols -> one_hot -> dense(32, over: c)",
  pitfalls:
    "A dense layer after it is an `embedding`, which needs no axis of zeros: prefer that for more than a few labels.",
  techniques: ["D17"],
  infer: ([type]) => {
    const { element } = type!;
    if (element.kind !== "class")
      return {
        problem: `\`one_hot\` expects labels (\`class\`) and found ${element.kind === "f32" ? "numbers (`f32`)" : "a mask (`bool`)"}`,
        help: "give the input a type such as `class[B] of 10`",
      };
    const taken = findAxis(type!, "c");
    if (taken !== undefined)
      return {
        problem: `\`one_hot\` would make a second axis ${callAxis(type!, taken)}: its operand is [${printAxes(features(type!))}]`,
        help: "give the axis of the labels another name, such as `t`",
      };
    return { element: { kind: "f32" }, axes: [...type!.axes, { name: "c", size: element.count }] };
  },
  lower: ({ graph, outputType, size }, [x]) => {
    const { shape, batched } = x!.type;
    const result = { shape: [...shape, size(outputType.axes.at(-1)!.size)], batched };
    return graph.equal(
      graph.iota(result, shape.length),
      graph.broadcast(
        x!,
        result,
        shape.map((_, axis) => axis),
      ),
    );
  },
});
