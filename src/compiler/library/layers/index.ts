import type { LayerDefinition } from "../definition.ts";
import { add } from "./add.ts";
import { attention } from "./attention.ts";
import { avgPool } from "./avg-pool.ts";
import { batchNorm } from "./batch-norm.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { fractionalMaxPool } from "./fractional-max-pool.ts";
import { groupNorm } from "./group-norm.ts";
import { instanceNorm } from "./instance-norm.ts";
import { layerNorm } from "./layer-norm.ts";
import { maxPool } from "./max-pool.ts";
import { maxout } from "./maxout.ts";
import { oneHot } from "./one-hot.ts";
import { prelu } from "./prelu.ts";
import { reshape } from "./reshape.ts";
import { stochasticDepth } from "./stochastic-depth.ts";

export const layers: readonly LayerDefinition[] = [
  add,
  attention,
  avgPool,
  batchNorm,
  concat,
  conv,
  dense,
  dropout,
  flatten,
  fractionalMaxPool,
  groupNorm,
  instanceNorm,
  layerNorm,
  maxPool,
  maxout,
  oneHot,
  prelu,
  reshape,
  stochasticDepth,
];
