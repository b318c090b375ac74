import { kind } from "../diagnostic.ts";

/** NN002x: imported files. */

export const importMissing = kind<{ path: string }>(
  "NN0020",
  "error",
  "An imported file that is not there",
  (p) => `there is no file "${p.path}"; the path is relative to the importing file`,
);

export const importOutside = kind<{ path: string }>(
  "NN0021",
  "error",
  "An import from outside the project",
  (p) => `"${p.path}" lies outside the folder of the project, and nothing is read from there`,
);

export const importUnreadable = kind<{ path: string }>(
  "NN0022",
  "error",
  "An imported file that cannot be read",
  (p) => `"${p.path}" cannot be read as a text file`,
);

export const importCycle = kind<{ cycle: readonly string[] }>(
  "NN0023",
  "error",
  "Files that import each other",
  (p) =>
    `these files import each other: ${p.cycle.map((path) => `"${path}"`).join(" → ")}; move what they share into a file of its own`,
);

export const importsTooDeep = kind<{ limit: number }>(
  "NN0024",
  "error",
  "Imports too deep",
  (p) => `imports go at most ${p.limit} files deep`,
);

export const tooManyFiles = kind<{ limit: number }>(
  "NN0025",
  "error",
  "Too many imported files",
  (p) => `a file imports at most ${p.limit} files, all together`,
);

export const importsTooLarge = kind<{ limit: string }>(
  "NN0026",
  "error",
  "Imports too large",
  (p) => `imported files have at most ${p.limit} all together`,
);

export const newerImport = kind<{ path: string; version: number; own: number }>(
  "NN0027",
  "error",
  "An import of a newer version",
  (p) =>
    `"${p.path}" is written in version ${p.version} and this file in version ${p.own}; an imported file has the same version or an older one`,
);

export const brokenImport = kind<{ path: string; count: number }>(
  "NN0028",
  "error",
  "An imported file with errors",
  (p) =>
    `"${p.path}" has ${p.count === 1 ? "an error" : `${p.count} errors`}, so nothing can be imported from it`,
);
