import { defineFunction } from "../define.ts";

export const floorFunction = defineFunction({
  name: "floor",
  summary: "The largest integer not above x.",
  formula: "y = floor(x)",
  operands: ["x"],
  example: "y = floor(x)",
  evaluate: (x) => Math.floor(x!),
  lower: (graph, [x]) => graph.floor(x!),
});
