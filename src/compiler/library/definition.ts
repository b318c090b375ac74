import type { Dim } from "../ir/dim.ts";
import type { ArrayType } from "../ir/array-type.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import type { TensorType } from "../ir/type.ts";
import type { Growth, KnownGrowth } from "./support/growth.ts";
import type { ArgumentTable, ArgumentValues, Use } from "./arguments.ts";

declare const itemName: unique symbol;

/**
 * The name of an item as its definition has it. Outside of the library it is shown and never compared, matched or looked up: what a
 * pass, a lint or a tool wants to know of an item is a field of its definition.
 */
export type ItemName = string & { readonly [itemName]: true };

/** What every library item says of itself; the manual, `list`, hover and completion are made from it. */
interface Described {
  readonly name: ItemName;
  /** One sentence. */
  readonly summary: string;
  /** The equation, in plain text. */
  readonly formula: string;
  /** Where the formula comes from: author, year, title. */
  readonly source?: string;
  readonly arguments: ArgumentTable;
  /** Arguments that need or exclude each other: what is wrong, what to write, and which argument is at fault; undefined when all is well. */
  readonly check?: (values: ArgumentValues) => ArgumentProblem | undefined;
  /** A complete line or two of the language. */
  readonly example: string;
  /** What goes wrong in practice, and what to do. */
  readonly pitfalls?: string;
  /** Rows of `techniques.md` that this item serves ("A5"). */
  readonly techniques?: readonly string[];
}

/** `problem` is a sentence without its full stop, `help` what to write instead. */
export interface ArgumentProblem {
  readonly problem: string;
  readonly help: string;
  readonly argument?: string;
}

/** A disagreement found by a layer; the compiler turns it into a diagnostic with the chain of shapes that led there. */
export interface ShapeProblem {
  /** What was expected, what was found. */
  readonly problem: string;
  /** Spelled-out arithmetic and reasons. */
  readonly notes?: readonly string[];
  /** What to write instead, in words, and as text to insert before the stage where that is the fix (`flatten -> `). */
  readonly help?: string;
  readonly insertBefore?: string;
  /** The name of the argument at fault, when it is one. */
  readonly argument?: string;
  /**
   * Set where the disagreement is not certain, only not excluded for every value of the symbols (`h >= 3` for a window of 3):
   * the type that holds where it does not happen. A block proved by itself goes on with it; a model reports the problem.
   */
  readonly unproved?: TensorType;
}
export type Inferred = TensorType | ShapeProblem;

export type WeightRole = "weights" | "biases" | "scales" | "shifts";

/** A trainable tensor of a layer. */
export interface WeightSpecification {
  /** The last step of its path: `weight`, `bias`, `scale`, `shift`. */
  readonly name: string;
  readonly role: WeightRole;
  readonly shape: readonly Dim[];
  /** Connections into and out of one unit, for the fan-aware initialisers. */
  readonly fanIn: Dim;
  readonly fanOut: Dim;
  /** What it starts from when no rule says so; "by activation" asks for the default that follows the next activation (B9). */
  readonly initializer:
    "by activation" | { readonly name: string; readonly arguments: ArgumentValues };
}

/** A tensor that a layer keeps from step to step without training it (running mean and variance). */
export interface StateSpecification {
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly initial: number;
}

/** What a lowering may use besides the builder. Types are those of the graph: sizes are numbers, the batch is first. */
export interface LowerContext {
  readonly graph: GraphBuilder;
  readonly training: boolean;
  /** Whether what is random is on: in training, and where predictions are drawn (Monte-Carlo dropout). Batch statistics go by `training`. */
  readonly noisy: boolean;
  /** The layer's weights by the last step of their paths. */
  readonly weights: Readonly<Record<string, Node>>;
  readonly states: Readonly<Record<string, Node>>;
  /** In training: replaces a state at the end of the step. */
  readonly update: (state: string, value: Node) => void;
  /** Uniform numbers in [0, 1), new each step, in a stream of the layer's own. */
  readonly random: (type: ArrayType, purpose?: string) => Node;
  /** The language's types of the operands and of the result, with every dim known but the batch. */
  readonly inputTypes: readonly TensorType[];
  readonly outputType: TensorType;
  /** The place of a named axis in operand `input` (default 0). */
  readonly axis: (name: string, input?: number) => number;
  /** A size as a number: `arguments.n` and the like. */
  readonly size: (dim: unknown) => number;
}

