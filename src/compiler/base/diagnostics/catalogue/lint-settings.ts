import { kind } from "../diagnostic.ts";

/** NN209: what is wrong with an `allow` comment or with `nnspec.config.json`. The lints themselves are NN20, in `src/compiler/lints/`. */

export const allowWithoutReason = kind<{ name: string }>(
  "NN2090",
  "warning",
  "An `allow` comment without a reason",
  (p) =>
    `\`allow(${p.name})\` counts only with a reason: write \`// allow(${p.name}): why it is right here\``,
);

export const unknownLint = kind<{ name: string; suggestion?: string | undefined }>(
  "NN2091",
  "warning",
  "Unknown lint",
  (p) =>
    `there is no lint called \`${p.name}\`${p.suggestion === undefined ? "; `nnspec list lints` shows them all" : `; did you mean \`${p.suggestion}\`?`}`,
);

export const nothingToAllow = kind<{ name: string }>(
  "NN2092",
  "warning",
  "Nothing to allow",
  (p) => `\`${p.name}\` finds nothing on the next line; take the comment out`,
);

export const wrongConfiguration = kind<{ problem: string }>(
  "NN2093",
  "error",
  "A configuration that cannot be read",
  (p) =>
    `\`nnspec.config.json\` looks like \`{ "lints": { "l2-with-adam": "off" } }\`, with "off", "warning" or "error" for each lint; ${p.problem}`,
);
