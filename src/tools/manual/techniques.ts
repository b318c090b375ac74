/** A row of the inventory of what the lectures teach about training neural networks. */
export interface Technique {
  /** `A5`: definitions of the library name the rows that they serve. */
  readonly id: string;
  readonly name: string;
  /** Sections of the specification where it is written, by their numbers: `8.5`. */
  readonly syntax: readonly string[];
  /** Files that prove it, below `tests/`. */
  readonly tests: readonly string[];
  /** Explained by the sections of the specification, not by a page of the library: a setting, a form of the language, a command. */
  readonly setting?: true;
  /** For lints: the codes, each with a page that explains it. */
  readonly codes?: readonly string[];
}

export interface TechniqueSection {
  readonly letter: string;
  readonly title: string;
  readonly rows: readonly Technique[];
}

type Row = readonly [
  id: string,
  name: string,
  syntax: readonly string[],
  tests: readonly string[],
  more?: Pick<Technique, "setting" | "codes">,
];

const setting = { setting: true } as const;

const activations: readonly Row[] = [
  ["A1", "the identity", ["6.1"], ["library/activations.test.ts"]],
  [
    "A2",
    "binary step, with a warning where it is trained through",
    ["6.1"],
    ["library/activations.test.ts", "lints/cases.test.ts"],
  ],
  ["A3", "sigmoid, the logistic function", ["6.1"], ["library/activations.test.ts"]],
  ["A4", "hyperbolic tangent", ["6.1"], ["library/activations.test.ts"]],
  ["A5", "ReLU", ["6.1"], ["library/activations.test.ts"]],
  ["A6", "leaky ReLU, PReLU", ["6.1"], ["library/activations.test.ts"]],
  ["A7", "ELU", ["6.1"], ["library/activations.test.ts"]],
  [
    "A8",
    "maxout units",
    ["6.1"],
    ["library/further-layers.test.ts", "library/layer-gradients.test.ts"],
  ],
  ["A9", "softmax over an axis", ["6.1"], ["library/activations.test.ts"]],
  [
    "A10",
    "GELU, SiLU, softplus, log-softmax, hard variants",
    ["6.1"],
    ["library/activations.test.ts"],
  ],
];

const initialization: readonly Row[] = [
  [
    "B1",
    "constants, with an error where hidden units stay alike",
    ["6.8", "9.1"],
    ["library/initializers.test.ts", "lints/cases.test.ts"],
  ],
  [
    "B2",
    "small or large random numbers, normal and uniform",
    ["6.8", "9.1"],
    ["library/initializers.test.ts"],
  ],
  ["B3", "calibrated (LeCun)", ["6.8", "9.1"], ["library/initializers.test.ts"]],
  ["B4", "Xavier, normal", ["6.8", "9.1"], ["library/initializers.test.ts"]],
  ["B5", "Xavier, uniform", ["6.8", "9.1"], ["library/initializers.test.ts"]],
  [
    "B6",
    "Kaiming, normal and uniform, with gains and modes",
    ["6.8", "9.1"],
    ["library/initializers.test.ts"],
  ],
  [
    "B7",
    "orthogonal, truncated normal, identity",
    ["6.8", "9.1"],
    ["library/initializers.test.ts", "runtime/initialize.test.ts"],
  ],
  [
    "B8",
    "the initialisation report",
    ["6.9"],
    ["inspect/report.test.ts", "inspect/plan.test.ts", "cli/inspect.test.ts"],
    setting,
  ],
  [
    "B9",
    "defaults that follow the next activation",
    ["6.8"],
    ["infer-runs/cascade.test.ts", "lints/cases.test.ts"],
    setting,
  ],
];

const data: readonly Row[] = [
  [
    "C1",
    "zero centre, scale by the standard deviation, from the training part only",
    ["7.3"],
    ["runtime/prepare.test.ts", "augment/folder-run.test.ts"],
  ],
  ["C2", "PCA decorrelation, whitening", ["7.3"], ["augment/whiten.test.ts"]],
  ["C3", "flips", ["7.7"], ["augment/place.test.ts"]],
  [
    "C4",
    "random crops, with padding or after a random scale",
    ["7.7"],
    ["augment/place.test.ts", "augment/warp.test.ts"],
  ],
  ["C5", "brightness, contrast, PCA colour shift", ["7.7"], ["augment/color.test.ts"]],
  [
    "C6",
    "shift, rotation, stretch, shear, distortion, noise, compositions",
    ["7.7"],
    [
      "augment/warp.test.ts",
      "augment/place.test.ts",
      "augment/color.test.ts",
      "augment/check.test.ts",
    ],
  ],
  ["C7", "cutout of squares", ["7.7"], ["augment/place.test.ts", "augment/train.test.ts"]],
  ["C8", "mixup of rows", ["7.7"], ["augment/mixup.test.ts"]],
  ["C9", "automatic augmentation", ["7.7"], ["augment/color.test.ts", "augment/check.test.ts"]],
  [
    "C10",
    "test-time augmentation",
    ["7.8"],
    ["augment/train.test.ts", "augment/folder-run.test.ts"],
  ],
];