/** The linear map that a layer is: its kernel slides over so many places of each spatial axis (none, where it maps features alone). */
export interface LinearMap {
  readonly kernel: readonly Dim[];
  /** Into how many parts that do not see each other the channels fall. */
  readonly groups: Dim;
}

/** What a place of the result sees along one spatial axis of the operand, in places of the operand. */
export interface Sight {
  /** From the first place that it sees to the last. */
  readonly reach: number;
  /** From what one place sees to what its neighbour sees: a stride, or its inverse where the result is finer. */
  readonly jump: number;
}

export interface Normalization {
  /** By the mean and variance of the rows of a batch, and by running averages where nothing is trained. */
  readonly batch: boolean;
  /** Each channel by its own mean, so that a number added to a channel before it has no effect. */
  readonly channels: boolean;
}

/** E[y²] from E[x²] of every operand, and E[gx²] / E[gy²]. */
export interface Spread {
  readonly forward: (incoming: readonly number[]) => number;
  readonly backward: number;
}

export interface SpreadContext {
  readonly inputTypes: readonly TensorType[];
  readonly values: ArgumentValues;
  /** fan · E[w²] of a weight by its name. */
  readonly gain: (weight: string, fan: "in" | "out") => number;
  /** E[w²] of a weight by its name; 0 where the layer has none. */
  readonly meanSquare: (weight: string) => number;
}

export interface LayerDefinition extends Described {
  readonly kind: "layer";
  /** Said by layers that map their first operand linearly by a kernel of their own, and add at most a bias. */
  readonly linear?: (inputs: readonly TensorType[], values: ArgumentValues) => LinearMap;
  /**
   * What a place of the result sees, for each spatial axis of the first operand; "all" where it may see every place. Left out, it
   * sees itself alone.
   */
  readonly window?: (
    inputs: readonly TensorType[],
    values: ArgumentValues,
    size: (dim: Dim) => number,
  ) => readonly Sight[] | "all";
  /** What it does to mean squares, where that does not follow from its kernel or its being a normalisation. Left out, it keeps them. */
  readonly spread?: (context: SpreadContext) => Spread;
  /** Whether the curvature of its weight is a Kronecker product of one factor for what goes in and one for what comes out (K-FAC). */
  readonly kronecker?: boolean;
  readonly normalizes?: (values: ArgumentValues) => Normalization;
  /** What it is called where it stands between two linear maps and is no activation: `pooling`. */
  readonly between?: string;
  /** Zeroes single numbers at random in training, and scales the others up. */
  readonly masks?: boolean;
  /** Only arranges what it is given: every value of the result is one of an operand. */
  readonly arranges?: boolean;
  /** The activation that it is before it has learned anything. */
  readonly startsAs?: (values: ArgumentValues) => Use<ActivationDefinition>;
  /** Its arguments where the statistics that it keeps are made anew, of one batch that holds all rows. */
  readonly fresh?: (values: ArgumentValues) => ArgumentValues;
  /** How many values it takes: 1, or a list such as `(a, b) -> concat`. */
  readonly inputs?: "one" | "many";
  /** Named arguments beyond the table are axes of the result with their sizes, in order (`reshape(h: 8, w: 8, c: 1)`); values are Dims. */
  readonly axisArguments?: boolean;
  /** A missing `over` and the like are filled in here, in one place for infer, weights and lower. */
  readonly complete?: (
    inputs: readonly TensorType[],
    values: ArgumentValues,
  ) => ArgumentValues | ShapeProblem;
  readonly infer: (inputs: readonly TensorType[], values: ArgumentValues) => Inferred;
  /** How the sizes of the result were calculated, a line for each axis: `h = ceil(28 / 2) = 14`. Said where shapes disagree further on. */
  readonly arithmetic?: (
    inputs: readonly TensorType[],
    values: ArgumentValues,
  ) => readonly string[];
  readonly weights?: (
    inputs: readonly TensorType[],
    values: ArgumentValues,
  ) => readonly WeightSpecification[];
  readonly states?: (
    inputs: readonly TensorType[],
    values: ArgumentValues,
  ) => readonly StateSpecification[];
  readonly lower: (context: LowerContext, inputs: readonly Node[], values: ArgumentValues) => Node;
  /** Whether it draws random numbers where noise is on. */
  readonly noise?: (values: ArgumentValues) => boolean;
}

