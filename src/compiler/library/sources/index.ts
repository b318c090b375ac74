import type { SourceDefinition } from "../definition.ts";
import { csv } from "./csv.ts";
import { folder } from "./folder.ts";
import { functionSource } from "./function.ts";
import { idx } from "./idx.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { shapes } from "./shapes.ts";
import { spirals } from "./spirals.ts";
import { text } from "./text.ts";

export const sources: readonly SourceDefinition[] = [
  csv,
  folder,
  functionSource,
  idx,
  npy,
  npz,
  shapes,
  spirals,
  text,
];
