import type { RegularizerDefinition } from "../definition.ts";
import { elastic } from "./elastic.ts";
import { entropy } from "./entropy.ts";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { weightElimination } from "./weight-elimination.ts";

export const regularizers: readonly RegularizerDefinition[] = [
  elastic,
  entropy,
  l1,
  l2,
  weightElimination,
];