/** Between which numbers a bounded activation lies, beyond which ones it counts as flat (0.97 of the way from the middle), and its steepest slope. */
export interface Saturation {
  readonly range: { readonly from: number; readonly to: number };
  readonly flat: { readonly low: number; readonly high: number };
  readonly steepest: number;
}

/** One value in, one value of the same type out; also callable on values (`abs(a - b)`). */
export interface ActivationDefinition extends Described {
  readonly kind: "activation";
  /** Which initialiser suits the layer before it. */
  readonly family?: "rectifier" | "saturating" | "linear";
  /** Gives what it gets, so that it is no activation at all. */
  readonly transparent?: boolean;
  /** Two straight lines that meet at 0. */
  readonly homogeneous?: boolean;
  /** The activation of one number, where it works on each number by itself. */
  readonly scalar?: (x: number, values: ArgumentValues) => number;
  readonly saturates?: Saturation;
  /** Set where its slope is 0 wherever it has one: what to train in its place. */
  readonly flat?: { readonly instead: ActivationDefinition };
  /** gain² for Kaiming: 2 for ReLU, 2 / (1 + α²) for leaky ReLU. */
  readonly gain?: (values: ArgumentValues) => number;
  /** `axis` is the axis that softmax and its kin work over, already found (elementwise ones ignore it). */
  readonly over?: boolean;
  readonly examples?: readonly {
    readonly in: readonly number[];
    readonly out: readonly number[];
    readonly arguments?: ArgumentValues;
  }[];
  readonly lower: (graph: GraphBuilder, x: Node, values: ArgumentValues, axis: number) => Node;
}

/** Of a quotient that need not be whole, or of several sizes. */
export type SizeFunction =
  | {
      readonly kind: "quotient";
      readonly of: (numerator: Dim, denominator: Dim) => Dim;
    }
  | {
      readonly kind: "sizes";
      readonly of: (...sizes: readonly Dim[]) => Dim;
      /** Why there is no result. */
      readonly refuses?: (...sizes: readonly Dim[]) => string | undefined;
    };

/** A mathematical function of one or more values (`exp`, `max`, `mod`), of tensors and of plain numbers alike. */
export interface FunctionDefinition extends Described {
  readonly kind: "function";
  readonly operands: readonly string[];
  /** Takes any number of operands from two on (`min`, `max`). */
  readonly variadic?: boolean;
  /** What it makes of sizes that may be formulas, where the result is a size again. */
  readonly ofSizes?: SizeFunction;
  /** How it behaves as its operands do; left out, nothing is known of it. */
  readonly growth?: (...operands: readonly KnownGrowth[]) => Growth;
  readonly evaluate: (...operands: readonly number[]) => number;
  readonly lower: (graph: GraphBuilder, operands: readonly Node[]) => Node;
}

export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "truncated_normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "identity"; readonly scale: number }
  /** `parts`: how many matrices stand side by side, each drawn by itself (the gates of a recurrent layer). */
  | { readonly kind: "orthogonal"; readonly gain: number; readonly parts?: number }
  | { readonly kind: "values"; readonly values: readonly number[] };

export interface InitializerDefinition extends Described {
  readonly kind: "initializer";
  /** The activations whose half or bend it makes up for; left out, it is for none in particular. */
  readonly suits?: "rectifier" | "saturating";
  /** Has one spread for layers of all sizes. */
  readonly fixed?: boolean;
  readonly sample: (
    shape: readonly number[],
    fan: { readonly in: number; readonly out: number },
    values: ArgumentValues,
  ) => Distribution | { readonly problem: string };
}

export interface RegularizerDefinition extends Described {
  readonly kind: "regularizer";
  /** "distribution": only for `probabilities(…)`; the operand is then the logits, over axis `axis`. */
  readonly applies: "tensor" | "distribution";
  /** The factor of the sum of squares in it. */
  readonly squares?: (values: ArgumentValues) => number;
  /**
   * A scalar: the penalty. For a value of the batch (not a weight) it is the mean over the batch's rows of each row's sum.
   * `rows`: the number of rows when x is batched, otherwise undefined.
   */
  readonly penalty: (graph: GraphBuilder, x: Node, values: ArgumentValues, axis: number) => Node;
}

