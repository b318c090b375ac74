import type { Dim } from "../ir/dim.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import type { TensorType } from "../ir/type.ts";
import type { Growth } from "./support/growth.ts";
import type {
  ArgumentSpecification,
  ArgumentTable,
  Duration,
  Multiple,
  Scheduled,
  Use,
} from "./arguments.ts";
import type {
  ActivationDefinition,
  ArgumentProblem,
  Decided,
  AugmentationDefinition,
  Definition,
  Distribution,
  FunctionDefinition,
  Inferred,
  InitializerDefinition,
  ItemName,
  LayerDefinition,
  LinearMap,
  LossDefinition,
  LowerContext,
  MetricDefinition,
  Normalization,
  NormalizerDefinition,
  OptimizerDefinition,
  PictureType,
  RegularizerDefinition,
  RuntimeCall,
  ScheduleContext,
  ScheduleDefinition,
  Sight,
  SourceDefinition,
  Spread,
  SpreadContext,
  StateSpecification,
  UpdateContext,
  WeightSpecification,
} from "./definition.ts";

/** The TypeScript type of a checked argument, from its specification. */
export type ValueOf<S extends ArgumentSpecification> =
  Present<S> | (S extends { readonly optional: true } ? undefined : never);

type Present<S extends ArgumentSpecification> = S extends { readonly kind: "size" }
  ? S extends { readonly list: true }
    ? Dim | readonly Dim[]
    : Dim
  : S extends { readonly kind: "number" }
    ? S extends { readonly list: true }
      ? readonly number[]
      : | number
        | (S extends { readonly schedulable: true } ? Scheduled : never)
        | (S extends { readonly multiple: true } ? Multiple : never)
    : S extends { readonly kind: "integer" | "angle" }
      ? number
      : S extends { readonly kind: "switch" }
        ? boolean
        : S extends { readonly kind: "symbol"; readonly choices: readonly (infer Choice)[] }
          ? Choice
          : S extends {
                readonly kind: "symbol or size";
                readonly choices: readonly (infer Choice)[];
              }
            ? Choice | Dim | (S extends { readonly list: true } ? readonly (Choice | Dim)[] : never)
            : S extends { readonly kind: "duration" }
              ? S extends { readonly list: true }
                ? readonly Duration[]
                : Duration
              : S extends { readonly kind: "range" }
                ? { readonly from: number; readonly to: number }
                : S extends { readonly kind: "axis" }
                  ? S extends { readonly list: true }
                    ? string | readonly string[]
                    : string
                  : S extends { readonly kind: "text" }
                    ? S extends { readonly list: true }
                      ? string | readonly string[]
                      : string
                    : S extends { readonly kind: "class" }
                      ? number | string
                      : S extends { readonly kind: "use" }
                        ? Use
                        : S extends { readonly kind: "steps" }
                          ? S extends { readonly rest: true }
                            ? readonly (readonly Use[])[]
                            : readonly Use[]
                          : string;

/** The values of a whole table, as the functions of a definition receive them. */
export type ValuesOf<T extends ArgumentTable> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

/** A definition as it is written: here alone a text becomes the name of an item. */
type Named<D> = Omit<D, "name"> & { readonly name: string };

/** A definition whose functions know the types of its own arguments. */
type Typed<D extends Definition, T extends ArgumentTable, Functions> = Omit<
  D,
  "kind" | "name" | "arguments" | "check" | keyof Functions
> &
  Functions & {
    readonly name: string;
    readonly arguments: T;
    readonly check?: (values: ValuesOf<T>) => ArgumentProblem | undefined;
  };

interface LayerFunctions<T extends ArgumentTable> {
  readonly infer: (inputs: readonly TensorType[], values: ValuesOf<T>) => Inferred;
  readonly arithmetic?: (inputs: readonly TensorType[], values: ValuesOf<T>) => readonly string[];
  readonly weights?: (
    inputs: readonly TensorType[],
    values: ValuesOf<T>,
  ) => readonly WeightSpecification[];
  readonly states?: (
    inputs: readonly TensorType[],
    values: ValuesOf<T>,
  ) => readonly StateSpecification[];
  readonly lower: (context: LowerContext, inputs: readonly Node[], values: ValuesOf<T>) => Node;
  readonly linear?: (inputs: readonly TensorType[], values: ValuesOf<T>) => LinearMap;
  readonly window?: (
    inputs: readonly TensorType[],
    values: ValuesOf<T>,
    size: (dim: Dim) => number,
  ) => readonly Sight[] | "all";
  readonly spread?: (
    context: Omit<SpreadContext, "values"> & { readonly values: ValuesOf<T> },
  ) => Spread;
  readonly normalizes?: (values: ValuesOf<T>) => Normalization;
  readonly startsAs?: (values: ValuesOf<T>) => Use<ActivationDefinition>;
  readonly noise?: (values: ValuesOf<T>) => boolean;
  readonly fresh?: (values: ValuesOf<T>) => ValuesOf<T>;
}

export function defineLayer<const T extends ArgumentTable>(
  definition: Typed<LayerDefinition, T, LayerFunctions<T>>,
): LayerDefinition {
  return { kind: "layer", ...definition } as unknown as LayerDefinition;
}

interface ActivationFunctions<T extends ArgumentTable> {
  readonly gain?: (values: ValuesOf<T>) => number;
  readonly scalar?: (x: number, values: ValuesOf<T>) => number;
  readonly examples?: readonly {
    readonly in: readonly number[];
    readonly out: readonly number[];
    readonly arguments?: Partial<ValuesOf<T>>;
  }[];
  readonly lower: (graph: GraphBuilder, x: Node, values: ValuesOf<T>, axis: number) => Node;
}

