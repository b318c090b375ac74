import { kind } from "../diagnostic.ts";

/** NN04: what is written between the brackets of a library item, and the values of settings. */

const orSuggestion = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const unknownArgument = kind<{
  owner: string;
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0401",
  "error",
  "Unknown argument",
  (p) =>
    `\`${p.owner}\` has no argument \`${p.name}\`` +
    (p.suggestion === undefined ? `; it takes ${listOf(p.known)}` : orSuggestion(p.suggestion)),
);

export const duplicateArgument = kind<{ owner: string; name: string }>(
  "NN0402",
  "error",
  "Argument given twice",
  (p) => `\`${p.name}\` of \`${p.owner}\` is given twice; keep one of them`,
);

export const missingArgument = kind<{
  owner: string;
  name: string;
  summary: string;
  example: string;
}>(
  "NN0403",
  "error",
  "Missing argument",
  (p) =>
    `\`${p.owner}\` needs \`${p.name}\` (${sentence(p.summary)}); write for example \`${p.example}\``,
);

export const tooManyArguments = kind<{
  owner: string;
  limit: number;
  found: number;
  named: readonly string[];
}>(
  "NN0404",
  "error",
  "Too many arguments",
  (p) =>
    `\`${p.owner}\` takes ${p.limit === 0 ? "no arguments" : `at most ${p.limit} argument${p.limit === 1 ? "" : "s"}`} by position, found ${p.found}` +
    (p.named.length === 0
      ? ""
      : `; ${listOf(p.named)} ${p.named.length === 1 ? "is" : "are"} given by name`),
);

export const wrongKindOfValue = kind<{
  name: string;
  expected: string;
  found: string;
  hint?: string | undefined;
}>(
  "NN0405",
  "error",
  "Wrong kind of value",
  (p) =>
    `\`${p.name}\` expects ${p.expected}, found ${p.found}${p.hint === undefined ? "" : `; ${p.hint}`}`,
);

export const outOfRange = kind<{ name: string; expected: string; found: string }>(
  "NN0406",
  "error",
  "Value out of range",
  (p) => `\`${p.name}\` must be ${p.expected}, found ${p.found}`,
);

export const durationNeedsUnit = kind<{ name: string; amount: string }>(
  "NN0407",
  "error",
  "Duration without a unit",
  (p) =>
    `\`${p.name}\` expects a duration, and a duration needs a unit: write \`${p.amount} ${p.amount === "1" ? "epoch" : "epochs"}\` or \`${p.amount} ${p.amount === "1" ? "step" : "steps"}\``,
);

export const unknownSymbol = kind<{
  name: string;
  found: string;
  choices: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0408",
  "error",
  "Unknown symbol",
  (p) =>
    `\`${p.name}\` is one of ${listOf(p.choices, "or")}, found \`${p.found}\`${orSuggestion(p.suggestion)}`,
);

export const positionalAfterNamed = kind<{ owner: string }>(
  "NN0409",
  "error",
  "Positional argument after a named one",
  (p) =>
    `in \`${p.owner}(…)\` arguments without a name come first, then the named ones; name this one or move it to the front`,
);

export const wrongLength = kind<{ name: string; expected: number; found: number }>(
  "NN0410",
  "error",
  "List of the wrong length",
  (p) => `\`${p.name}\` expects ${p.expected} values, found ${p.found}`,
);

export const unknownItem = kind<{
  what: string;
  name: string;
  suggestion?: string | undefined;
  known: readonly string[];
  other?: string | undefined;
}>("NN0411", "error", "Unknown library item", (p) =>
  p.other !== undefined
    ? `expected ${p.what}, but \`${p.name}\` is ${p.other}` +
      (p.known.length === 0 ? "" : `; for example \`${p.known[0]}\``)
    : `there is no ${p.what.replace(/^an? /, "")} called \`${p.name}\`` +
      (p.suggestion === undefined
        ? p.known.length === 0
          ? ""
          : `; there are ${listOf(p.known)}`
        : orSuggestion(p.suggestion)),
);

export const multipleNotHere = kind<{ name: string; found: string; plain: string }>(
  "NN0412",
  "error",
  "A multiple of the rate where none has a meaning",
  (p) =>
    `\`${p.found}\` is a multiple of the run's learning rate, and \`${p.name}\` is not a rate; write \`${p.plain}\``,
);

export const switchIsOnOrOff = kind<{ name: string; found: string; write: "on" | "off" }>(
  "NN0413",
  "error",
  "A switch is `on` or `off`",
  (p) => `\`${p.name}\` is a switch, found \`${p.found}\`; write \`${p.write}\``,
);

export const quotedName = kind<{ name: string; text: string }>(
  "NN0414",
  "error",
  "A name in quotes",
  (p) =>
    `names have no quotes: for \`${p.name}\` write \`${p.text}\`; quotes are for paths and columns of files`,
);

export const unknownAtCompileTime = kind<{ name: string; expected: string; found: string }>(
  "NN0415",
  "error",
  "A number that is not known yet",
  (p) =>
    `\`${p.name}\` expects ${p.expected} that is known before training, but \`${p.found}\` stands for many values`,
);

export const argumentsDisagree = kind<{ problem: string; help: string }>(
  "NN0416",
  "error",
  "Arguments that do not go together",
  (p) => `${p.problem}: ${p.help}`,
);

/** `a`, `b` and `c`. */
export function listOf(names: readonly string[], joiner: "and" | "or" = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length <= 1) return quoted[0] ?? "none";
  return `${quoted.slice(0, -1).join(", ")} ${joiner} ${quoted.at(-1)}`;
}

/** A summary inside a sentence: no capital at the front of a plain word, no full stop at the end. */
function sentence(summary: string): string {
  const bare = summary.replace(/\.$/, "");
  return /^[A-Z][a-z]/.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}