const layers: readonly Row[] = [
  ["D1", "dense, with bias", ["6.1"], ["library/layers.test.ts"]],
  [
    "D2",
    "convolution with stride, padding, dilation, groups",
    ["6.1"],
    ["library/layers.test.ts", "ir/convolution.test.ts"],
  ],
  ["D3", "max and average pooling", ["6.1"], ["library/layers.test.ts"]],
  ["D4", "global average and maximum pooling", ["6.1"], ["library/layers.test.ts"]],
  [
    "D5",
    "flatten, reshape, concat, add",
    ["6.1"],
    ["library/layers.test.ts", "library/layer-gradients.test.ts"],
  ],
  ["D6", "batch normalisation", ["6.1"], ["library/layers.test.ts"]],
  ["D7", "layer normalisation", ["6.1"], ["library/layers.test.ts"]],
  ["D8", "instance and group normalisation", ["6.1"], ["library/layers.test.ts"]],
  [
    "D9",
    "dropout of values",
    ["6.1", "6.11"],
    ["library/noise-layers.test.ts", "library/layer-gradients.test.ts"],
  ],
  ["D10", "DropConnect", ["6.11", "9.1"], ["lower/dropconnect.test.ts"]],
  ["D11", "stochastic depth", ["6.11"], ["library/noise-layers.test.ts"]],
  [
    "D12",
    "fractional max pooling",
    ["6.11"],
    ["library/further-layers.test.ts", "library/noise-layers.test.ts"],
  ],
  [
    "D13",
    "residual connections, with a projection where shapes differ",
    ["6.1", "6.3", "5.5"],
    ["static/architectures.test.ts", "wasm/layer-networks.test.ts"],
  ],
  [
    "D14",
    "Inception modules",
    ["6.1", "6.4"],
    ["static/architectures.test.ts", "wasm/layer-networks.test.ts"],
  ],
  ["D15", "Monte-Carlo dropout", ["8.9"], ["emit/sampling.test.ts", "cli/predict.test.ts"]],
  [
    "D16",
    "whole architectures as specs, with the published parameter counts",
    ["6.4", "6.5"],
    ["static/architectures.test.ts"],
    setting,
  ],
  [
    "D17",
    "embeddings, recurrent cells, attention",
    ["6.10", "6.12"],
    [
      "library/further-layers.test.ts",
      "library/recurrent.test.ts",
      "library/noise-layers.test.ts",
      "emit/transformer.test.ts",
      "emit/character.test.ts",
    ],
  ],
];

const losses: readonly Row[] = [
  ["E1", "squared error", ["8.3"], ["library/losses.test.ts"]],
  ["E2", "softmax and binary cross-entropy", ["8.3"], ["library/losses.test.ts"]],
  ["E3", "multiclass hinge", ["8.3"], ["library/losses.test.ts"]],
  ["E4", "L2", ["9.1"], ["library/regularizers.test.ts"]],
  ["E5", "L1", ["9.1"], ["library/regularizers.test.ts"]],
  ["E6", "elastic net", ["9.1"], ["library/regularizers.test.ts"]],
  ["E7", "weight elimination", ["9.1"], ["library/regularizers.test.ts"]],
  ["E8", "entropy of the predicted distribution", ["9.1"], ["library/regularizers.test.ts"]],
  [
    "E9",
    "regularisers on weights, activations or outputs of a layer, a group or the model; user-written ones",
    ["9.1", "9.3"],
    ["infer-runs/cascade.test.ts", "lower/training-step.test.ts", "lower/user-written.test.ts"],
    setting,
  ],
  [
    "E10",
    "label smoothing, distillation",
    ["8.3", "8.11"],
    ["library/losses.test.ts", "emit/resume.test.ts", "runtime/teacher.test.ts"],
  ],
  ["E11", "mean absolute error, Huber, KL", ["8.3"], ["library/losses.test.ts"]],
];

