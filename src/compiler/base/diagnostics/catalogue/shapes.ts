import { kind } from "../diagnostic.ts";

/** NN03: shapes, types, and values at compile time. */

export const shapesDisagree = kind<{
  operator: string;
  left: string;
  right: string;
  problem: string;
}>(
  "NN0301",
  "error",
  "Shapes that do not fit together",
  (p) =>
    `\`${p.operator}\` needs shapes that agree, found \`${p.left}\` and \`${p.right}\`: ${p.problem}`,
);

export const layerMisfit = kind<{ layer: string; problem: string; help?: string | undefined }>(
  "NN0302",
  "error",
  "A value that a layer cannot take",
  (p) =>
    p.help === undefined
      ? p.problem
      : /[?.!]$/.test(p.problem)
        ? `${p.problem} ${p.help.charAt(0).toUpperCase()}${p.help.slice(1)}`
        : `${p.problem}; ${p.help}`,
);

export const resultDisagrees = kind<{
  owner: string;
  declared: string;
  found: string;
  problem: string;
}>(
  "NN0303",
  "error",
  "A result that is not the declared one",
  (p) =>
    `\`${p.owner}\` declares the result \`${p.declared}\`, but its body gives \`${p.found}\`: ${p.problem}`,
);

export const inputDisagrees = kind<{
  owner: string;
  input: string;
  declared: string;
  found: string;
  problem: string;
}>(
  "NN0304",
  "error",
  "An input of another type",
  (p) => `\`${p.owner}\` takes \`${p.input}: ${p.declared}\`, found \`${p.found}\`: ${p.problem}`,
);

export const notWhole = kind<{ quotient: string }>(
  "NN0305",
  "error",
  "A size that may not be whole",
  (p) =>
    `\`${p.quotient}\` is not whole for every value that it stands for; write \`ceil(${p.quotient})\` or \`floor(${p.quotient})\``,
);

export const undecidedTest = kind<{ test: string; symbols: readonly string[] }>(
  "NN0306",
  "error",
  "A test that cannot be decided before training",
  (p) =>
    `\`${p.test}\` is true for some values of ${p.symbols.map((name) => `\`${name}\``).join(", ")} and false for others; \`if\` and \`repeat\` are decided once, from hypers, parameters, fixed dims and known sizes`,
);

export const tooManyAxes = kind<{ rank: number }>(
  "NN0307",
  "error",
  "Too many axes",
  (p) => `a tensor has at most 8 axes, found ${p.rank}`,
);

export const tooManyElements = kind<{ type: string; count: string }>(
  "NN0308",
  "error",
  "A tensor that is too large",
  (p) =>
    `\`${p.type}\` has ${p.count} elements${p.type.includes("[B") ? " for each row of the batch" : ""}; a tensor has at most 2^31 = 2147483648`,
);

export const sizeBelowOne = kind<{ axis: string; size: string }>(
  "NN0309",
  "error",
  "A size below 1",
  (p) => `the size of an axis is at least 1, but ${p.axis} has the size \`${p.size}\``,
);

export const wrongElement = kind<{ where: string; expected: string; found: string }>(
  "NN0310",
  "error",
  "Elements of the wrong kind",
  (p) => `${p.where} takes ${p.expected}, found \`${p.found}\``,
);

export const wrongOperand = kind<{ operator: string; expected: string; found: string }>(
  "NN0311",
  "error",
  "An operand of the wrong kind",
  (p) => `\`${p.operator}\` takes ${p.expected}, found ${p.found}`,
);

export const badRepeat = kind<{ expected: string; found: string }>(
  "NN0312",
  "error",
  "A repetition that cannot be counted",
  (p) => `\`repeat\` needs ${p.expected}, found \`${p.found}\``,
);

export const tooManyStages = kind<{ limit: number }>(
  "NN0313",
  "error",
  "Too many stages",
  (p) => `with its blocks and repetitions written out this model has more than ${p.limit} stages`,
);

export const duplicateAxis = kind<{ name: string }>(
  "NN0314",
  "error",
  "Two axes of one name",
  (p) => `an axis \`${p.name}\` is already there; every axis of a tensor has a name of its own`,
);

