import type { NormalizerDefinition } from "../definition.ts";
import { center } from "./center.ts";
import { scale } from "./scale.ts";
import { standardize } from "./standardize.ts";
import { statistics } from "./statistics.ts";
import { whiten } from "./whiten.ts";

export const normalizers: readonly NormalizerDefinition[] = [
  center,
  scale,
  standardize,
  statistics,
  whiten,
];
