import { bounded, swings } from "../support/growth-arithmetic.ts";
import { defineFunction } from "../define.ts";

export const sinFunction = defineFunction({
  name: "sin",
  summary: "The sine of an angle in radians.",
  formula: "y = sin x",
  operands: ["x"],
  example: "y = sin(x)",
  growth: (a) => bounded(a!, Math.sin, swings),
  evaluate: (x) => Math.sin(x!),
  lower: (graph, [x]) => graph.sine(x!),
});