/** Numeric arguments come as nodes, because a schedule may stand in for any of them. */
export interface UpdateContext {
  readonly graph: GraphBuilder;
  readonly parameter: Node;
  readonly gradient: Node;
  /** The scheduled learning rate of this parameter at this step, a scalar. */
  readonly rate: Node;
  /** The step, from 1, a scalar. */
  readonly step: Node;
  readonly slots: Readonly<Record<string, Node>>;
  readonly number: (argument: string, index?: number) => Node;
  /** A formula over `step` and constants alone, called `name`: computed by the host once a step in float64, not on the device. */
  readonly hosted: (name: string, formula: Node) => Node;
  readonly values: ArgumentValues;
}

/**
 * A method that works on the vector of all trained weights, on the host in float64: the training plan gives it the objective
 * and its gradient wherever it asks, with the same rows each time.
 */
export interface WholeMethod {
  /** The function exported by a file of `src/runtime/` that makes a `Minimizer` from the number of weights and the arguments besides the rate. */
  readonly make: string;
  /** The most trained weights that it can work with. */
  readonly most?: number;
  /** It also asks for products of the Hessian with directions. */
  readonly curvature?: boolean;
}

export interface OptimizerDefinition extends Described {
  readonly kind: "optimizer";
  /** Set where `update` is given G^-1 g A^-1 instead of the gradient, for the weights of dense and convolutional layers (K-FAC). */
  readonly kronecker?: boolean;
  /** The rate that is usual with small batches. */
  readonly usualRate?: number;
  /** Its steps are about as long as the rate, whatever the gradient. */
  readonly normalizedSteps?: boolean;
  /** Its steps die out, as they are divided by what only grows. */
  readonly diesOut?: boolean;
  /** The method that decays weights by themselves, where this one divides the gradient of a penalty as well. */
  readonly decoupled?: OptimizerDefinition;
  /** Set for methods that move all weights together; `slots` and `update` are then not asked for. */
  readonly whole?: WholeMethod;
  /** The argument that is the learning rate; undefined when there is none (Adadelta). */
  readonly rate?: string;
  /** Tensors of the parameter's shape that live from step to step, and what they start at. */
  readonly slots: (values: ArgumentValues) => Readonly<Record<string, number>>;
  readonly update: (context: UpdateContext) => {
    readonly parameter: Node;
    readonly slots: Readonly<Record<string, Node>>;
  };
}

/** All in steps; `length` is the schedule's own duration (or all that is left of the run, for the last). */
export interface ScheduleContext {
  readonly graph: GraphBuilder;
  /** The step inside this part of the sequence, from 1. */
  readonly step: Node;
  readonly length: Node;
  readonly stepsPerEpoch: Node;
  readonly totalSteps: Node;
  /** The rate that the optimiser was given (or the plain value, for a scheduled momentum). */
  readonly base: Node;
  /** The value at the end of the part before this one (its `rate` at the step after its last), from which this part starts; `base` for the first. */
  readonly previous: Node;
  /** For a schedule that watches a number: how often the host has lowered the rate so far. */
  readonly drops: Node;
  /** A duration as a number of steps, a number as it is, a multiple times `base`. */
  readonly number: (argument: string, index?: number) => Node;
  readonly count: (argument: string) => number;
  readonly values: ArgumentValues;
}

export interface ScheduleDefinition extends Described {
  readonly kind: "schedule";
  /** The argument that says how long this part of a sequence lasts, when it has one (`duration`). */
  readonly duration?: string;
  /** The rate itself at `step`, a scalar. */
  readonly rate: (context: ScheduleContext) => Node;
  /**
   * How the rate behaves when this part goes on for ever (for the conditions of Robbins and Monro), from a start that is 0 or not.
   * Left out, nothing is known of it.
   */
  readonly growth?: (values: ArgumentValues, startsAtZero: boolean) => Growth;
  /** Begins below its end, so that the first steps are gentle. */
  readonly rises?: boolean;
  /** Set where the rate depends on a number that is watched, the argument `monitor`: the host counts `drops` by the arguments of `plateau`. */
  readonly watches?: boolean;
}

export interface OperandSpecification {
  readonly name: string;
  readonly summary: string;
  /**
   * "logits": f32 with a class axis; "classes": class labels (or f32 distributions where `soft` is set); "like": the first operand's type;
   * "decisions": scores of classes with labels, or logits with as many yes or no, whichever the second operand, "truths", is.
   */
  readonly accepts: "logits" | "classes" | "values" | "like" | "binary" | "decisions" | "truths";
  /** With "classes": distributions over the classes are accepted besides labels. */
  readonly soft?: boolean;
}

