import type { LayerDefinition } from "../definition.ts";
import { add } from "./add.ts";
import { avgPool } from "./avg-pool.ts";
import { batchNorm } from "./batch-norm.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { groupNorm } from "./group-norm.ts";
import { instanceNorm } from "./instance-norm.ts";
import { layerNorm } from "./layer-norm.ts";
import { maxPool } from "./max-pool.ts";
import { reshape } from "./reshape.ts";

export const layers: readonly LayerDefinition[] = [
  add,
  avgPool,
  batchNorm,
  concat,
  conv,
  dense,
  dropout,
  flatten,
  groupNorm,
  instanceNorm,
  layerNorm,
  maxPool,
  reshape,
];
