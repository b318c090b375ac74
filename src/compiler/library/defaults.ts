import type { ActivationDefinition, InitializerDefinition } from "./definition.ts";
import { constant } from "./schedules/constant.ts";
import { accuracy } from "./metrics/accuracy.ts";
import { adam } from "./optimizers/adam.ts";
import { crossEntropy } from "./losses/cross-entropy.ts";
import { flip } from "./augmentations/flip.ts";
import { kaiming } from "./initializers/kaiming.ts";
import { layerNorm } from "./layers/layer-norm.ts";
import { meanSquaredError } from "./losses/mean-squared-error.ts";
import { relu } from "./activations/relu.ts";
import { xavier } from "./initializers/xavier.ts";

/** What holds where a spec does not say it. */
export const defaults = {
  /** Of a run, with its usual rate. */
  optimizer: adam,
  schedule: constant,
  /** Of a run whose loss is of logits against labels. */
  metric: accuracy,
  /** Told as an example where a run has no loss: of labels, of numbers. */
  loss: { classes: crossEntropy, values: meanSquaredError },
  /** Of matrices and kernels: before an activation of the rectifier family, and before anything else. */
  initializer: { rectifier: kaiming, otherwise: xavier },
  /** What is proposed where an activation is missing, and in the place of a normalisation over too small a batch. */
  activation: relu,
  normalization: layerNorm,
  /** What steps of an augmentation look like. */
  augmentation: flip,
} as const;

type Family = ActivationDefinition["family"];

/** The initialiser of a matrix or kernel before an activation of that family. */
export function initializerBefore(family: Family): InitializerDefinition {
  return family === "rectifier" ? defaults.initializer.rectifier : defaults.initializer.otherwise;
}

/** How it is written: `kaiming(relu)`, `xavier`. */
export function writtenBefore(family: Family): string {
  const { name } = initializerBefore(family);
  return family === "rectifier" ? `${name}(${defaults.activation.name})` : name;
}
