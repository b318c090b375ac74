import { kind } from "../diagnostic.ts";

/** NN0001 to NN0019: what is too much, checked before a file is parsed. */

export const fileTooLarge = kind<{ size: number; limit: number }>(
  "NN0001",
  "error",
  "A file that is too large",
  (p) =>
    `a file has at most ${p.limit} bytes, and this one has ${p.size}; split it and import the parts`,
);

export const tooManyTokens = kind<{ limit: number }>(
  "NN0002",
  "error",
  "A file with too many words",
  (p) => `a file has at most ${p.limit} words, symbols and comments; split it and import the parts`,
);

export const tooDeep = kind<{ limit: number }>(
  "NN0003",
  "error",
  "Nested too deeply",
  (p) =>
    `brackets, \`if\` and \`^\` are nested at most ${p.limit} deep; give the inner parts names`,
);

export const nameTooLong = kind<{ length: number; limit: number }>(
  "NN0004",
  "error",
  "A name that is too long",
  (p) => `a name has at most ${p.limit} characters, and this one has ${p.length}`,
);

export const tooManyErrors = kind<{ limit: number }>(
  "NN0005",
  "error",
  "Too many errors",
  (p) => `there are more than ${p.limit} errors; the first ${p.limit} are shown`,
);

export const newerVersion = kind<{ found: number; newest: number }>(
  "NN0006",
  "error",
  "A version that this compiler does not know",
  (p) =>
    `this compiler reads version ${p.newest} of the language, and the file asks for version ${p.found}${p.found > p.newest ? "; update nnspec" : ""}`,
);

export const expressionTooLong = kind<{ limit: number }>(
  "NN0007",
  "error",
  "An expression that is too long",
  (p) => `an expression has at most ${p.limit} operators in a row; give its parts names`,
);
