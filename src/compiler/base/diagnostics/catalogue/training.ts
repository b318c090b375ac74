import { kind } from "../diagnostic.ts";
import { listOf } from "./arguments.ts";

/** NN07: runs (`train`) and recipes. */

const hint = (suggestion: string | undefined) =>
  suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;

export const unknownSetting = kind<{
  where: string;
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0701",
  "error",
  "Unknown setting",
  (p) =>
    `${p.where} has no setting \`${p.name}\`` +
    (p.suggestion === undefined ? `; it may set ${listOf(p.known)}` : hint(p.suggestion)),
);

export const missingLoss = kind<{ run: string; example: string }>(
  "NN0702",
  "error",
  "A run without a loss",
  (p) => `\`${p.run}\` does not say what to minimise; add for example \`loss: ${p.example}\``,
);

export const rateOutsideOptimizer = kind<{ name: string; write: string }>(
  "NN0703",
  "error",
  "The rate is the optimizer's",
  (p) =>
    `\`${p.name}\` is no setting of a run: the rate is the optimizer's; write \`optimizer: ${p.write}\``,
);

export const settingTwice = kind<{ name: string }>(
  "NN0704",
  "error",
  "A setting written twice",
  (p) => `\`${p.name}\` is set twice; keep one of them`,
);

export const unknownModel = kind<{
  name: string;
  what: string;
  found?: string | undefined;
  suggestion?: string | undefined;
}>(
  "NN0705",
  "error",
  "Unknown model, data or run",
  (p) =>
    (p.found === undefined
      ? `there is no ${p.what} called \`${p.name}\``
      : `\`${p.name}\` is ${p.found}, not a ${p.what}`) + hint(p.suggestion),
);

export const recipesDisagree = kind<{ name: string; first: string; second: string }>(
  "NN0706",
  "error",
  "Two recipes set one thing",
  (p) =>
    `\`${p.first}\` and \`${p.second}\` both set \`${p.name}\`; set it in the run itself, or leave one recipe out`,
);

export const unknownRecipe = kind<{
  name: string;
  found?: string | undefined;
  suggestion?: string | undefined;
}>(
  "NN0707",
  "error",
  "Unknown recipe",
  (p) =>
    (p.found === undefined
      ? `there is no recipe called \`${p.name}\``
      : `\`${p.name}\` is ${p.found}, not a recipe`) + hint(p.suggestion),
);

export const inputWithoutField = kind<{
  input: string;
  model: string;
  data: string;
  fields: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0709",
  "error",
  "A model input that the data does not have",
  (p) =>
    `\`${p.model}\` takes \`${p.input}\`, and \`${p.data}\` has no such field; it has ${listOf(p.fields)}` +
    (p.fields.length === 0
      ? ""
      : `. Where names differ write \`inputs: (${p.input}: ${p.suggestion ?? p.fields[0]})\``),
);

export const inputDoesNotFit = kind<{
  input: string;
  expected: string;
  field: string;
  found: string;
  why: string;
}>(
  "NN0710",
  "error",
  "A field that does not fit the model's input",
  (p) =>
    `the model takes \`${p.input}: ${p.expected}\`, and the data gives \`${p.field}: ${p.found}\`: ${p.why}`,
);

export const ambiguousName = kind<{ name: string; model: string; data: string }>(
  "NN0711",
  "error",
  "A name of both the model and the data",
  (p) =>
    `\`${p.name}\` is a value of \`${p.model}\` and a field of \`${p.data}\`; write \`model.${p.name}\` or \`data.${p.name}\``,
);

export const unknownValue = kind<{
  name: string;
  model: string;
  data: string;
  suggestion?: string | undefined;
}>(
  "NN0712",
  "error",
  "Unknown value",
  (p) =>
    `neither \`${p.model}\` nor \`${p.data}\` has a value called \`${p.name}\`` +
    (p.suggestion === undefined ? "; a stage gets a name with `as`" : hint(p.suggestion)),
);

export const operandDoesNotFit = kind<{
  owner: string;
  operand: string;
  expected: string;
  found: string;
  hint?: string | undefined;
}>(
  "NN0713",
  "error",
  "An operand that does not fit",
  (p) =>
    `\`${p.operand}\` of \`${p.owner}\` must be ${p.expected}, found ${p.found}${p.hint === undefined ? "" : `; ${p.hint}`}`,
);

