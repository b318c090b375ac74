import { activationMissing } from "./rules/activation-missing.ts";
import { adagradOnLongRuns } from "./rules/adagrad-on-long-runs.ts";
import { adamRateTooHigh } from "./rules/adam-rate-too-high.ts";
import { augmentationChangesTheClass } from "./rules/augmentation-changes-the-class.ts";
import { batchNormWithTinyBatch } from "./rules/batch-norm-with-tiny-batch.ts";
import { biasBeforeBatchNorm } from "./rules/bias-before-batch-norm.ts";
import { constantInitialization } from "./rules/constant-initialization.ts";
import { deepSaturatingStack } from "./rules/deep-saturating-stack.ts";
import { dropoutBeforeBatchNorm } from "./rules/dropout-before-batch-norm.ts";
import { earlyStoppingOnTrainingData } from "./rules/early-stopping-on-training-data.ts";
import { explodingSignal } from "./rules/exploding-signal.ts";
import { inputsNotNormalized } from "./rules/inputs-not-normalized.ts";
import { kaimingBeforeSaturating } from "./rules/kaiming-before-saturating.ts";
import { l2WithAdam } from "./rules/l2-with-adam.ts";
import { largeBatchWithoutWarmup } from "./rules/large-batch-without-warmup.ts";
import { linearLayersInARow } from "./rules/linear-layers-in-a-row.ts";
import { metricOnTrainingData } from "./rules/metric-on-training-data.ts";
import { oneClassOfSeveralLabels } from "./rules/one-class-of-several-labels.ts";
import { secondOrderWithNoise } from "./rules/second-order-with-noise.ts";
import { softmaxBeforeCrossEntropy } from "./rules/softmax-before-cross-entropy.ts";
import { softTargetsWithHinge } from "./rules/soft-targets-with-hinge.ts";
import { trainingThroughStep } from "./rules/training-through-step.ts";
import { unusedLayer } from "./rules/unused-layer.ts";
import { vanishingSignal } from "./rules/vanishing-signal.ts";
import { xavierBeforeRectifier } from "./rules/xavier-before-rectifier.ts";
import type { Lint } from "./lint.ts";

/** Every lint, by its code. */
export const lints: readonly Lint[] = [
  constantInitialization,
  kaimingBeforeSaturating,
  xavierBeforeRectifier,
  deepSaturatingStack,
  linearLayersInARow,
  softmaxBeforeCrossEntropy,
  biasBeforeBatchNorm,
  batchNormWithTinyBatch,
  dropoutBeforeBatchNorm,
  l2WithAdam,
  adagradOnLongRuns,
  adamRateTooHigh,
  secondOrderWithNoise,
  inputsNotNormalized,
  largeBatchWithoutWarmup,
  softTargetsWithHinge,
  augmentationChangesTheClass,
  activationMissing,
  unusedLayer,
  metricOnTrainingData,
  trainingThroughStep,
  earlyStoppingOnTrainingData,
  vanishingSignal,
  explodingSignal,
  oneClassOfSeveralLabels,
];
