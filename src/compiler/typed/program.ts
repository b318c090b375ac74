import type { Span } from "../base/source.ts";
import type { Dim } from "../ir/dim.ts";
import type { TensorType } from "../ir/type.ts";
import type { ArgumentValues, Duration, Multiple, Use } from "../library/arguments.ts";
import type {
  ActivationDefinition,
  FunctionDefinition,
  InitializerDefinition,
  LayerDefinition,
  LossDefinition,
  MetricDefinition,
  NormalizerDefinition,
  OptimizerDefinition,
  ScheduleDefinition,
  SourceDefinition,
  WeightRole,
} from "../library/definition.ts";
import type { Formula, Origin, Penalty } from "./formula.ts";
import type { CascadeRule } from "./rules.ts";

/** A file with everything it imports: names resolved, blocks expanded, every shape proved. What all later phases read. */
export interface Program {
  readonly path: string;
  readonly dims: readonly TypedDim[];
  readonly hypers: readonly TypedHyper[];
  readonly data: readonly TypedData[];
  readonly models: readonly TypedModel[];
  readonly runs: readonly TypedRun[];
  /** Checked, but not run by this version. */
  readonly searches: readonly { readonly run: string; readonly span: Span }[];
  readonly ensembles: readonly TypedEnsemble[];
  readonly budgets: readonly { readonly model: string; readonly span: Span }[];
  /** For what holds for some values of hypers only. */
  readonly variations?: {
    readonly runs: readonly Variation<TypedRun>[];
    readonly models: readonly Variation<TypedModel>[];
  };
}

/** What `predict:` asks for beside the plain way. */
export interface MonteCarlo {
  readonly kind: "monte_carlo";
  /** How many times each row is predicted, with noise on. */
  readonly samples: number;
}

/** Models whose predictions are made one. */
export interface TypedEnsemble {
  readonly name: string;
  readonly span: Span;
  readonly documentation?: string;
  readonly members: readonly EnsembleMembers[];
  readonly combine: "average" | "vote";
}

/** One training of a run; `count` of them, each with other weights, order and masks; or the last weights that one of them saved. */
export type EnsembleMembers =
  | { readonly kind: "run"; readonly run: string }
  | { readonly kind: "runs"; readonly run: string; readonly count: number }
  | { readonly kind: "snapshots"; readonly run: string; readonly last: number };

/** A run or a model as it is for other values of its hypers: `width = 512`. */
export interface Variation<Typed> {
  readonly values: string;
  readonly of: Typed;
}

export interface TypedDim {
  readonly name: string;
  readonly kind: "free" | "fixed" | "bounded";
  readonly value?: number;
  readonly range?: { readonly from: number; readonly to: number };
  readonly span: Span;
  readonly documentation?: string;
}

export interface TypedHyper {
  readonly name: string;
  /** The value in this compilation: the default, or what `--set` gave. */
  readonly value: number | boolean | string | Use;
  readonly span: Span;
  readonly documentation?: string;
}

/** A tensor-valued step of a model's body (or of a loss), in an order in which operands come first. */
export interface Value {
  readonly id: number;
  readonly type: TensorType;
  readonly span: Span;
  /** The name that the author gave it by `=` or `as`; unique in the model (with the path of the blocks around it). */
  readonly name?: string;
  /** Further names of the same value: `x = a -> dense(3) as b` is `b` and also `x`. */
  readonly aliases?: readonly string[];
  readonly body:
    | { readonly kind: "input"; readonly name: string }
    /** A data field that only the loss or a metric uses. */
    | { readonly kind: "field"; readonly name: string }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "parameter"; readonly weight: Weight }
    | { readonly kind: "layer"; readonly layer: Layer; readonly inputs: readonly Value[] }
    | {
        readonly kind: "activation";
        readonly use: Use<ActivationDefinition>;
        readonly path: string;
        readonly input: Value;
        readonly axis: number;
      }
    | {
        readonly kind: "call";
        readonly function: FunctionDefinition;
        readonly operands: readonly Value[];
      }
    /** A sum of one operand is that operand with other axis names. Operands agree by axis names; `broadcasts[i][j]` is the axis of the result that axis j of operand i becomes. */
    | {
        readonly kind: "arithmetic";
        readonly operator: "+" | "-" | "*" | "/" | "^" | "negate";
        readonly operands: readonly Value[];
        readonly broadcasts: readonly (readonly number[])[];
      }
    | {
        readonly kind: "compare";
        readonly operator: "<" | "<=" | ">" | ">=" | "==" | "!=";
        readonly operands: readonly Value[];
        readonly broadcasts: readonly (readonly number[])[];
      }
    | {
        readonly kind: "select";
        readonly condition: Value;
        readonly then: Value;
        readonly else: Value;
      };
}