export const classesDisagree = kind<{
  owner: string;
  output: string;
  width: string;
  label: string;
  count: string;
}>(
  "NN0714",
  "error",
  "Output width and number of classes disagree",
  (p) =>
    `\`${p.output}\` has ${p.width} outputs, and \`${p.label}\` has ${p.count} classes; \`${p.owner}\` needs one output for each class`,
);

export const notALoss = kind<{ found: string; example: string }>(
  "NN0715",
  "error",
  "Not a loss",
  (p) =>
    `\`loss\` is a sum of losses, each perhaps times a number, such as \`${p.example}\`; found ${p.found}`,
);

export const penaltyInLoss = kind<{ name: string }>(
  "NN0716",
  "error",
  "A penalty in the loss",
  (p) =>
    `\`${p.name}\` is a penalty, and penalties stand in rules: \`for weights { regularize: ${p.name}(…) }\``,
);

export const partWithoutEnd = kind<{ name: string; example: string | undefined }>(
  "NN0717",
  "error",
  "A part of a schedule without a duration",
  (p) =>
    `only the last part of a schedule may go on to the end of the run; say how long \`${p.name}\` lasts` +
    (p.example === undefined ? ", or put it last" : `: \`${p.example}\``),
);

export const beyondTheEnd = kind<{ what: string; at: string; end: string }>(
  "NN0718",
  "warning",
  "Beyond the end of the run",
  (p) => `${p.what} (${p.at}), but the run ends after ${p.end}`,
);

export const noValidation = kind<{ name: string; data: string }>(
  "NN0719",
  "error",
  "No validation part",
  (p) =>
    `\`${p.name}\` needs a validation part, and \`${p.data}\` has none; write \`split: (train: 80%, validation: 20%)\` there`,
);

export const testIsForTheEnd = kind<{ name: string; setting: string }>(
  "NN0720",
  "error",
  "Test data in a decision",
  (p) =>
    `\`${p.name}\` may not stand in \`${p.setting}\`: whoever decides by the test data has none left to be judged by; use \`${p.name.replace(/^test/, "validation")}\``,
);

export const unknownMonitor = kind<{
  name: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0721",
  "error",
  "Nothing of that name is watched",
  (p) =>
    `there is no \`${p.name}\` to watch` +
    (p.suggestion === undefined ? `; there are ${listOf(p.known)}` : hint(p.suggestion)),
);

export const metricNeedsOperands = kind<{ metric: string; why: string; example: string }>(
  "NN0722",
  "error",
  "A metric that must be told its operands",
  (p) => `\`${p.metric}\` ${p.why}; write \`${p.example}\``,
);

export const notAStopCondition = kind<{ found: string }>(
  "NN0723",
  "error",
  "Not a condition to stop on",
  (p) =>
    `\`stop\` takes \`early(validation.loss, patience: 5 epochs)\` and comparisons such as \`train.loss < 0.01\` or \`time > 10 minutes\`, joined by \`or\` and \`and\`; found ${p.found}`,
);

export const timeNeedsUnit = kind<{ found: string }>(
  "NN0724",
  "error",
  "Time without a unit",
  (p) =>
    `\`time\` is compared with a duration: write \`${p.found} minutes\` or \`${p.found} seconds\``,
);

export const unknownChoice = kind<{ name: string; found: string; choices: readonly string[] }>(
  "NN0725",
  "error",
  "Unknown value of a setting",
  (p) => `\`${p.name}\` takes ${p.choices.join(" or ")}, found \`${p.found}\``,
);

export const notKnownYet = kind<{ name: string; why: string }>(
  "NN0726",
  "error",
  "A number that only the data tells",
  (p) => `\`${p.name}\` cannot be used here: ${p.why}`,
);

export const guaranteeBroken = kind<{ schedule: string; why: string }>(
  "NN0727",
  "error",
  "A guarantee that the schedule breaks",
  (p) =>
    `\`guarantee: robbins_monro\` asks for a rate with Σ η = ∞ and Σ η² < ∞, and \`${p.schedule}\` breaks it: ${p.why}; use \`inverse_time\``,
);

export const durationNotHere = kind<{ name: string; found: string }>(
  "NN0728",
  "error",
  "A duration in the wrong unit",
  (p) => `\`${p.name}\` is counted in epochs or steps, found \`${p.found}\``,
);