export const unknownElement = kind<{ found: string; suggestion?: string | undefined }>(
  "NN0315",
  "error",
  "Unknown element type",
  (p) =>
    `the elements of a tensor are \`f32\`, \`class[…] of n\` or \`bool\`, found \`${p.found}\`${p.suggestion === undefined ? "" : `; did you mean \`${p.suggestion}\`?`}`,
);

export const classWithoutCount = kind<{ written: string }>(
  "NN0328",
  "error",
  "Labels without the number of classes",
  (p) => `labels are of a number of classes: write \`${p.written} of 10\``,
);

export const openWeight = kind<{ weight: string; shape: string; symbols: readonly string[] }>(
  "NN0329",
  "error",
  "A trainable tensor without a fixed size",
  (p) =>
    `\`${p.weight}\` would have the shape ${p.shape}, but a trainable tensor has one size for ever, and ${p.symbols.map((name) => `\`${name}\``).join(", ")} may be many; pool or map along another axis (\`over: c\`), or fix the dim`,
);

export const missingReturn = kind<{ owner: string }>(
  "NN0316",
  "error",
  "A body without `return`",
  (p) => `the body of \`${p.owner}\` must end its flow with \`return …\``,
);

export const secondReturn = kind<{ owner: string }>(
  "NN0317",
  "error",
  "More than one `return`",
  (p) => `\`${p.owner}\` has returned already; a body has one \`return\``,
);

export const wrongInputs = kind<{ name: string; expected: string; found: string; write: string }>(
  "NN0318",
  "error",
  "The wrong number of inputs",
  (p) => `\`${p.name}\` takes ${p.expected}, found ${p.found}; write \`${p.write}\``,
);

export const notATensor = kind<{ found: string; hint?: string | undefined }>(
  "NN0319",
  "error",
  "A tensor is missing",
  (p) => `expected a tensor, found ${p.found}${p.hint === undefined ? "" : `; ${p.hint}`}`,
);

export const formulaTooLarge = kind<{ formula: string }>(
  "NN0320",
  "error",
  "A formula beyond measure",
  (p) => `\`${p.formula}\` is too large to calculate with`,
);

export const notANumber = kind<{ expression: string; problem: string }>(
  "NN0321",
  "error",
  "A calculation without a result",
  (p) => `\`${p.expression}\` has no value: ${p.problem}`,
);

export const notBatched = kind<{ name: string; found: string }>(
  "NN0322",
  "error",
  "A value without a batch",
  (p) =>
    `the first axis of \`${p.name}\` must be the batch, a free dim such as \`B\` of \`dim B\`; found \`${p.found}\``,
);

export const impossibleValue = kind<{ message: string; values: string }>(
  "NN0324",
  "error",
  "A value of a hyper that is impossible",
  (p) => `with ${p.values}, which the domain allows: ${p.message}`,
);

export const provedInPart = kind<{ model: string; checked: number; total: string }>(
  "NN0325",
  "note",
  "A proof of some values only",
  (p) =>
    `\`${p.model}\` depends on hypers with ${p.total} combinations of values; ${p.checked} of them were checked, the defaults and the ends of every domain among them`,
);

export const wrongTie = kind<{ weight: string; expected: string; found: string }>(
  "NN0326",
  "error",
  "A tied tensor of another shape",
  (p) =>
    `\`${p.weight}\` needs the shape ${p.expected}, but the tensor that it is tied to has ${p.found}`,
);

export const nestedTooDeep = kind<{
  name: string;
  limit: number;
  cycle?: readonly string[] | undefined;
}>("NN0327", "error", "Blocks nested too deep", (p) =>
  p.cycle === undefined
    ? `\`${p.name}\` stands more than ${p.limit} blocks deep`
    : `\`${p.name}\` uses itself${p.cycle.length > 2 ? ` (${p.cycle.join(" → ")})` : ""}, and each use is written out, here more than ${p.limit} deep: end it with \`if\`, or repeat with \`repeat n ${p.name}\``,
);
