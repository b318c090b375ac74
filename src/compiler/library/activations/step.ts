import { sigmoid } from "./sigmoid.ts";
import { defineActivation } from "../define.ts";

export const step = defineActivation({
  name: "step",
  summary: "1 where the input is not negative, otherwise 0; the unit of the first perceptrons.",
  formula: "y = 1 if x >= 0, otherwise 0",
  source: "McCulloch, Pitts 1943; Rosenblatt 1958",
  arguments: {},
  family: "saturating",
  examples: [{ in: [-2, 0, 3], out: [0, 1, 1] }],
  scalar: (x) => (x >= 0 ? 1 : 0),
  flat: { instead: sigmoid },
  example: "x -> dense(64) -> step",
  pitfalls: "Its gradient is 0 everywhere, so nothing before it learns. Use `sigmoid` in training.",
  techniques: ["A2"],
  lower: (graph, x) => graph.select(graph.lessEqual(0, x), 1, 0),
});
