import type { OutputKind } from "../average-views.ts";
import type { Collector } from "../collected-rows.ts";
import type { ConfusionTable } from "../confusion.ts";
import type { Distribution } from "../initialize.ts";
import type { NormalizationStep } from "../normalize.ts";
import type { Metrics } from "../reporter.ts";
import type { PlateauRule } from "../plateau.ts";
import type { EarlyRule } from "../stopping.ts";

/** A tensor that is trained, and the distribution that it is drawn from. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Distribution;
  /** It is not meant to change: frozen, or its rate is 0. */
  readonly still?: boolean;
}

/** A tensor that goes from step to step without being trained; each of its numbers starts at initial. */
export interface State {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}

/** A sum over the rows of an epoch that the device keeps, and what it is the sum of. */
export interface Monitor extends State {
  readonly sum: string;
}

/** The unit of a field, by which differences of its values are told as those of the data. */
export interface UnitTensor extends State {
  readonly field: string;
}

/** A tensor of the teacher, and what it is called in its own file. */
export interface TaughtTensor extends State {
  readonly inFile: string;
}

/** A tensor, and the one that holds its average. */
export interface Averaged {
  readonly name: string;
  readonly average: string;
}

/** A sum that is watched, and what conditions call its mean. */
export interface WatchedSum {
  readonly monitor: string;
  readonly watched: string;
}

/** A result of the first step, and the number of the progress that keeps it. */
export interface InitialValue {
  readonly result: string;
  readonly counter: string;
}

/** A result that is given where results are judged: the input for it, and how many numbers of a row. */
export interface GivenInput {
  readonly result: string;
  readonly input: string;
  readonly size: number;
}

/** Where training stands; the step counts from 1. */
export interface Moment {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** How often each schedule that watches a number has lowered the rate because that had stopped getting better. */
  readonly drops?: readonly number[];
}

/** How far training is: finished epochs and steps, the seconds they took, and what else conditions and schedules count. */
export interface Progress {
  epoch: number;
  step: number;
  seconds: number;
  [counter: string]: number;
}

/** A tensor that is somewhere: on the device, or in a file. */
export interface TensorPlace {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Trained weights: a file of the spec, or what another run keeps, whose folder lies beside this one's. */
export interface WeightFile {
  readonly path: string;
  /** The run that keeps it, and the command that trains it. */
  readonly run?: string;
  readonly command?: string;
}

/** A file that weights are loaded from, and which. */
export interface WarmFile {
  readonly file: WeightFile;
  readonly tensors: readonly TensorPlace[];
}

/** Averages of weights need running statistics of their own, from a share of all steps on and at an interval. */
export interface Refreshing {
  readonly start: number;
  readonly everySteps?: number;
  readonly everyEpochs?: number;
  /** The number of the plan that is a batch's share in the mean. */
  readonly share: string;
}

/** Numbers of each row: a result of the plan that evaluates, or a field as it is; `size` of them a row. */
export interface CollectedOperand {
  readonly result?: string;
  readonly field?: string;
  readonly size: number;
}

/** A metric that is made of numbers of all rows, collected anew each time; by the names of a field's classes where it is of one of them. */
export interface CollectedNumbers {
  readonly name: string;
  readonly operands: readonly CollectedOperand[];
  readonly labels?: string;
  readonly begin: (names: readonly string[] | undefined) => Collector;
}

/** A metric that some rows do not define, and which, in words that go on from "it is not defined". */
export interface Undefinable {
  readonly name: string;
  readonly where: string;
}

/** How often each class is taken for each other. */
export interface CollectedTable {
  readonly name: string;
  readonly operands: readonly CollectedOperand[];
  /** The field whose labels are the classes, and how many classes there are. */
  readonly labels?: string;
  readonly classes: number;
  readonly make: (
    actual: Float32Array,
    predicted: Float32Array,
    classes: number,
    names: readonly string[] | undefined,
  ) => ConfusionTable;
}

/** A field whose rows are seen in several ways, and the shape of its rows: height, width, channels. */
export interface Viewed {
  readonly field: string;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** A metric of the training or the validation rows. */
interface PartMetric {
  readonly part: "train" | "validation";
  readonly metric: string;
}

/** One as conditions call it: `validation.loss`. */
export interface WatchedMetric extends PartMetric {
  readonly name: string;
}

/** One that decides. */
export interface Watched extends PartMetric {
  readonly better: "higher" | "lower";
}

/** Patience with a metric: where its best value and the position of that stand in the progress, and what positions count. */
export interface EarlyWatch extends EarlyRule {
  readonly metric: string;
  readonly bestCounter: string;
  readonly sinceCounter: string;
  readonly unit: "epoch" | "step" | "seconds";
}

/** What a condition may speak of: measured values by the names of the spec, and which patience has run out. */
export interface Situation {
  readonly value: (name: string) => number;
  readonly stalled: readonly boolean[];
}

/** A reason to end the training. */
export interface StopRule {
  readonly reason: string;
  readonly holds: (situation: Situation) => boolean;
}

/** So many epochs or steps. */
export interface Length {
  readonly amount: number;
  readonly unit: "epoch" | "step";
}

/** A schedule that watches a metric, with the names of what it counts in the progress. */
export interface PlateauWatch extends Pick<PlateauRule, "better" | "threshold"> {
  readonly watched: Pick<Watched, "part" | "metric">;
  readonly best: string;
  readonly since: string;
  readonly rest: string;
  readonly drops: string;
  readonly inSteps: boolean;
  readonly patience: Length;
  readonly cooldown: Length;
  /** The parts of the schedule before this one. */
  readonly after: readonly Length[];
}

/** How the values of each field are brought to scale; reading that may take a file. */
export type Normalizing = () => Promise<Readonly<Record<string, readonly NormalizationStep[]>>>;

/** What a member of an ensemble says of a row: how many numbers, and what they are. */
export interface MemberResult {
  readonly name: string;
  readonly size: number;
  readonly kind: OutputKind;
}

/** A part of a row that the model is given, and the field of the data that scales it. */
export interface ModelInput {
  readonly name: string;
  readonly field: string;
  readonly shape: readonly number[];
  /** How many, where it holds labels. */
  readonly classes?: number;
}

/** What the model says, and how it is read: as logits or scores of classes, as the logit of a chance, or as values in the scale of a field. */
export interface ModelOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: OutputKind;
  readonly field?: string;
}

/** What was measured after an epoch. */
export interface EpochMetrics {
  readonly train: Metrics;
  readonly validation?: Metrics;
}
