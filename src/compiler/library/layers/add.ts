import { equalDims, print } from "../../ir/dim.ts";
import { callAxis, features, notNumbers, printAxes } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const add = defineLayer({
  name: "add",
  summary: "The sum of several values of one type; `a + b` does the same for two.",
  formula: "y = a + b + ...",
  arguments: {},
  inputs: "many",
  example: "(main, skip) -> add -> relu",
  pitfalls:
    "A residual branch that changes the shape needs a projection on the other side: `x -> conv(channels, 1, stride: 2)`.",
  techniques: ["D5", "D13"],
  spread: () => ({
    forward: (incoming) => incoming.reduce((sum, size) => sum + size, 0),
    backward: 1,
  }),
  infer: (types) => {
    const first = types[0]!;
    for (const [number, other] of types.entries()) {
      const wrong = notNumbers("add", other);
      if (wrong) return wrong;
      const shown = `operand 1 is [${printAxes(features(first))}], operand ${number + 1} is [${printAxes(features(other))}]`;
      if (other.axes.length !== first.axes.length)
        return { problem: `\`add\` expects operands with the same axes: ${shown}` };
      const at = first.axes.findIndex(({ name, size }, index) => {
        const against = other.axes[index]!;
        return (
          !equalDims(size, against.size) ||
          (name !== undefined && against.name !== undefined && name !== against.name)
        );
      });
      if (at < 0) continue;
      return {
        problem: `\`add\` expects operands with the same axes, but ${callAxis(first, at)} of operand 1 has ${print(first.axes[at]!.size)} places and ${callAxis(other, at)} of operand ${number + 1} has ${print(other.axes[at]!.size)}`,
        notes: [shown],
        help: "project the smaller one: `conv(channels, 1, stride: …)` or `dense(…)`",
      };
    }
    return first;
  },
  lower: ({ graph }, inputs) => inputs.reduce((sum, each) => graph.add(sum, each)),
});
