import type { OptimizerDefinition } from "../definition.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { adamw } from "./adamw.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

export const optimizers: readonly OptimizerDefinition[] = [
  adadelta,
  adagrad,
  adam,
  adamw,
  rmsprop,
  sgd,
];
