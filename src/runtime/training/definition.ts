import type { Augmenting } from "../augment.ts";
import type { Field, RawData } from "../dataset.ts";
import type { DevicePlan } from "../device.ts";
import type { Feeding } from "../feed.ts";
import type { KroneckerFactors } from "../kronecker.ts";
import type { Minimizer } from "../minimizer.ts";
import type { Part, Sources } from "../prepare.ts";
import type { TableOptions } from "../read-other-table.ts";
import type { MetricDisplay, Metrics } from "../reporter.ts";
import type { Division } from "../split.ts";
import type { TableLayout } from "../table-layout.ts";
import type { View } from "../views.ts";
import type { WasmProgram } from "../wasm-plan.ts";
import type { Moved } from "../whole-objective.ts";
import type {
  Averaged,
  GivenInput,
  InitialValue,
  Monitor,
  Parameter,
  State,
  TaughtTensor,
  Undefinable,
  UnitTensor,
  WatchedSum,
  Moment,
  Progress,
  WeightFile,
  WarmFile,
  Refreshing,
  CollectedNumbers,
  CollectedTable,
  Viewed,
  Watched,
  WatchedMetric,
  EarlyWatch,
  StopRule,
  PlateauWatch,
  Normalizing,
  MemberResult,
  ModelInput,
  ModelOutput,
} from "./types.ts";

/**
 * Everything that one run decides, and nothing of how training goes. The modules of this folder train by such a definition as they
 * are; a generated program is what is left of them when a definition is put in: what its members decide is folded away.
 * A member that may be absent, and one that is a boolean, is such a decision.
 */
export interface TrainingDefinition {
  readonly runName: string;
  readonly modelName: string;
  readonly dataName: string;
  /** Where relative paths start from: the address of a module, or a folder. */
  readonly directory: string;

  /** What a checkpoint says of its run: settings by their names, as one would write them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Which of them may be others when training goes on, if that is asked for. */
  readonly changeable: readonly string[];
  /** The program that made this, with its version. */
  readonly madeBy: string;

  readonly batchSize: number;
  /** Batches that are gathered for one step, from 2; and the numbers by which the plan knows the first and the last of them. */
  readonly accumulate?: number;
  readonly updateNumbers: { readonly begins: string; readonly ends: string };
  /** All rows are one batch. */
  readonly trainsOnAll: boolean;
  /** The fields of a row that the device is given. */
  readonly inputs: readonly string[];
  readonly defaultSeed: number;
  readonly defaultEpochs: number;
  readonly mostSteps?: number;

  readonly parameters: readonly Parameter[];
  readonly parameterCount: number;
  readonly statistics: readonly State[];
  readonly slots: readonly State[];
  readonly monitors: readonly Monitor[];
  /** The units of targets that metrics are told in. */
  readonly units?: readonly UnitTensor[];
  readonly plans: Plans;
  readonly wasmModule: WasmProgram;

  readonly learningRate: (moment: Moment) => number;
  readonly numbersOf: (moment: Moment) => Readonly<Record<string, number>>;
  readonly display: MetricDisplay;
  readonly sums: readonly string[];
  /** The sum that is the number of rows. */
  readonly rowCount: string;
  readonly metricsOf: (total: (sum: string) => number, count: number) => Metrics;
  /** Metrics that are made of numbers kept row by row. */
  readonly collected?: readonly CollectedNumbers[];
  /** The fields whose classes are trained: their rows are counted. */
  readonly countedLabels?: readonly string[];
  /** Metrics that some rows do not define. */
  readonly undefinable?: readonly Undefinable[];
  readonly tables?: readonly CollectedTable[];

  /** The losses of the first steps when this was made, or why there are none. */
  readonly expectedLosses?: readonly number[];
  readonly expectsNothing: string;

