import type { LayerDefinition } from "../definition.ts";
import { add } from "./add.ts";
import { attention } from "./attention.ts";
import { avgPool } from "./avg-pool.ts";
import { batchNorm } from "./batch-norm.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { fractionalMaxPool } from "./fractional-max-pool.ts";
import { groupNorm } from "./group-norm.ts";
import { gru } from "./gru.ts";
import { instanceNorm } from "./instance-norm.ts";
import { last } from "./last.ts";
import { layerNorm } from "./layer-norm.ts";
import { lstm } from "./lstm.ts";
import { maxPool } from "./max-pool.ts";
import { maxout } from "./maxout.ts";
import { oneHot } from "./one-hot.ts";
import { prelu } from "./prelu.ts";
import { reshape } from "./reshape.ts";
import { rnn } from "./rnn.ts";
import { stochasticDepth } from "./stochastic-depth.ts";
import { upsample } from "./upsample.ts";

export const layers: readonly LayerDefinition[] = [
  add,
  attention,
  avgPool,
  batchNorm,
  concat,
  conv,
  convTranspose,
  dense,
  dropout,
  embedding,
  flatten,
  fractionalMaxPool,
  groupNorm,
  gru,
  instanceNorm,
  last,
  layerNorm,
  lstm,
  maxout,
  maxPool,
  oneHot,
  prelu,
  reshape,
  rnn,
  stochasticDepth,
  upsample,
];