/** One use of a layer. Layers that share weights (`shared`) are one Layer used by several values. */
export interface Layer {
  /** `h1`, `stage1[2].norm`, `conv_2`: unique in the model. */
  readonly path: string;
  readonly definition: LayerDefinition;
  readonly arguments: ArgumentValues;
  readonly inputTypes: readonly TensorType[];
  readonly outputType: TensorType;
  readonly weights: readonly Weight[];
  readonly states: readonly State[];
  /** The stage where it was written, and the uses of blocks that led there, innermost first. */
  readonly span: Span;
  readonly through: readonly Span[];
  /** Whether `path` ends in an automatic name. */
  readonly automatic: boolean;
  readonly documentation?: string;
}

export interface Weight {
  /** `h1.weight`: the name in checkpoints. */
  readonly path: string;
  readonly role: WeightRole | "parameters";
  /** The kind of layer that owns it (`dense`), for `of`. */
  readonly owner: string;
  readonly shape: readonly Dim[];
  readonly fanIn: Dim;
  readonly fanOut: Dim;
  /** What it starts from when no rule says so, the activation that follows already taken into account. */
  readonly initializer: Use<InitializerDefinition>;
  /** `weight: transpose(other.weight)`: no tensor of its own. */
  readonly tied?: { readonly to: string; readonly transposed: boolean };
  readonly span: Span;
}

export interface State {
  readonly path: string;
  readonly shape: readonly Dim[];
  readonly initial: number;
}

export interface TypedModel {
  readonly name: string;
  readonly documentation?: string;
  readonly span: Span;
  readonly inputs: readonly {
    readonly name: string;
    readonly type: TensorType;
    readonly span: Span;
  }[];
  /** A single result has the name `output` unless the body's last `as` names it. */
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly values: readonly Value[];
  readonly layers: readonly Layer[];
  readonly weights: readonly Weight[];
  /** Top-level names a run may use: `logits`, `code`. */
  readonly named: ReadonlyMap<string, Value>;
  /** The rules of the model and, once for each use, of its blocks, in the order of the text. Made by `collectRule`. */
  readonly rules?: readonly CascadeRule[];
}

export interface TypedData {
  readonly name: string;
  readonly documentation?: string;
  readonly span: Span;
  readonly fields: readonly {
    readonly name: string;
    readonly type: TensorType;
    readonly documentation?: string;
    readonly span?: Span;
  }[];
  /** One source, or one for each of train, validation, test. */
  readonly sources: readonly {
    readonly part: "all" | "train" | "validation" | "test";
    readonly source: TypedSource;
  }[];
  readonly normalize: readonly {
    readonly field: string;
    readonly steps: readonly Use<NormalizerDefinition>[];
  }[];
  /** Fractions of what `sources` leave undivided; absent parts are 0. */
  readonly split: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    /** The column whose rows stay together. */
    readonly by?: string;
    /** The field whose classes each part has in the proportions of the whole. */
    readonly stratify?: string;
    readonly order?: { readonly by: "rows" } | { readonly by: "column"; readonly column: string };
    /** What is not for testing is divided into so many parts, each of which validates once; `train` and `validation` are then those of one fold. */
    readonly folds?: number;
  };
}

export interface TypedSource {
  readonly use: Use<SourceDefinition>;
  /** Arguments named after fields: `idx(image: "…")`. */
  readonly fieldArguments: Readonly<Record<string, string>>;
  /** `function(sin(6 * x), x: 0 .. 1, …)`: the formula over named inputs, as a host expression. */
  readonly formula?: {
    readonly expression: Formula;
    readonly inputs: readonly {
      readonly name: string;
      readonly from: number;
      readonly to: number;
    }[];
  };
  readonly span: Span;
}

