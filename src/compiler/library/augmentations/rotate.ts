import { defineAugmentation } from "../define.ts";

export const rotate = defineAugmentation({
  name: "rotate",
  summary: "Turns by a random angle about the middle.",
  formula: "angle uniform in -a .. a; linear between pixels, 0 outside",
  source: "Simard, Steinkraus, Platt 2003, Best Practices for Convolutional Neural Networks",
  arguments: {
    angle: {
      kind: "angle",
      minimum: 0,
      maximum: 180,
      exclusive: "minimum",
      summary: "The largest angle, to either side.",
    },
  },
  turns: ({ angle }) => ({ degrees: angle, written: `rotate(${angle} deg)` }),
  applies: "images",
  infer: (picture) => picture,
  runtime: { files: ["augment-warp.ts"] },
  train: (_, { angle }) => ({ make: "rotate", arguments: [angle] }),
  example: "augment: rotate(15 deg)",
  pitfalls: "A 6 turned by 180 deg is a 9.",
  techniques: ["C6"],
});