const optimizers: readonly Row[] = [
  [
    "F1",
    "gradient descent: full, stochastic, mini-batch, several batches an update",
    ["8.1", "8.5", "8.12"],
    ["library/optimizers.test.ts", "lower/accumulate.test.ts", "training/accumulate.test.ts"],
  ],
  [
    "F2",
    "momentum, both published forms",
    ["8.5"],
    ["library/optimizers.test.ts", "second-order/surfaces.test.ts"],
  ],
  ["F3", "Nesterov", ["8.5"], ["library/optimizers.test.ts", "second-order/surfaces.test.ts"]],
  ["F4", "AdaGrad", ["8.5"], ["library/optimizers.test.ts", "library/trajectories.test.ts"]],
  ["F5", "RMSProp", ["8.5"], ["library/optimizers.test.ts", "library/trajectories.test.ts"]],
  ["F6", "Adadelta", ["8.5"], ["library/optimizers.test.ts", "library/trajectories.test.ts"]],
  ["F7", "Adam", ["8.5"], ["library/optimizers.test.ts", "library/trajectories.test.ts"]],
  ["F8", "AdamW", ["8.5"], ["library/optimizers.test.ts", "library/trajectories.test.ts"]],
  [
    "F9",
    "L-BFGS",
    ["8.5"],
    [
      "second-order/lbfgs.test.ts",
      "second-order/refusals.test.ts",
      "second-order/surfaces.test.ts",
      "second-order/trainers.test.ts",
    ],
  ],
  [
    "F10",
    "Newton, BFGS",
    ["8.5"],
    ["second-order/hessian.test.ts", "second-order/surfaces.test.ts"],
  ],
  ["F11", "K-FAC", ["8.5"], ["second-order/kfac.test.ts"]],
  [
    "F12",
    "gradient clipping, the monitor of the gradient's norm",
    ["8.1", "8.6"],
    ["lower/training-step.test.ts"],
    setting,
  ],
  [
    "F13",
    "momentum schedule",
    ["8.5"],
    ["infer-runs/schedules.test.ts", "lower/training-step.test.ts", "lower/compositions.test.ts"],
  ],
  [
    "F14",
    "parameter groups",
    ["9.1"],
    ["infer-runs/cascade.test.ts", "lower/training-step.test.ts"],
    setting,
  ],
  [
    "F15",
    "averages of weights: EMA, SWA",
    ["8.10"],
    ["lower/averages.test.ts", "emit/averages.test.ts"],
    setting,
  ],
];

const schedules: readonly Row[] = [
  ["G1", "a constant rate", ["8.5"], ["library/schedules.test.ts"]],
  ["G2", "in steps", ["8.5"], ["library/schedules.test.ts"]],
  ["G3", "along a cosine", ["8.5"], ["library/schedules.test.ts"]],
  ["G4", "along a line", ["8.5"], ["library/schedules.test.ts"]],
  ["G5", "inverse square root", ["8.5"], ["library/schedules.test.ts"]],
  ["G6", "exponential decay", ["8.5"], ["library/schedules.test.ts"]],
  [
    "G7",
    "piecewise constant",
    ["8.5"],
    ["library/schedules.test.ts", "lower/compositions.test.ts"],
  ],
  [
    "G8",
    "linear warm-up, then any other",
    ["8.5"],
    ["library/schedules.test.ts", "lower/compositions.test.ts"],
  ],
  ["G9", "cosine with warm restarts", ["8.5"], ["library/schedules.test.ts"]],
  [
    "G10",
    "warm start, whole or by layer, with freezing",
    ["8.7", "9.1"],
    ["emit/warm-start.test.ts"],
    setting,
  ],
  [
    "G11",
    "the rate in proportion to the batch",
    ["8.1", "8.5"],
    ["infer-runs/runs.test.ts"],
    setting,
  ],
  [
    "G12",
    "1/t and other Robbins–Monro schedules, with the verdict",
    ["8.5"],
    ["library/schedules.test.ts", "infer-runs/guarantee.test.ts"],
  ],
  [
    "G13",
    "one cycle, reduce on plateau",
    ["8.5"],
    ["library/schedules.test.ts", "lower/compositions.test.ts", "emit/resume.test.ts"],
  ],
];

const stopping: readonly Row[] = [
  ["H1", "limits of steps, epochs, time", ["8.1", "8.6"], ["emit/stopping.test.ts"], setting],
  [
    "H2",
    "early stopping with patience, the best weights kept",
    ["8.6"],
    ["emit/training.test.ts", "emit/stopping.test.ts"],
    setting,
  ],
  [
    "H3",
    "target loss, absolute or relative to the first",
    ["8.6"],
    ["emit/stopping.test.ts"],
    setting,
  ],
  ["H4", "norm of the gradient", ["8.6"], ["emit/stopping.test.ts"], setting],
  [
    "H5",
    "checkpoints, resume",
    ["8.6", "12.5"],
    ["emit/resume.test.ts", "cli/train.test.ts"],
    setting,
  ],
  [
    "H6",
    "ensembles: independent models, snapshots of one run",
    ["10.3"],
    ["emit/ensemble.test.ts"],
    setting,
  ],
  [
    "H7",
    "training, validation and test kept apart; metrics never of training data",
    ["7.4", "8.4"],
    [
      ...["runtime/prepare.test.ts", "library/metrics.test.ts"],
      ...["library/collected-metrics.test.ts", "library/decision-metrics.test.ts"],
    ],
  ],
];

