import type { TrainerOptions } from "../arguments.ts";
import type { BackendChoice } from "../device.ts";
import type { MetricDisplay, Metrics, Reporter } from "../reporter.ts";
import type { MemberResult } from "./types.ts";

/** Everything that an ensemble decides: who its members are, and how they are made one. */
export interface EnsembleDefinition {
  readonly ensembleName: string;
  /** What --data calls the data of the members. */
  readonly memberData: string;
  readonly memberDisplay: MetricDisplay;
  readonly memberResults: readonly MemberResult[];
  readonly memberSeed: number;
  /** One after the other they are trained, each in a folder of its own. */
  readonly trainings: readonly MemberTraining[];
  /** Whether each member has one vote for each row, instead of a share in a mean. */
  readonly votes: boolean;
}

/** One training of an ensemble. */
export interface MemberTraining {
  readonly trainer: MemberTrainer;
  readonly name: string;
  readonly folder: string;
  /** Which member of its run, from 1. */
  readonly member: number;
  /** How many of the weights that it saved on the way speak; 0: what it keeps at the end does. */
  readonly snapshots: number;
}

/** What is asked of the trainer of a run; its models are its own. */
export interface MemberTrainer {
  readonly keeps: "best" | "last";
  train(
    options: TrainerOptions,
    reporter: Reporter,
  ): Promise<{ readonly end: { readonly diverged?: object } } | undefined>;
  rehearse(options: TrainerOptions, reporter: Reporter): Promise<void>;
  say(checkpoint: string, options: TrainerOptions): Promise<ReadonlyMap<string, Float32Array>>;
  judge(
    said: ReadonlyMap<string, Float32Array>,
    checkpoint: string,
    options: TrainerOptions,
  ): Promise<MemberVerdict>;
  parseRows(model: object, text: string, where: string): readonly unknown[];
  loadModel(checkpoint: string, backend?: BackendChoice): Promise<object>;
  predict(model: object, rows: readonly unknown[]): Promise<MemberPrediction[][]>;
  closeModel(model: object): Promise<void>;
}

export interface MemberVerdict {
  readonly metrics: Metrics;
  readonly rows: number;
  readonly backend: string;
}

/** What one member predicts of one row. */
export interface MemberPrediction {
  readonly output: string;
  readonly class?: string;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly values?: readonly number[];
}
