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

/** Said by `train` of the run that a search is of. */
export const searchNotRun = kind<{ run: string }>(
  "NN0903",
  "note",
  "A search that is not run",
  (p) =>
    `this search is checked, and this version of nnspec does not run it: \`train\` trains \`${p.run}\` with the values that its hypers have in the file`,
);
