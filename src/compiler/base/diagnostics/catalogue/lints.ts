import { kind } from "../diagnostic.ts";

/** NN10: what is right but probably not meant, and style. */

export const wrongCase = kind<{ what: string; name: string; style: string; write: string }>(
  "NN1001",
  "warning",
  "A name in another style",
  (p) => `${p.what} is written in ${p.style}: \`${p.write}\` in place of \`${p.name}\``,
);

export const hidesLibrary = kind<{ name: string; what: string; item: string }>(
  "NN1002",
  "warning",
  "A name that hides a library item",
  (p) => `${p.what} \`${p.name}\` hides the ${p.item} \`${p.name}\` of the library in this file`,
);

export const neverUsed = kind<{ what: string; name: string; remedy: string }>(
  "NN1003",
  "warning",
  "Something that is never used",
  (p) => `${p.what} \`${p.name}\` is never used; ${p.remedy}`,
);
