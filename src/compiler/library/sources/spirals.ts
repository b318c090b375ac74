import { defineSource } from "../define.ts";

export const spirals = defineSource({
  name: "spirals",
  summary: "Intertwined spirals in the plane, one for each class: needs a hidden layer.",
  formula:
    "class k, s in 0 .. 1: angle = 2 pi (k / classes + turns s), point = s (cos angle, sin angle) + noise N(0, 1)",
  arguments: {
    points: { kind: "integer", minimum: 1, default: 200, summary: "Points of each class." },
    classes: { kind: "integer", named: true, minimum: 2, default: 2, summary: "How many spirals." },
    turns: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 1.5,
      summary: "How often each winds around.",
    },
    noise: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0.02,
      summary: "The standard deviation of the noise.",
    },
    seed: { kind: "integer", named: true, minimum: 0, default: 0, summary: "Which noise." },
  },
  runtime: { files: ["make-spirals.ts"], read: "makeSpirals" },
  paths: [],
  synthetic: true,
  example: "source: spirals(points: 300, classes: 3, noise: 0.02)",
});
