/** Words that are no names anywhere. */
export const reservedWords = [
  "if",
  "then",
  "else",
  "repeat",
  "return",
  "for",
  "as",
  "in",
  "of",
  "and",
  "or",
  "not",
  "when",
  "with",
] as const;

/** Words that begin a declaration, in the order in which a file usually has them. They are names everywhere else. */
export const itemWords = [
  "dim",
  "hyper",
  "define",
  "data",
  "block",
  "model",
  "recipe",
  "train",
  "search",
  "ensemble",
  "budget",
] as const;

/** Words that mean something in one place of the grammar only and are names everywhere else. */
export const contextualWords = [
  "nnspec",
  "import",
  ...itemWords,
  "from",
  "on",
  "shared",
  "parameter",
  "log",
  "by",
] as const;

export type ReservedWord = (typeof reservedWords)[number];
export type ItemWord = (typeof itemWords)[number];
export type ContextualWord = (typeof contextualWords)[number];

/** Singular units as they are kept in the tree; times may be written with an `s`. */
export const units = [
  "epoch",
  "step",
  "second",
  "minute",
  "hour",
  "deg",
  "KiB",
  "MiB",
  "GiB",
  "KB",
  "MB",
  "GB",
] as const;

const times: ReadonlySet<string> = new Set(["epoch", "step", "second", "minute", "hour"]);

/** The unit that a word stands for: `epochs` is `epoch`. */
export function unitOf(word: string): (typeof units)[number] | undefined {
  const singular = word.endsWith("s") && times.has(word.slice(0, -1)) ? word.slice(0, -1) : word;
  return units.find((unit) => unit === singular);
}