const search: readonly Row[] = [
  ["I1", "step 1: the initial loss is what it must be", [], []],
  ["I2", "step 2: overfit a small sample", [], []],
  ["I3", "step 3: a rate that makes the loss fall", [], []],
  ["I4", "step 4: a coarse grid", [], []],
  ["I5", "step 5: a refined grid", [], []],
  ["I6", "step 6: curves, and what they say", [], []],
  ["I7", "grid and random search (checked)", ["10.2"], ["infer-runs/search.test.ts"], setting],
  ["I8", "the recipe as one command", [], []],
];

const seeing: readonly Row[] = [
  ["J1", "curves of loss and metrics", ["12.5"], ["runtime/report.test.ts"], setting],
  ["J2", "the path of each optimiser on a surface", [], []],
  ["J3", "the loss around a trained network", [], []],
  ["J4", "conditioning: extreme eigenvalues of the Hessian", [], []],
  ["J5", "universal approximation by hand", [], []],
  ["J6", "a table that compares architectures", ["6.5"], ["cli/compare.test.ts"], setting],
];

const smaller: readonly Row[] = [
  ["K1", "pruning", [], []],
  ["K2", "quantisation", [], []],
  ["K3", "distillation (E10)", ["8.11"], ["library/losses.test.ts"], setting],
  [
    "K4",
    "linear layers in a row: said, and left alone where they are a bottleneck",
    ["6.1"],
    ["lints/cases.test.ts"],
    { ...setting, codes: ["NN2005"] },
  ],
];

const lint = (id: string, name: string, ...codes: readonly string[]): Row => [
  id,
  name,
  [],
  ["lints/cases.test.ts"],
  { ...setting, codes },
];

const lints: readonly Row[] = [
  lint("L1", "constant initialisation in a hidden layer", "NN2001"),
  lint("L2", "Kaiming before tanh, Xavier before ReLU", "NN2002", "NN2003"),
  lint(
    "L3",
    "deep sigmoid or tanh stacks without normalisation; signals that vanish or explode",
    "NN2004",
    "NN2023",
    "NN2024",
  ),
  lint(
    "L4",
    "two linear layers in a row; an activation missing between layers",
    "NN2005",
    "NN2018",
  ),
  lint("L5", "softmax before a cross-entropy that takes logits", "NN2006"),
  lint("L6", "bias before batch normalisation", "NN2007"),
  lint("L7", "batch normalisation with a tiny batch", "NN2008"),
  lint("L8", "dropout before batch normalisation", "NN2009"),
  lint("L9", "L2 with Adam", "NN2010"),
  lint("L10", "AdaGrad on long runs", "NN2011"),
  lint("L11", "Adam's usual rate exceeded tenfold", "NN2012"),
  lint("L12", "second-order methods with noise", "NN2013"),
  lint("L13", "inputs that are not normalised", "NN2014"),
  lint("L14", "a large rate and a large batch without warm-up", "NN2015"),
  lint("L15", "early stopping on training data; a metric on training data", "NN2022", "NN2020"),
  lint("L16", "an unused layer", "NN2019"),
  lint("L17", "training through a step", "NN2021"),
  lint("L18", "softened labels (mixup, label smoothing) with a hinge loss", "NN2016"),
  lint("L19", "an augmentation that the task cannot bear", "NN2017"),
  [
    "L20",
    "an output width that does not fit the number of classes (an error)",
    ["8.3"],
    ["infer-runs/runs.test.ts"],
    { ...setting, codes: ["NN0714"] },
  ],
];

const sections: readonly (readonly [string, string, readonly Row[]])[] = [
  ["A", "Activations", activations],
  ["B", "Initialisation", initialization],
  ["C", "Data preparation and augmentation", data],
  ["D", "Layers and structure", layers],
  ["E", "Losses, and regularisation through the loss", losses],
  ["F", "Optimisers", optimizers],
  ["G", "Learning-rate schedules", schedules],
  ["H", "Stopping, choosing, averaging", stopping],
  ["I", "Hyper-parameter search", search],
  ["J", "Seeing what happens", seeing],
  ["K", "Making the trained network smaller", smaller],
  ["L", "What the compiler knows: lints", lints],
];

export const techniques: readonly TechniqueSection[] = sections.map(([letter, title, rows]) => ({
  letter,
  title,
  rows: rows.map(([id, name, syntax, tests, more]) => ({ id, name, syntax, tests, ...more })),
}));

/** Rows that are not complete yet: something of syntax, page and test is missing. The tests hold this list to be exactly right. */
export const open: readonly string[] = [
  "I1",
  "I2",
  "I3",
  "I4",
  "I5",
  "I6",
  "I8",
  "J2",
  "J3",
  "J4",
  "J5",
  "K1",
  "K2",
];
