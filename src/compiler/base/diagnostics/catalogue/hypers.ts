import { kind } from "../diagnostic.ts";
import { listOf } from "./arguments.ts";

/** NN08: hypers, searches, ensembles and budgets. */

const hint = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const outsideDomain = kind<{ name: string; found: string; domain: string }>(
  "NN0801",
  "error",
  "A hyper outside its domain",
  (p) =>
    `\`${p.name}\` may be ${p.domain}, found \`${p.found}\`; the shapes are proved for these values only`,
);

export const badDomain = kind<{ problem: string }>(
  "NN0802",
  "error",
  "A domain that makes no sense",
  (p) => p.problem,
);

export const nothingToSearch = kind<{ run: string }>(
  "NN0803",
  "error",
  "Nothing to search",
  (p) =>
    `no hyper of this file has a domain, so \`search ${p.run}\` has nothing to vary; write for example \`hyper lr = 1e-3 in log 1e-5 .. 1e-1\``,
);

export const unknownHyper = kind<{
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0804",
  "error",
  "Unknown hyper",
  (p) =>
    `there is no hyper \`${p.name}\` with a domain` +
    (p.suggestion === undefined ? `; there are ${listOf(p.known)}` : hint(p.suggestion)),
);

export const notAGoal = kind<{ found: string }>(
  "NN0805",
  "error",
  "Not a goal",
  (p) =>
    `\`goal\` is \`minimize(validation.loss)\` or \`maximize(validation.accuracy)\`, found \`${p.found}\``,
);

export const notAMethod = kind<{
  name: string;
  found: string;
  choices: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0806",
  "error",
  "Not a method",
  (p) =>
    `\`${p.name}\` takes ${listOf(p.choices, "or")}, found \`${p.found}\`${hint(p.suggestion)}`,
);

export const overBudget = kind<{ quantity: string; model: string; found: string; limit: string }>(
  "NN0807",
  "error",
  "Over the budget",
  (p) => `\`${p.model}\` has ${p.found} ${p.quantity}, and its budget allows ${p.limit}`,
);

export const unknownQuantity = kind<{
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0808",
  "error",
  "Unknown quantity of a budget",
  (p) =>
    `a budget cannot limit \`${p.name}\`` +
    (p.suggestion === undefined ? `; it limits ${listOf(p.known)}` : hint(p.suggestion)),
);

export const wrongBound = kind<{ quantity: string; expected: string; found: string }>(
  "NN0809",
  "error",
  "A limit of the wrong kind",
  (p) => `\`${p.quantity}\` is limited by ${p.expected}, found ${p.found}`,
);

export const gridTooFine = kind<{ name: string }>(
  "NN0810",
  "error",
  "A grid over a domain without steps",
  (p) =>
    `\`${p.name}\` is a continuous range, and a grid needs single values; write \`in 0 .. 0.5 by 0.1\` or \`in { 0.1, 0.2 }\``,
);

export const membersDisagree = kind<{ first: string; other: string; why: string }>(
  "NN0812",
  "error",
  "Members that cannot speak together",
  (p) => `\`${p.first}\` and \`${p.other}\` cannot be members of one ensemble: ${p.why}`,
);

export const savesNoSnapshots = kind<{ run: string; write: string }>(
  "NN0813",
  "error",
  "Snapshots of a run that saves none",
  (p) => `\`${p.run}\` saves its weights only at the end; for snapshots write \`${p.write}\` in it`,
);

export const notMeasured = kind<{ quantity: string; model: string }>(
  "NN0811",
  "note",
  "A limit that is not measured yet",
  (p) =>
    `\`${p.quantity}\` of \`${p.model}\` is not measured by this version, so this limit is not held against it`,
);
