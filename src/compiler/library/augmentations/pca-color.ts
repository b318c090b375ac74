import { defineAugmentation } from "../define.ts";

export const pcaColor = defineAugmentation({
  name: "pca_color",
  summary: "Shifts the colour along the principal components of the training pixels.",
  formula:
    "x' = x + sum over i of a_i sqrt(v_i) p_i, a_i normal with deviation `deviation`; p_i, v_i the eigenvectors and eigenvalues of the covariance of the channels",
  source:
    "Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks, section 4.1",
  arguments: {
    deviation: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      default: 0.1,
      summary: "How far, in deviations along each component.",
    },
  },
  applies: "any",
  infer: (picture) =>
    picture.channels >= 2
      ? picture
      : {
          problem: "`pca_color` needs colours, and this field has one channel",
          help: "write `brightness(10%)`",
        },
  runtime: { files: ["augment-color.ts", "color-statistics.ts"] },
  train: (_, { deviation }) => ({
    make: "pcaColor",
    arguments: [deviation, { statistics: "components" }],
  }),
  example: "augment: pca_color(0.1)",
  pitfalls:
    "The paper multiplies by the eigenvalues, whose meaning changes with the unit of the pixels; their roots, as the common implementations have it, do not.",
  techniques: ["C5"],
});