export interface LossDefinition extends Described {
  readonly kind: "loss";
  /** Asks for a margin between scores. */
  readonly margin?: boolean;
  /** Activations that it applies to its first operand itself, or that come to the same; the first is what it does. */
  readonly applies?: readonly ActivationDefinition[];
  /** What turns the first operand into probabilities, where the loss is the likelihood of a distribution. */
  readonly likelihood?: "softmax" | "sigmoid";
  /**
   * For losses that are a negative log-likelihood -log p(target | prediction): a number for each row and place, whose gradient with
   * respect to the prediction is that of the loss at a target drawn from p itself (the score). Its outer products average to the
   * Fisher information.
   */
  readonly score?: (
    graph: GraphBuilder,
    prediction: Node,
    uniform: (purpose: string, type: ArrayType) => Node,
  ) => Node;
  readonly operands: readonly OperandSpecification[];
  /** One number for each row (and each place of any further axes, which are averaged): `[B]` or `[B, …]`. */
  readonly perExample: (
    graph: GraphBuilder,
    operands: readonly Node[],
    values: ArgumentValues,
  ) => Node;
}

/**
 * A metric that only all rows of a part together give: while a part is measured, what `perExample` names is kept row by row, and the
 * host makes the metric of it. The rows trained in an epoch are not kept.
 */
export interface CollectedMetric {
  /**
   * `rows`: a number made of what is kept of all rows side by side; `labels`: the same, the mean over the labels of a row where it has
   * several; `counts`: a number made of how often each class was right, predicted and the right one (of `actual` and `predicted`).
   * A table is not measured after each epoch: only at the end, and of weights that are measured alone.
   */
  readonly kind: "rows" | "labels" | "counts" | "table";
  /** The function exported by a file of `src/runtime/`, and what it takes, by the names of `perExample`. A table's function is also given the number of classes and their names. */
  readonly make:
    | "areaUnderCurve"
    | "averagePrecision"
    | "balancedAccuracy"
    | "calibrationError"
    | "countConfusions"
    | "classF1"
    | "intersectionOverUnion"
    | "matthews"
    | "classPrecision"
    | "classRecall";
  readonly operands: readonly string[];
  /** Arguments of the metric that the function is given after the operands. */
  readonly passes?: readonly string[];
}

/** What a metric of decisions decides: between classes, of each of several labels whether it is there, or of one switch whether it is on. */
export interface Decided {
  readonly among: "classes" | "labels" | "switch";
  /** How many classes or labels there are; 2 of a switch. */
  readonly count: number;
}

export interface MetricDefinition extends Described {
  readonly kind: "metric";
  readonly operands: readonly OperandSpecification[];
  /** Whether more is better (`best(validation.accuracy)` keeps the largest). */
  readonly better: "higher" | "lower";
  /** How a person reads it. */
  readonly display: "percent" | "number";
  /** It is made of differences from the target, which are told in the unit that the target has in the data, before it was brought to scale. */
  readonly inUnitOfTarget?: boolean;
  /** Numbers of each example, `[B]`; the host sums them over all batches. Further axes are already averaged. Of a collected metric, what is kept of each example, `[B, …]`. */
  readonly perExample: (
    graph: GraphBuilder,
    operands: readonly Node[],
    values: ArgumentValues,
    decided: Decided,
  ) => Readonly<Record<string, Node>>;
  /** The metric from the sums and the number of examples, as a scalar formula (made into host code); a collected metric has none. */
  readonly result?: (
    graph: GraphBuilder,
    sums: Readonly<Record<string, Node>>,
    count: Node,
    values: ArgumentValues,
  ) => Node;
  readonly collected?: CollectedMetric;
  /** What is measured in its place where a row has several labels, each there or not. */
  readonly ofLabels?: MetricDefinition;
  /** On which rows it is no number, in words that go on from "it is not defined". */
  readonly undefinedWhere?: string;
}

