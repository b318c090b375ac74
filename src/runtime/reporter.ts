import type { ClassRows } from "./class-rows.ts";
import type { ConfusionTable } from "./confusion.ts";
import type { Difference } from "./run-identity.ts";

/** Name → value: `loss`, `accuracy`. */
export type Metrics = Readonly<Record<string, number>>;

/** How people read each metric; what is not named is a plain number. */
export type MetricDisplay = Readonly<Record<string, "percent" | "number">>;

/** Weights that a training starts from, instead of what it would have drawn. */
export interface WarmStart {
  readonly from: string;
  readonly taken: readonly string[];
  /** Tensors of the file that the model does not have. */
  readonly foreign: readonly string[];
  /** Tensors of the file that the model has, and that no rule loads. */
  readonly unasked: readonly string[];
}

export interface StartEvent {
  readonly run: string;
  readonly model: string;
  readonly data: string;
  /** What computes, and why this and not another. */
  readonly backend: string;
  readonly reason: string;
  readonly parameters: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** How often each class occurs, of the fields whose classes are trained. */
  readonly classes?: readonly ClassRows[];
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batch: number;
  readonly seed: number;
  /** What a person should know of the data. */
  readonly notes?: readonly string[];
  /** The finished epoch that a resumed training goes on from. */
  readonly resumedFrom?: number;
  /** What is otherwise than in the training that is gone on with. */
  readonly changes?: readonly Difference[];
  /** Where a run is trained once for each of several parts that validate. */
  readonly fold?: { readonly number: number; readonly of: number };
  readonly warmStarts?: readonly WarmStart[];
  /** With warm starts: the weights that were drawn afresh all the same. */
  readonly drawn?: readonly string[];
  /** Where the teacher's weights come from, and what is to be said of it. */
  readonly teacher?: { readonly from: string; readonly remarks: readonly string[] };
}

/** After each step. */
export interface BatchEvent {
  readonly epoch: number;
  readonly epochs: number;
  /** Inside the epoch, from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Of this batch. */
  readonly rows: number;
  /** Where it was read back; reading is too slow to do at every step. */
  readonly loss?: number;
}

/** After each epoch. */
export interface EpochEvent {
  readonly epoch: number;
  readonly epochs: number;
  /** Of the whole training, from 1. */
  readonly step: number;
  /** Trained so far. */
  readonly seconds: number;
  /** The learning rate of the last step. */
  readonly rate: number;
  readonly train: Metrics;
  readonly validation?: Metrics;
  /** Whether this epoch is the best so far, by what `keep` watches. */
  readonly best?: boolean;
}

/** Where it began that numbers are none. */
export interface Diverged {
  readonly epoch: number;
  readonly step?: number;
  /** What the loss was; and the first weight that was none, or the one furthest from 0 where all were numbers. */
  readonly loss?: number;
  readonly tensor?: string;
  readonly value?: number;
}

/** What the training of one fold reached. */
export interface FoldResult {
  readonly validation: Metrics;
  readonly test?: Metrics;
}

/** A metric over the folds that define it: its mean, and the square root of the variance between them (n − 1 below the line). */
export interface OverFolds {
  readonly mean: number;
  readonly deviation: number;
  readonly folds: number;
}

export interface EndEvent {
  /** "all epochs done", "stopped early: …", "interrupted". */
  readonly reason: string;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly backend: string;
  readonly validation?: Metrics;
  readonly test?: Metrics;
  /** Metrics that are no number, of the test rows (of the validation rows where there are none). */
  readonly tables?: Readonly<Record<string, ConfusionTable>>;
  readonly best?: { readonly epoch: number };
  /** Set where training ended because its numbers were none any more. */
  readonly diverged?: Diverged;
  /** What the members of an ensemble reach alone, on the rows on which `test` is what they reach together. */
  readonly members?: readonly { readonly name: string; readonly metrics: Metrics }[];
  /** What each fold reaches, and over all of them the mean of each metric and its deviation from fold to fold. */
  readonly folds?: readonly FoldResult[];
  readonly overall?: Readonly<Record<string, Readonly<Record<string, OverFolds>>>>;
  /** What was written: "best weights" → path. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Told of everything that happens; shows it in its own way. */
export interface Reporter {
  start(event: StartEvent): void;
  batch(event: BatchEvent): void;
  epoch(event: EpochEvent): void;
  note(text: string): void;
  end(event: EndEvent): void;
  /** After Ctrl-C, the state being saved. */
  interrupted(): void;
}

const nothing = (): void => undefined;

/** Says nothing: for who wants what training leaves, and not how it goes. */
export const silentReporter: Reporter = {
  start: nothing,
  batch: nothing,
  epoch: nothing,
  note: nothing,
  end: nothing,
  interrupted: nothing,
};