export function defineActivation<const T extends ArgumentTable>(
  definition: Typed<ActivationDefinition, T, ActivationFunctions<T>>,
): ActivationDefinition {
  return { kind: "activation", ...definition } as unknown as ActivationDefinition;
}

/** Functions take operands and no arguments. */
export function defineFunction(
  definition: Named<Omit<FunctionDefinition, "kind" | "arguments">>,
): FunctionDefinition {
  return { kind: "function", arguments: {}, ...definition, name: definition.name as ItemName };
}

interface InitializerFunctions<T extends ArgumentTable> {
  readonly sample: (
    shape: readonly number[],
    fan: { readonly in: number; readonly out: number },
    values: ValuesOf<T>,
  ) => Distribution | { readonly problem: string };
}

export function defineInitializer<const T extends ArgumentTable>(
  definition: Typed<InitializerDefinition, T, InitializerFunctions<T>>,
): InitializerDefinition {
  return { kind: "initializer", ...definition } as unknown as InitializerDefinition;
}

interface RegularizerFunctions<T extends ArgumentTable> {
  readonly squares?: (values: ValuesOf<T>) => number;
  readonly penalty: (graph: GraphBuilder, x: Node, values: ValuesOf<T>, axis: number) => Node;
}

export function defineRegularizer<const T extends ArgumentTable>(
  definition: Typed<RegularizerDefinition, T, RegularizerFunctions<T>>,
): RegularizerDefinition {
  return { kind: "regularizer", ...definition } as unknown as RegularizerDefinition;
}

interface OptimizerFunctions<T extends ArgumentTable> {
  readonly slots: (values: ValuesOf<T>) => Readonly<Record<string, number>>;
  readonly update: (context: Omit<UpdateContext, "values"> & { readonly values: ValuesOf<T> }) => {
    readonly parameter: Node;
    readonly slots: Readonly<Record<string, Node>>;
  };
}

export function defineOptimizer<const T extends ArgumentTable>(
  definition: Typed<OptimizerDefinition, T, OptimizerFunctions<T>>,
): OptimizerDefinition {
  return { kind: "optimizer", ...definition } as unknown as OptimizerDefinition;
}

/** A method on the vector of all trained weights: its work is in `src/runtime/`. */
export function defineWholeOptimizer(
  definition: Named<Omit<OptimizerDefinition, "kind" | "slots" | "update">> &
    Required<Pick<OptimizerDefinition, "whole">>,
): OptimizerDefinition {
  return {
    kind: "optimizer",
    ...definition,
    name: definition.name as ItemName,
    slots: () => (definition.whole.curvature === true ? { direction: 0 } : {}),
    update: ({ parameter }) => ({ parameter, slots: {} }),
  };
}

interface ScheduleFunctions<T extends ArgumentTable> {
  readonly rate: (
    context: Omit<ScheduleContext, "values"> & { readonly values: ValuesOf<T> },
  ) => Node;
  readonly growth?: (values: ValuesOf<T>, startsAtZero: boolean) => Growth;
}

export function defineSchedule<const T extends ArgumentTable>(
  definition: Typed<ScheduleDefinition, T, ScheduleFunctions<T>>,
): ScheduleDefinition {
  return { kind: "schedule", ...definition } as unknown as ScheduleDefinition;
}

interface LossFunctions<T extends ArgumentTable> {
  readonly perExample: (
    graph: GraphBuilder,
    operands: readonly Node[],
    values: ValuesOf<T>,
  ) => Node;
}

export function defineLoss<const T extends ArgumentTable>(
  definition: Typed<LossDefinition, T, LossFunctions<T>>,
): LossDefinition {
  return { kind: "loss", ...definition } as unknown as LossDefinition;
}

interface MetricFunctions<T extends ArgumentTable> {
  readonly perExample: (
    graph: GraphBuilder,
    operands: readonly Node[],
    values: ValuesOf<T>,
    decided: Decided,
  ) => Readonly<Record<string, Node>>;
  readonly result?: (
    graph: GraphBuilder,
    sums: Readonly<Record<string, Node>>,
    count: Node,
    values: ValuesOf<T>,
  ) => Node;
}

export function defineMetric<const T extends ArgumentTable>(
  definition: Typed<MetricDefinition, T, MetricFunctions<T>>,
): MetricDefinition {
  return { kind: "metric", ...definition } as unknown as MetricDefinition;
}

export function defineSource(definition: Named<Omit<SourceDefinition, "kind">>): SourceDefinition {
  return { kind: "source", ...definition, name: definition.name as ItemName };
}

interface AugmentationFunctions<T extends ArgumentTable> {
  readonly turns?: (values: ValuesOf<T>) => {
    readonly degrees: number | "mirrored";
    readonly written: string;
  };
  readonly infer: (picture: PictureType, values: ValuesOf<T>) => PictureType | ArgumentProblem;
  readonly train?: (picture: PictureType, values: ValuesOf<T>) => RuntimeCall;
  readonly evaluate?: (picture: PictureType, values: ValuesOf<T>) => RuntimeCall;
  readonly views?: {
    readonly call: (picture: PictureType, values: ValuesOf<T>) => RuntimeCall;
    readonly count: (values: ValuesOf<T>) => number;
  };
}

export function defineAugmentation<const T extends ArgumentTable>(
  definition: Typed<AugmentationDefinition, T, AugmentationFunctions<T>>,
): AugmentationDefinition {
  return { kind: "augmentation", ...definition } as unknown as AugmentationDefinition;
}

export function defineNormalizer(
  definition: Named<Omit<NormalizerDefinition, "kind">>,
): NormalizerDefinition {
  return { kind: "normalizer", ...definition, name: definition.name as ItemName };
}