export const unusedInput = kind<{
  name: string;
  model: string;
  known: readonly string[];
  suggestion?: string | undefined;
}>(
  "NN0729",
  "error",
  "An input that the model does not have",
  (p) =>
    `\`${p.model}\` has no input \`${p.name}\`` +
    (p.suggestion === undefined ? `; it takes ${listOf(p.known)}` : hint(p.suggestion)),
);

export const teacherPrepared = kind<{ teacher: string; field: string; its: string; own: string }>(
  "NN0731",
  "error",
  "A teacher of other data",
  (p) =>
    `the teacher \`${p.teacher}\` was trained with \`${p.field}\` ${p.its}, and this run has it ${p.own}: what the teacher says of its rows would mean nothing`,
);

export const fieldNamedAsParameter = kind<{ field: string; data: string; model: string }>(
  "NN0733",
  "error",
  "A field of the data and a parameter of the model under one name",
  (p) =>
    `\`${p.field}\` is a field of \`${p.data}\` and a parameter of \`${p.model}\`: one run can tell them apart only by other names; rename one of them`,
);

export const teacherUnused = kind<{ example: string }>(
  "NN0732",
  "warning",
  "A teacher that nothing listens to",
  (p) =>
    `no loss and no metric speaks of a value of the teacher; write for example \`${p.example}\`, or leave \`teacher\` out`,
);

export const nothingTrained = kind<{ run: string }>(
  "NN0730",
  "warning",
  "Nothing is trained",
  (p) =>
    `every weight of \`${p.run}\` is frozen, so its epochs change nothing; write \`epochs: 0\` or lift a \`freeze\``,
);

export const nothingToDraw = kind<{ model: string }>(
  "NN0760",
  "warning",
  "Samples that are all the same",
  (p) =>
    `nothing in \`${p.model}\` is random, so every sample of \`monte_carlo\` would be the same; give it a \`dropout\`, or write \`predict: plain\``,
);

export const needsFullBatch = kind<{ optimizer: string; batch: number }>(
  "NN0740",
  "error",
  "A method for full batches with mini-batches",
  (p) =>
    `\`${p.optimizer}\` compares losses and gradients of different steps, so every step must have the same rows; found batches of ${p.batch}: write \`batch: all\``,
);

export const needsNoNoise = kind<{ optimizer: string; what: string; instead: string }>(
  "NN0741",
  "error",
  "A method for exact losses with noise",
  (p) =>
    `\`${p.optimizer}\` compares losses and gradients of different steps, and ${p.what}; ${p.instead}`,
);

export const tooManyWeights = kind<{
  optimizer: string;
  weights: number;
  most: number;
  why: string;
}>(
  "NN0742",
  "error",
  "A model too large for the method",
  (p) =>
    `the run trains ${p.weights} weights, and \`${p.optimizer}\` takes at most ${p.most}, because ${p.why}; use \`lbfgs\` or \`adam\``,
);

export const movesAllWeights = kind<{ optimizer: string; setting: string; why: string }>(
  "NN0743",
  "error",
  "A setting that the method cannot follow",
  (p) => `\`${p.setting}\` and \`${p.optimizer}\` do not go together: ${p.why}`,
);

export const nothingToGather = kind<{ count: number; why: string }>(
  "NN0747",
  "error",
  "More batches for one update than there are",
  (p) =>
    `\`accumulate: ${p.count}\` gathers ${p.count} batches for one update, and ${p.why}; leave it out, or make batches smaller`,
);

export const plainGradient = kind<{ weights: readonly string[]; why: string }>(
  "NN0744",
  "note",
  "Weights that K-FAC moves by their plain gradient",
  (p) =>
    `\`kfac\` moves ${listOf(p.weights)} by ${p.weights.length === 1 ? "its" : "their"} plain gradient, because ${p.why}; a rule may give ${p.weights.length === 1 ? "it" : "them"} another optimiser`,
);

export const noPredictedDistribution = kind<{ loss: string }>(
  "NN0745",
  "error",
  "A loss without a distribution to draw targets from",
  (p) =>
    `\`kfac\` draws targets from the distribution that the model predicts, and \`${p.loss}\` is the likelihood of none; write \`fisher: empirical\` to take the targets of the data`,
);

export const guaranteeUndecided = kind<{ schedule: string; why: string }>(
  "NN0746",
  "warning",
  "A guarantee that cannot be decided",
  (p) =>
    `whether \`${p.schedule}\` keeps Σ η = ∞ and Σ η² < ∞, as \`guarantee: robbins_monro\` asks, cannot be decided: ${p.why}; \`inverse_time\` keeps both`,
);
