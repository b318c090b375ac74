import { rounded } from "../support/growth-arithmetic.ts";
import { floorDivide } from "../../ir/dim.ts";
import { defineFunction } from "../define.ts";

export const floorFunction = defineFunction({
  name: "floor",
  summary: "The largest integer not above x.",
  formula: "y = floor(x)",
  operands: ["x"],
  example: "y = floor(x)",
  ofSizes: { kind: "quotient", of: floorDivide },
  growth: (a) => rounded(a!, "down"),
  evaluate: (x) => Math.floor(x!),
  lower: (graph, [x]) => graph.floor(x!),
});