/** One part of a sequence of schedules: an item of the library, or a `define` of the file applied to the step. */
export type SchedulePart =
  | { readonly kind: "use"; readonly use: Use<ScheduleDefinition> }
  /** Variables: `t`, the name of the first parameter, is the step. The value is a factor of the rate. */
  | {
      readonly kind: "formula";
      readonly variable: string;
      readonly expression: Formula;
      readonly name: string;
    };

/** Trained weights: a file, or what another run of the same spec keeps. */
export type WeightSource =
  | { readonly kind: "checkpoint"; readonly path: string }
  | { readonly kind: "run"; readonly run: string };

/** Everything that applies to one weight in one run, each with where it came from. */
export interface WeightSettings {
  readonly weight: Weight;
  readonly init: { readonly use: Use<InitializerDefinition>; readonly origin: Origin };
  readonly regularize: { readonly terms: readonly Penalty[]; readonly origin: Origin } | undefined;
  readonly decay: { readonly value: number; readonly origin: Origin } | undefined;
  readonly rate: { readonly value: Multiple | number; readonly origin: Origin } | undefined;
  readonly freeze: { readonly value: boolean; readonly origin: Origin } | undefined;
  readonly optimizer: { readonly use: Use<OptimizerDefinition>; readonly origin: Origin };
  /** The chance of each entry to be left out of a step in training. */
  readonly dropconnect: { readonly value: number; readonly origin: Origin } | undefined;
  readonly load: { readonly value: WeightSource; readonly origin: Origin } | undefined;
}

export interface ValuePenalty {
  readonly value: Value;
  readonly target: "activations" | "probabilities";
  readonly terms: readonly Penalty[];
  readonly origin: Origin;
}

/** A loss as a tree: terms are losses of the library applied to values, joined by arithmetic with numbers. */
export type LossExpression =
  | { readonly kind: "number"; readonly value: number }
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/" | "negate";
      readonly operands: readonly LossExpression[];
    }
  | {
      readonly kind: "loss";
      readonly use: Use<LossDefinition>;
      readonly operands: readonly Value[];
      readonly span: Span;
    };

export interface TypedMetric {
  /** `accuracy`, or `accuracy_mood` when one name occurs twice: the key in logs. */
  readonly name: string;
  readonly use: Use<MetricDefinition>;
  readonly operands: readonly Value[];
  /** Where it is written by its name alone. */
  readonly span?: Span;
}

/** `train.loss`, `validation.accuracy`, `initial.loss`, `gradient_norm`, `initial.gradient_norm`, `time` (seconds), `epoch`, `step`. */
export type StopCondition =
  | {
      readonly kind: "early";
      readonly metric: string;
      readonly patience: Duration;
      readonly least: number;
      readonly better: "higher" | "lower";
    }
  | {
      readonly kind: "compare";
      readonly operator: "<" | "<=" | ">" | ">=";
      readonly left: Formula;
      readonly right: Formula;
    }
  | { readonly kind: "and" | "or"; readonly conditions: readonly StopCondition[] };

/** `ema(0.999)`: at every step; `swa(start: 75%, every: 1 epoch)`: at the end of every interval from a share of the run on. */
export type Average =
  | { readonly kind: "ema"; readonly decay: number }
  | { readonly kind: "swa"; readonly start: number; readonly every: Duration };

/** A trained model whose values a loss may speak of. Its values are its own, also where the run trains the same model. */
export interface Teacher {
  readonly model: TypedModel;
  /** Model input → data field. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly weights: WeightSource;
}

/** What a run is besides its settings: each of these declares in its own file what it gives a run. */
export interface TypedRun {
  readonly name: string;
  readonly documentation?: string;
  readonly span: Span;
  readonly model: TypedModel;
  readonly data: TypedData;
  readonly weights: readonly WeightSettings[];
  readonly penalties: readonly ValuePenalty[];
  /** Where each setting that was written came from; the others are defaults. */
  readonly origins?: ReadonlyMap<string, Origin>;
  /** What the run asks for that this version checks but does not run yet. */
  readonly notYet: readonly { readonly setting: string; readonly span: Span }[];
}

export type { Formula, Origin, Penalty };