/** Where data comes from. The reader itself is a file of `src/runtime/` that the trainer carries. */
export interface SourceDefinition extends Described {
  readonly kind: "source";
  /** Files (under `src/runtime/`) that the trainer carries, and the exported function that reads. */
  readonly runtime: { readonly files: readonly string[]; readonly read: string };
  /** Arguments beyond the table are fields of the data (`idx(image: "…", label: "…")`, `csv(…, label: "digit")`). */
  readonly fieldArguments?: boolean;
  /** How another file of the kind is read in its place (`--data Name=path`), and what such files are called. */
  readonly other?: { readonly read: string; readonly names: RegExp };
  /** Whether its numbers may be of more than 32 bits, so that scaling can lose some. */
  readonly exact?: boolean;
  /** Which arguments are paths of local files. */
  readonly paths: readonly string[];
  readonly synthetic?: boolean;
  /** What it reads: a table of columns, a text of characters, a folder of images. A file bound with `--data` is read in its place the same way. */
  readonly reads?: "table" | "characters" | "images";
  /** What the fields must be, in words, when they are not. */
  readonly fields?: (types: readonly TensorType[], values: ArgumentValues) => string | undefined;
  /** The sizes that it gives to dims which the types of the fields leave open, by name. */
  readonly open?: (
    types: readonly TensorType[],
    values: ArgumentValues,
  ) => ReadonlyMap<string, number>;
}

export interface NormalizerDefinition extends Described {
  readonly kind: "normalizer";
  /** `fit` is the exported function that makes the step from the arguments; its statistics are fitted on the training rows. */
  readonly runtime: { readonly files: readonly string[]; readonly fit: string };
  /** Which arguments are paths of local files: `fit` then reads them and is waited for. */
  readonly paths?: readonly string[];
  /** The most numbers of a row that it can work with. */
  readonly most?: number;
  /** Each number of a row comes to depend on all of them. */
  readonly mixes?: boolean;
  /** Nothing can follow it. */
  readonly last?: boolean;
}

/** One row of a field as augmentations see it: its axes between the batch and `c` (`h, w`, or one for a signal), and the channels. */
export interface PictureType {
  /** Sizes are whole numbers; `from` and `to` differ only behind `resize`, which draws one. At evaluation it is `from`. */
  readonly axes: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly channels: number;
}

/** What a function of the runtime is called with. */
export type AugmentationArgument =
  | number
  | string
  /** Measured on the training rows: ranges of the channels, principal components of the pixels. */
  | { readonly statistics: "ranges" | "components" }
  | { readonly steps: readonly Use[] }
  | { readonly choices: readonly (readonly Use[])[] };

export interface RuntimeCall {
  readonly make: string;
  readonly arguments: readonly AugmentationArgument[];
}

export interface AugmentationDefinition extends Described {
  readonly kind: "augmentation";
  /** Moves numbers without calculating with them: such rows are made faster than a worker is asked for them. */
  readonly quick?: boolean;
  /** How it changes signs that have a way up and a way round: mirrors them, or turns them by up to so many degrees. As it is written. */
  readonly turns?: (values: ArgumentValues) => {
    readonly degrees: number | "mirrored";
    readonly written: string;
  };
  /** `any`: images and signals; `images`: rows with `h` and `w`; `rows`: whole rows, two at a time (mixup). */
  readonly applies: "any" | "images" | "rows";
  /** The picture that comes out of it, or why that picture does not go in. */
  readonly infer: (picture: PictureType, values: ArgumentValues) => PictureType | ArgumentProblem;
  /** The files (under `src/runtime/`) with the functions that it calls. */
  readonly runtime: { readonly files: readonly string[] };
  /** Makes the step of a training; none where it only makes views for prediction. */
  readonly train?: (picture: PictureType, values: ArgumentValues) => RuntimeCall;
  /** What is done where nothing is drawn (validation, test, prediction); left out: nothing. */
  readonly evaluate?: (picture: PictureType, values: ArgumentValues) => RuntimeCall;
  /** The fixed views of a picture whose predictions are averaged. */
  readonly views?: {
    readonly call: (picture: PictureType, values: ArgumentValues) => RuntimeCall;
    readonly count: (values: ArgumentValues) => number;
  };
}

export type Definition =
  | LayerDefinition
  | ActivationDefinition
  | FunctionDefinition
  | InitializerDefinition
  | RegularizerDefinition
  | OptimizerDefinition
  | ScheduleDefinition
  | LossDefinition
  | MetricDefinition
  | SourceDefinition
  | NormalizerDefinition
  | AugmentationDefinition;

export type DefinitionKind = Definition["kind"];

/** A name that the language document has and that a later version brings: told apart from a slip of the pen. */
export interface Planned {
  readonly kind: DefinitionKind | "stop" | "keep" | "predict" | "after";
  readonly name: string;
  readonly summary: string;
}

export interface Library {
  find(kind: DefinitionKind, name: string): Definition | undefined;
  all(kind?: DefinitionKind): readonly Definition[];
  planned(name: string): Planned | undefined;
}
