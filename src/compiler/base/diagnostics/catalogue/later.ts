import { kind } from "../diagnostic.ts";

/** NN09: what the language has and this version of the compiler does not do yet. */

export const laterItem = kind<{ name: string; summary: string }>(
  "NN0901",
  "error",
  "Comes in a later version",
  (p) => `\`${p.name}\` comes in a later version of nnspec (${p.summary.replace(/\.$/, "")})`,
);

export const laterRun = kind<{ what: string }>(
  "NN0902",
  "error",
  "Checked, but not run by this version",
  (p) => `${p.what} is checked, but this version of nnspec does not run it yet`,
);
