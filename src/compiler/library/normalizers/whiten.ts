import { defineNormalizer } from "../define.ts";

export const whiten = defineNormalizer({
  name: "whiten",
  summary: "Decorrelates the features by principal components: covariance 1 on the training split.",
  formula:
    "x' = sum over i of (v_i + epsilon)^(-1/2) p_i p_i^T (x - mean), p_i and v_i the largest eigenvectors and eigenvalues of the covariance of the training split with the share `keep` of the variance",
  source:
    "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images, appendix A (ZCA); Bell, Sejnowski 1997",
  arguments: {
    keep: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "minimum",
      default: 0.99,
      summary: "The share of the variance that is kept; the smallest components become 0.",
    },
    epsilon: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 0,
      summary: "Is added to each variance, so that small ones are not blown up.",
    },
  },
  runtime: { files: ["whiten.ts"], fit: "whiten" },
  most: 3072,
  mixes: true,
  last: true,
  example: "normalize: standardize then whiten(keep: 99%)",
  pitfalls:
    "Small components are mostly noise and are blown up to the size of all others: keep less, or set `epsilon`. It takes time with the cube of the number of features, some seconds for 1024 and minutes for 3072, the limit.",
  techniques: ["C2"],
});
