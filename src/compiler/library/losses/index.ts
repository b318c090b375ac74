import type { LossDefinition } from "../definition.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { distill } from "./distill.ts";
import { hinge } from "./hinge.ts";
import { huber } from "./huber.ts";
import { kl } from "./kl.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { squaredError } from "./squared-error.ts";

export const losses: readonly LossDefinition[] = [
  binaryCrossEntropy,
  crossEntropy,
  distill,
  hinge,
  huber,
  kl,
  meanAbsoluteError,
  meanSquaredError,
  squaredError,
];
