import { kind } from "../diagnostic.ts";
import { listOf } from "./arguments.ts";

/** NN05: rules (`for weights(…) of … { … }`). */

const hint = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const unknownTarget = kind<{
  name: string;
  targets: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0501",
  "error",
  "A rule for something unknown",
  (p) =>
    `\`for ${p.name}\` names nothing that a rule can speak of: ${listOf(p.targets, "or")}` +
    (p.suggestion === undefined
      ? "; repetition is written `-> repeat 3 Block`"
      : hint(p.suggestion)),
);

export const matchesNothing = kind<{
  what: string;
  model: string;
  suggestion?: string | undefined;
}>(
  "NN0502",
  "error",
  "A rule that matches nothing",
  (p) => `${p.what} in \`${p.model}\`${hint(p.suggestion)}`,
);

export const automaticName = kind<{ path: string; suggestion: string }>(
  "NN0503",
  "warning",
  "A rule on an automatic name",
  (p) =>
    `\`${p.path}\` is a name by number, which changes when a stage is added; give the stage a name with \`as ${p.suggestion}\``,
);

export const unknownKey = kind<{
  key: string;
  keys: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0504",
  "error",
  "Unknown key of a rule",
  (p) =>
    `a rule has no key \`${p.key}\`` +
    (p.suggestion === undefined ? `; it may set ${listOf(p.keys)}` : hint(p.suggestion)),
);

export const keyNotForTarget = kind<{
  key: string;
  target: string;
  keys: readonly string[];
  why: string;
}>(
  "NN0505",
  "error",
  "A key that the target does not have",
  (p) => `\`for ${p.target}\` cannot set \`${p.key}\`${p.why}; it may set ${listOf(p.keys)}`,
);

export const penaltyNotForTarget = kind<{
  penalty: string;
  needs: string;
  target: string;
  write: string;
}>(
  "NN0506",
  "error",
  "A penalty on the wrong kind of value",
  (p) => `\`${p.penalty}\` needs ${p.needs}, and \`for ${p.target}\` has none; write ${p.write}`,
);

export const unknownLayerKind = kind<{
  name: string;
  suggestion?: string | undefined;
  model?: string | undefined;
}>(
  "NN0507",
  "error",
  "`of` a kind that is no layer",
  (p) => `\`of ${p.name}\`: there is no layer called \`${p.name}\`${hint(p.suggestion)}`,
);

export const pathNeeded = kind<{ target: string; example: string }>(
  "NN0508",
  "error",
  "A rule that needs a path",
  (p) => `\`for ${p.target}\` must say which: \`${p.example}\``,
);

export const notAPenalty = kind<{ found: string }>(
  "NN0509",
  "error",
  "Not a penalty",
  (p) =>
    `\`regularize\` takes penalties joined by \`+\`, each perhaps times a number (\`l1(1e-5) + 0.5 * l2(1e-4)\`), or \`none\`; found ${p.found}`,
);

export const initialValuesDoNotFit = kind<{ weight: string; shape: string; problem: string }>(
  "NN0510",
  "error",
  "Initial values that do not fit the weight",
  (p) => `\`${p.weight}\` has the shape ${p.shape}: ${p.problem}`,
);

export const nothingToLoad = kind<{ found: string; suggestion?: string | undefined }>(
  "NN0511",
  "error",
  "Nothing to load weights from",
  (p) =>
    `\`load\` takes \`checkpoint("file.safetensors")\` or an earlier run of this file, found \`${p.found}\`${hint(p.suggestion)}`,
);

export const nestedRule = kind<Record<never, never>>(
  "NN0512",
  "error",
  "A rule inside a rule",
  () =>
    "a rule cannot stand inside another; write both beside each other, with the whole path in each",
);

export const optimizerWithoutDecay = kind<{ optimizer: string; weight: string }>(
  "NN0513",
  "error",
  "Decay that the optimizer does not have",
  (p) =>
    `\`decay\` is set for \`${p.weight}\`, but \`${p.optimizer}\` has no decay of its own; use \`adamw\`, or the penalty \`regularize: l2(…)\``,
);

export const keyTwice = kind<{ key: string }>(
  "NN0514",
  "error",
  "A key set twice",
  (p) => `\`${p.key}\` is set twice; keep one of them`,
);

export const withoutEffect = kind<{ rule: string; model: string }>(
  "NN0515",
  "warning",
  "A rule without effect",
  (p) => `\`${p.rule}\` finds nothing in \`${p.model}\`; take it out, or name what it is for`,
);

export const loadDoesNotFit = kind<{ weight: string; run: string; why: string }>(
  "NN0516",
  "error",
  "Weights that cannot be loaded",
  (p) =>
    `\`${p.weight}\` cannot be loaded from \`${p.run}\`: ${p.why}; name the stages that both have, with \`for parameters(…) { load: ${p.run} }\``,
);
