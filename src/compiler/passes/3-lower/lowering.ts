import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TypedModel, TypedRun, Value } from "../../typed/program.ts";
import { teacherName } from "../../plan/names.ts";
import type { Sizes } from "./sizes.ts";

/** What is shared while the values of a model are built; the maps fill up as values are met. */
export interface ModelLowering {
  readonly graph: GraphBuilder;
  readonly model: TypedModel;
  /** Model input → data field. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly sizes: Sizes;
  readonly training: boolean;
  /** Whether what is random is on: in training, and where predictions are drawn. */
  readonly noisy: boolean;
  /** Set where running statistics shall be those of the batch alone, whatever their momentum. */
  readonly freshStatistics?: boolean;
  /** Whether this is the teacher, whose weights and states stand beside the model's. */
  readonly isTeacher?: boolean;
  /** The teacher, whose values may stand beside the model's. */
  readonly teacher?: ModelLowering;
  /** Each value is lowered once. */
  readonly nodes: Map<Value, Node>;
  /** What states are replaced with at the end of the step. */
  readonly updates: Map<string, Node>;
  /** Weights of which some entries are left out while noise is on: path → chance. */
  readonly dropconnect: ReadonlyMap<string, number>;
  /** How often each layer has been used, so that every use of a shared layer draws random numbers of its own. */
  readonly uses: Map<string, number>;
}

/** The same for the graphs of a run. */
export interface Lowering extends ModelLowering {
  readonly run: TypedRun;
}

/** What the run calls a weight, a state or a layer of the model. */
export function keptName({ isTeacher }: ModelLowering, path: string): string {
  return isTeacher === true ? teacherName(path) : path;
}

export function beginModel(graph: GraphBuilder, model: TypedModel, sizes: Sizes): ModelLowering {
  return {
    graph,
    model,
    inputs: new Map(),
    sizes,
    training: false,
    noisy: false,
    nodes: new Map(),
    updates: new Map(),
    dropconnect: new Map(),
    uses: new Map(),
  };
}

export function beginLowering(
  graph: GraphBuilder,
  run: TypedRun,
  sizes: Sizes,
  training: boolean,
  noisy = training,
): Lowering {
  const { model, inputs } = run;
  const dropconnect = new Map(
    run.weights.flatMap(({ weight, dropconnect }) =>
      dropconnect && dropconnect.value > 0 ? [[weight.path, dropconnect.value] as const] : [],
    ),
  );
  const teacher = run.teacher && {
    ...beginModel(graph, run.teacher.model, sizes),
    inputs: run.teacher.inputs,
    isTeacher: true,
  };
  return {
    graph,
    run,
    model,
    inputs,
    sizes,
    training,
    noisy,
    ...(teacher && { teacher }),
    nodes: new Map(),
    updates: new Map(),
    dropconnect,
    uses: new Map(),
  };
}
