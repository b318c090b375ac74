import type { OptimizerDefinition } from "../definition.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { adamw } from "./adamw.ts";
import { bfgs } from "./bfgs.ts";
import { kfac } from "./kfac.ts";
import { lbfgs } from "./lbfgs.ts";
import { newton } from "./newton.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

export const optimizers: readonly OptimizerDefinition[] = [
  adadelta,
  adagrad,
  adam,
  adamw,
  bfgs,
  kfac,
  lbfgs,
  newton,
  rmsprop,
  sgd,
];
