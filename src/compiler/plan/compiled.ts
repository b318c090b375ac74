import type { Graph, Node, StateMeaning, StateRole } from "../ir/graph.ts";
import type { ArgumentValues } from "../library/arguments.ts";
import type { CollectedMetric as MadeOf, Decided, Distribution } from "../library/definition.ts";
import type { TypedRun } from "../typed/program.ts";
import type { Plan } from "./plan.ts";

/** What is made of a run: its step, its measures and predictions, and what some runs need besides. */
export type GraphName = Plan["name"];

/** The tensors, numbers and sums by which a run's graphs, plans, programs and checkpoints speak of the same things. */
export interface RunInterface {
  readonly run: TypedRun;
  readonly capacity: number;
  /** The data's fields in their order; shapes without the batch. */
  readonly fields: readonly CompiledField[];
  readonly parameters: readonly CompiledParameter[];
  readonly states: readonly CompiledState[];
  /** Numbers of each step as formulas over `scalar` nodes named step, steps_per_epoch, total_steps: name → scalar graph. */
  readonly schedules: ReadonlyMap<string, Node>;
  /** The metrics of the run as formulas over `scalar` nodes (the sums, by name, and `count`); `loss` is always first. */
  readonly metrics: readonly CompiledMetric[];
  /** The metrics that are made of numbers kept row by row. */
  readonly collected: readonly CollectedMetric[];
}

/** A run lowered as far as every backend shares: what a target turns into a folder of files. */
export interface CompiledRun extends RunInterface {
  readonly graphs: {
    readonly train: Graph;
    readonly evaluate: Graph;
    readonly predict: Graph;
    readonly statistics?: Graph;
    readonly judge?: Graph;
    readonly sample?: Graph;
  };
  /** `statistics`: a pass over training rows that refreshes running statistics, where averages of the weights need that. */
  /** `judge`: metrics of results that are given, in a member of an ensemble. */
  /** `sample`: prediction with noise on, for the spread of the answers; only where something in it is random. */
  readonly plans: {
    readonly train: Plan;
    readonly evaluate: Plan;
    readonly predict: Plan;
    readonly statistics?: Plan;
    readonly judge?: Plan;
    readonly sample?: Plan;
  };
}

export interface CompiledField {
  readonly name: string;
  readonly shape: readonly number[];
  /** How many, where the field holds labels. */
  readonly classes?: number;
}

export interface CompiledParameter {
  readonly path: string;
  readonly shape: readonly number[];
  readonly initial: Distribution;
  readonly frozen: boolean;
  readonly load:
    | { readonly kind: "checkpoint"; readonly path: string }
    | { readonly kind: "run"; readonly run: string }
    | undefined;
}

/** A tensor that lives from step to step without being trained, as its node in the graphs says. */
export interface CompiledState extends StateMeaning {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What the run keeps in a role for a tensor, a layer or a sum: the average of `h1.weight`, say. */
export function stateFor(
  { states }: Pick<RunInterface, "states">,
  role: StateRole,
  owner: string,
): CompiledState | undefined {
  return states.find((state) => state.role === role && state.of === owner);
}

export interface CompiledMetric {
  readonly name: string;
  readonly display: "percent" | "number";
  readonly better: "higher" | "lower";
  /** Outputs of the evaluation graph (each a scalar: the sum over the batch's rows), to be added up over the batches. */
  readonly sums: readonly string[];
  readonly result: Node;
}

/** A metric made by `make` of the runtime from what is kept of each row while a part is measured. */
export interface CollectedMetric {
  readonly name: string;
  readonly kind: MadeOf["kind"];
  readonly make: string;
  readonly arguments: ArgumentValues;
  /** Those that the function is given after the operands. */
  readonly passes: readonly string[];
  readonly decided: Decided;
  readonly display: "percent" | "number";
  readonly better: "higher" | "lower";
  readonly operands: readonly CollectedOperand[];
  /** The field whose labels are the classes. */
  readonly labels?: string;
}

/** Numbers of each row: a result of the evaluation plan, or a field as it is; `size` of them a row. */
export type CollectedOperand =
  | { readonly name: string; readonly result: string; readonly size: number }
  | { readonly name: string; readonly field: string; readonly size: number };