  readonly beginning: Progress;
  readonly validates: boolean;
  readonly tests: boolean;
  /** What decides which epoch's weights are kept. */
  readonly best?: Watched;
  readonly earlyRules?: readonly EarlyWatch[];
  /** Looked at after each epoch, and after each step: the first that holds ends the training. */
  readonly stopRules?: readonly StopRule[];
  readonly stepRules?: readonly StopRule[];
  /** Results of the first step that conditions speak of: `initial.loss`. */
  readonly initialValues?: readonly InitialValue[];
  /** The metrics that conditions speak of, as they call them. */
  readonly watchedMetrics?: readonly WatchedMetric[];
  readonly watchesTime: boolean;
  /** Where the norm of the gradient is watched, how. */
  readonly watchedNorm?: WatchedSum;
  readonly saveEveryEpochs?: number;
  readonly saveEverySteps?: number;
  readonly saveEverySeconds?: number;

  readonly plateaus?: readonly PlateauWatch[];
  readonly augmentingOf?: (train: Part) => Augmenting;
  /** The worker that makes augmented batches ahead; absent where they are made faster than it is asked for them. */
  readonly augmentWorker?: () => URL;
  readonly feeding?: ReadonlyMap<string, Feeding>;
  /** The weights that the method moves, one after the other the vector that it works on. */
  readonly moved?: readonly Moved[];
  readonly newMinimizer: () => Minimizer;
  /** The layers whose gradients are turned by the inverses of two matrices, and the sizes of these. */
  readonly curved?: readonly KroneckerFactors[];
  /** The numbers by which the plan knows whether these are measured, and whether a step is made. */
  readonly curvatureNumbers: { readonly measure: string; readonly apply: string };
  /** Tensors of which averages are kept: these are measured, saved and predicted with. Training goes on from the weights themselves. */
  readonly averaged?: readonly Averaged[];
  readonly refreshing?: Refreshing;
  readonly teacher?: WeightFile;
  /** The fields that the teacher is given. */
  readonly taughtFields: readonly string[];
  /** Everything of the teacher, from its own file. */
  readonly teacherTensors: readonly TaughtTensor[];
  /** Files that weights are loaded from, and which. */
  readonly warmFiles?: readonly WarmFile[];

  readonly fields: readonly Field[];
  readonly split: Division;
  /** How often it is trained, each time with another part to validate. */
  readonly folds?: number;
  readonly normalization?: Normalizing;
  /** Absent where the spec names no source. */
  readonly readSources?: () => Promise<Sources>;
  /** Where it is a table for the model of a checkpoint, its columns are found as the training's were. */
  readonly readOther: (path: string, like?: TableLayout) => Promise<RawData>;

  readonly views?: readonly View[];
  readonly viewed: Viewed;
  /** The output whose mean over the views is measured, and the field with its labels. */
  readonly measuredView?: ModelOutput & { readonly field: string };

  /** What a member of an ensemble says of a row, and which metrics can be told of that alone. */
  readonly memberResults?: readonly MemberResult[];
  readonly memberMetrics: readonly string[];
  readonly memberSums: readonly string[];
  readonly givenInputs: readonly GivenInput[];

  readonly modelInputs: readonly ModelInput[];
  readonly modelOutputs: readonly ModelOutput[];
  readonly readsLabels: boolean;
  readonly saysProbabilities: boolean;
  readonly saysScores: boolean;
  readonly saysChances: boolean;
  readonly feedsPredictions: boolean;
  readonly keptFile: string;
  readonly seesImages: boolean;
  /** What the spec says of its table, where the rows come from one. */
  readonly tableOptions?: TableOptions;
  /** Whether anything that the model computes is random, and it can be predicted with noise on. */
  readonly samples: boolean;
  readonly defaultSamples: number;
  readonly commandSamples: number;
  readonly usage: string;
  /** A model of characters: the field that it reads, and the output with the scores of the next one. */
  readonly writer?: { readonly field: string; readonly output: string };
}

export interface Plans {
  readonly train: DevicePlan;
  readonly evaluate: DevicePlan;
  readonly predict: DevicePlan;
  readonly statistics?: DevicePlan;
  readonly judge?: DevicePlan;
  readonly sample?: DevicePlan;
}
