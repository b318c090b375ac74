import { defineActivation } from "../define.ts";

export const identity = defineActivation({
  name: "identity",
  summary: "Passes its input on unchanged.",
  formula: "y = x",
  arguments: {},
  family: "linear",
  gain: () => 1,
  examples: [{ in: [-2, 0, 3], out: [-2, 0, 3] }],
  transparent: true,
  homogeneous: true,
  scalar: (x) => x,
  example: "x -> dense(64) -> identity",
  techniques: ["A1"],
  lower: (_graph, x) => x,
});
