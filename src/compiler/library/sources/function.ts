import { defineSource } from "../define.ts";

export const functionSource = defineSource({
  name: "function",
  summary: "Values of a formula at random places, with noise.",
  formula: "y = formula(x) + noise N(0, 1), x drawn evenly from its range",
  arguments: {
    formula: {
      kind: "expression",
      summary: "The formula over the inputs that follow by name: `x: 0 .. 1`.",
    },
    points: {
      kind: "integer",
      named: true,
      minimum: 1,
      default: 200,
      summary: "How many examples.",
    },
    noise: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0,
      summary: "The standard deviation of the noise.",
    },
    seed: {
      kind: "integer",
      named: true,
      minimum: 0,
      default: 0,
      summary: "Which places and which noise.",
    },
  },
  runtime: { files: ["make-function.ts"], read: "makeFunction" },
  paths: [],
  fieldArguments: true,
  synthetic: true,
  example: "source: function(sin(6 * x), x: 0 .. 1, points: 200, noise: 0.1)",
});
