import { kind } from "../diagnostic.ts";

/** NN02: names, scopes, and what names stand for. */

const orSuggestion = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const unknownName = kind<{ name: string; what: string; suggestion?: string | undefined }>(
  "NN0201",
  "error",
  "Unknown name",
  (p) => `there is no ${p.what} called \`${p.name}\` here${orSuggestion(p.suggestion)}`,
);

export const duplicateName = kind<{ name: string; what: string }>(
  "NN0202",
  "error",
  "A name bound twice",
  (p) =>
    `\`${p.name}\` is already the name of ${p.what}; a name is bound once, so call one of them something else`,
);

export const hiddenName = kind<{ name: string; what: string }>(
  "NN0203",
  "error",
  "A name that hides another",
  (p) =>
    `\`${p.name}\` would hide ${p.what}; only parameters and the symbols of a signature may hide an outer name, so choose another`,
);

export const usedTooEarly = kind<{ name: string }>(
  "NN0204",
  "error",
  "A name used before it is bound",
  (p) =>
    `\`${p.name}\` is bound further down; a name of a body can be used only after the statement that binds it`,
);

export const cyclicDeclaration = kind<{ cycle: readonly string[] }>(
  "NN0205",
  "error",
  "Declarations that need each other",
  (p) =>
    p.cycle.length === 1
      ? `\`${p.cycle[0]}\` is declared by itself`
      : `these need each other: ${[...p.cycle, p.cycle[0]].map((name) => `\`${name}\``).join(" → ")}`,
);

export const unknownStage = kind<{
  name: string;
  suggestion?: string | undefined;
  suggestionKind?: string | undefined;
}>(
  "NN0206",
  "error",
  "Unknown stage",
  (p) =>
    `expected a layer, an activation, a block or a model after \`->\`, but there is none called \`${p.name}\`` +
    (p.suggestion === undefined
      ? ""
      : `; did you mean the ${p.suggestionKind ?? "layer"} \`${p.suggestion}\`?`),
);

export const ownsParameters = kind<{ name: string; what: string; instead: string }>(
  "NN0207",
  "error",
  "A stage called like a function",
  (p) =>
    `\`${p.name}\` ${p.what}, so it is a stage and cannot be called on values; write \`${p.instead}\``,
);

export const wrongKindOfName = kind<{
  name: string;
  expected: string;
  found: string;
  suggestion?: string | undefined;
}>(
  "NN0208",
  "error",
  "A name of the wrong kind",
  (p) => `expected ${p.expected}, but \`${p.name}\` is ${p.found}${orSuggestion(p.suggestion)}`,
);

export const nothingToSet = kind<{ name: string; suggestion?: string | undefined }>(
  "NN0209",
  "error",
  "`--set` of a name that there is not",
  (p) =>
    `\`--set ${p.name}\` needs a hyper, a dim or a setting of runs, and there is no \`${p.name}\`${orSuggestion(p.suggestion)}`,
);

export const unsettable = kind<{ name: string; found: string }>(
  "NN0210",
  "error",
  "`--set` of something else than a hyper or dim",
  (p) => `\`--set\` changes hypers and dims, but \`${p.name}\` is ${p.found}`,
);

export const unknownTensor = kind<{
  path: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0211",
  "error",
  "Unknown tensor of a stage",
  (p) =>
    `no stage before this one has a tensor \`${p.path}\`` +
    (p.suggestion !== undefined
      ? orSuggestion(p.suggestion)
      : p.known.length > 0
        ? `; there are ${p.known.map((name) => `\`${name}\``).join(", ")}`
        : ""),
);

export const notExported = kind<{ name: string; file: string; suggestion?: string | undefined }>(
  "NN0212",
  "error",
  "An import that the file does not have",
  (p) => `"${p.file}" declares no \`${p.name}\`${orSuggestion(p.suggestion)}`,
);

export const notImportable = kind<{ name: string; what: string }>(
  "NN0213",
  "error",
  "An import of something that stays in its file",
  (p) =>
    `\`${p.name}\` is ${p.what}; dims, hypers, definitions, data, blocks, models and recipes can be imported, runs, searches, ensembles and budgets cannot`,
);

export const unnamedRun = kind<{ name: string }>(
  "NN0214",
  "error",
  "Two runs of one name",
  (p) =>
    `there is already a run called \`${p.name}\`; give this one a name of its own: \`as Name\``,
);

export const unknownMember = kind<{
  name: string;
  of: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0215",
  "error",
  "Unknown part of a value",
  (p) =>
    `${p.of} has no \`${p.name}\`` +
    (p.suggestion !== undefined
      ? orSuggestion(p.suggestion)
      : p.known.length > 0
        ? `; it has ${p.known.map((name) => `\`${name}\``).join(", ")}`
        : ""),
);

export const wrongArguments = kind<{ name: string; problem: string; write: string }>(
  "NN0216",
  "error",
  "Arguments that do not fit the parameters",
  (p) => `${p.problem}; \`${p.name}\` is declared as \`${p.write}\``,
);

export const activationArgument = kind<{ layer: string; instead: string }>(
  "NN0217",
  "error",
  "An activation as an argument",
  (p) => `\`${p.layer}\` takes no activation: activations are stages, so write \`${p.instead}\``,
);

export const notOneValue = kind<{ name: string }>(
  "NN0218",
  "error",
  "`--set` of more than a value",
  (p) =>
    `\`--set ${p.name}=…\` takes one expression, such as \`64\` or \`leaky_relu(0.1)\`, and nothing after it`,
);
