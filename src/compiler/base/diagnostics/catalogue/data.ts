import { kind } from "../diagnostic.ts";
import { listOf } from "./arguments.ts";

/** NN06: data declarations. */

const hint = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const unknownDataSetting = kind<{ name: string; suggestion?: string | undefined }>(
  "NN0601",
  "error",
  "Unknown setting of data",
  (p) =>
    `data has no setting \`${p.name}\`` +
    (p.suggestion === undefined
      ? "; there are `source`, `normalize` and `split`, and a field has a type such as `f32[B, px: 64]`"
      : hint(p.suggestion)),
);

export const batchComesFirst = kind<{ field: string; found: string; example: string }>(
  "NN0602",
  "error",
  "The first axis of a field is the batch",
  (p) =>
    `the first axis of \`${p.field}\` must be the batch, a free dim that all fields share (\`dim ${p.example}\`), found ${p.found}`,
);

export const splitNotWhole = kind<{ total: string; parts: string }>(
  "NN0603",
  "error",
  "A split that is not 100 %",
  (p) => `the parts of the split must add up to 100%, found ${p.parts} = ${p.total}`,
);

export const unknownPart = kind<{
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0604",
  "error",
  "Unknown part of the data",
  (p) => `there is no part \`${p.name}\`; data has ${listOf(p.known)}${hint(p.suggestion)}`,
);

export const unknownField = kind<{
  name: string;
  data: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0605",
  "error",
  "Unknown field",
  (p) =>
    `\`${p.data}\` has no field \`${p.name}\`` +
    (p.suggestion === undefined ? `; it has ${listOf(p.known)}` : hint(p.suggestion)),
);

export const onlyNumbersAreNormalized = kind<{ field: string; element: string }>(
  "NN0606",
  "error",
  "Normalisation of labels",
  (p) => `\`${p.field}\` holds ${p.element}, and only \`f32\` fields are normalized; leave it out`,
);

export const noFields = kind<{ name: string }>(
  "NN0607",
  "error",
  "Data without fields",
  (p) =>
    `\`${p.name}\` has no fields; write for example \`image: f32[B, px: 64]\` and \`label: class[B] of 10\``,
);

export const splitDisagrees = kind<{ one: string; other: string; why: string }>(
  "NN0630",
  "error",
  "A split in two ways",
  (p) => `\`${p.other}\` does not go with \`${p.one}\`: ${p.why}; leave one of them out`,
);
export const partTwice = kind<{ part: string }>(
  "NN0608",
  "error",
  "A part that comes twice",
  (p) =>
    `\`${p.part}\` has a source of its own, so \`split\` divides only the rest; take \`${p.part}\` out of the split`,
);

export const dataWrittenTwice = kind<{ name: string }>(
  "NN0609",
  "error",
  "Written twice",
  (p) => `\`${p.name}\` is written twice; keep one of them`,
);

export const formulaDoesNotFit = kind<{ problem: string }>(
  "NN0610",
  "error",
  "A formula that does not fit the fields",
  (p) => p.problem,
);

export const classCount = kind<{ field: string; found: string; why: string }>(
  "NN0611",
  "error",
  "Number of classes",
  (p) => `\`${p.field}\` is of ${p.found} classes, ${p.why}`,
);

export const sourceProblem = kind<{ expected: string; found: string }>(
  "NN0612",
  "error",
  "Not a source of data",
  (p) => `\`source\` expects ${p.expected}, found ${p.found}`,
);

export const emptyTraining = kind<Record<never, never>>(
  "NN0613",
  "error",
  "Nothing to train on",
  () => "the training part of the split is empty; give `train` a share above 0%",
);

export const dataDoesNotFit = kind<{
  field: string;
  expected: string;
  found: string;
  file: string;
}>(
  "NN0614",
  "error",
  "A file that does not fit the data declaration",
  (p) => `\`${p.field}\` expects ${p.expected}, and ${p.file} has ${p.found}`,
);

export const augmentationDoesNotFit = kind<{ problem: string }>(
  "NN0620",
  "error",
  "An augmentation that does not fit",
  (p) => p.problem,
);

export const normalizerDoesNotFit = kind<{ problem: string }>(
  "NN0621",
  "error",
  "A normaliser that does not fit",
  (p) => p.problem,
);

export const dataNotReadable = kind<{ problem: string }>(
  "NN0615",
  "error",
  "A file of data that cannot be read",
  (p) => p.problem,
);
