import type { GraphBuilder } from "./ir/builder.ts";
import { nodesOf, type Graph, type Node } from "./ir/graph.ts";
import { createBuilder } from "./ir/make-builder.ts";
import { verify, type Verified } from "./ir/verify.ts";
import { lowerStatistics } from "./passes/3-lower/averages.ts";
import { lowerEvaluation, lowerPrediction } from "./passes/3-lower/inference.ts";
import type { Gradients } from "./passes/3-lower/gradients.ts";
import { fisherScalar, kroneckerBlocks } from "./passes/3-lower/kronecker.ts";
import { lowerJudging } from "./passes/3-lower/judging.ts";
import { beginLowering, type Lowering } from "./passes/3-lower/lowering.ts";
import { compileMetrics, lowerCollected } from "./passes/3-lower/metrics.ts";
import { otherSymbols, sizesOf, sizesOfSources, type Sizes } from "./passes/3-lower/sizes.ts";
import { compileFields, compileParameters, compileStates } from "./passes/3-lower/tensors.ts";
import type { Objective } from "./passes/3-lower/objective.ts";
import {
  completeStep,
  lowerObjective,
  type Curved,
  type TrainingStep,
} from "./passes/3-lower/train.ts";
import { weightNode } from "./passes/3-lower/weights.ts";
import { slopeAlong, wholeMethod, wholeStep } from "./passes/3-lower/whole.ts";
import { differentiate } from "./passes/4-differentiate/differentiate.ts";
import { simplify } from "./passes/5-simplify/simplify.ts";
import { schedule } from "./passes/6-schedule/schedule.ts";
import type { CompiledRun, GraphName, RunInterface } from "./plan/compiled.ts";
import type { Plan } from "./plan/plan.ts";
import { refreshesStatistics } from "./typed/averages.ts";
import { mayDraw } from "./typed/prediction.ts";
import type { Program, TypedRun } from "./typed/program.ts";

/** What a program has to be specialised to and the file leaves open. */
export interface Capacities {
  /** Rows of the whole training set: needed where the run says `batch: all`. */
  readonly rows?: number;
  /** Sizes of symbols besides the batch (`dim T in 1 .. 256`), by name. */
  readonly dims?: ReadonlyMap<string, number>;
}

/** A size that must be known before a program can be generated, and is not: the caller's to mend. */
export class OpenSize extends Error {
  override readonly name = "OpenSize";
}

export interface CompileOptions extends Capacities {
  /** Whether the run is a member of an ensemble. */
  readonly member?: boolean;
}

/** A checked run, compiled as far as it is asked for: each graph and each plan is made once, when it is first wanted. */
export interface Compilation {
  readonly program: Program;
  readonly run: TypedRun;
  /** Lowered, differentiated, simplified and verified; undefined where the run has none of that name. */
  graph(name: GraphName): Graph | undefined;
  /** The graph as kernels over buffers. */
  plan(name: GraphName): Plan | undefined;
  /** The tensors, numbers and sums that graphs and plans speak of. */
  readonly interface: RunInterface;
  /** All of it, as trainers take it. */
  readonly compiled: CompiledRun;
}

/** Nothing is compiled yet: asking for a size that the file leaves open throws `OpenSize`. */
export function beginCompilation(
  program: Program,
  run: TypedRun,
  options: CompileOptions = {},
): Compilation {
  const compiling = new Compiling(run, options);
  return {
    program,
    run,
    graph: (name) => compiling.graph(name),
    plan: (name) => compiling.plan(name),
    get interface() {
      return compiling.interface;
    },
    get compiled() {
      return compiling.all();
    },
  };
}

/** A run as far as every backend shares it. */
export function compileRun(run: TypedRun, options: CompileOptions = {}): CompiledRun {
  return new Compiling(run, options).all();
}

/** lower → differentiate → simplify → schedule: the one place that knows the order of these passes. */
class Compiling {
  private readonly run: TypedRun;
  private readonly options: CompileOptions;
  private readonly builder = createBuilder();
  private readonly verified: Verified = new Map();
  private readonly graphs = new Map<GraphName, Graph | undefined>();
  private readonly plans = new Map<GraphName, Plan | undefined>();

  constructor(run: TypedRun, options: CompileOptions) {
    this.run = run;
    this.options = options;
  }

  graph(name: GraphName): Graph | undefined {
    return kept(this.graphs, name, () => {
      const lowered = this.lower[name]();
      const finished = lowered && finish(this.builder, name, lowered, this.verified);
      // Noise may turn out to be in nothing that predictions depend on.
      return finished && name === "sample" && !isRandom(finished) ? undefined : finished;
    });
  }

  plan(name: GraphName): Plan | undefined {
    return kept(this.plans, name, () => {
      const graph = this.graph(name);
      return graph && schedule(name, graph, this.sizes.capacity);
    });
  }

  get interface(): RunInterface {
    return (this.knownInterface ??= this.describe());
  }

  private describe(): RunInterface {
    const { run, sizes } = this;
    const { objective, step } = this.training;
    // What no graph reads or replaces is not there. (Drawn predictions read what predictions do.)
    const graphs = (Object.keys(this.lower) as GraphName[])
      .filter((name) => name !== "sample")
      .flatMap((name) => this.graph(name) ?? []);
    return {
      run,
      capacity: sizes.capacity,
      fields: compileFields(run, sizes),
      parameters: compileParameters(run, sizes, graphs),
      states: compileStates(run, sizes, this.builder, graphs),
      schedules: step.schedules,
      metrics: compileMetrics(this.inference, objective.sums),
      collected: lowerCollected(this.inference).metrics,
    };
  }

  /** The same object whenever it is asked for: what is made of its plans is known by them. */
  all(): CompiledRun {
    return (this.knownWhole ??= this.whole());
  }

  private whole(): CompiledRun {
    const described = this.interface;
    return {
      ...described,
      graphs: {
        ...{ train: this.graph("train")!, evaluate: this.graph("evaluate")! },
        predict: this.graph("predict")!,
        ...optional("statistics", this.graph("statistics")),
        ...optional("judge", this.graph("judge")),
        ...optional("sample", this.graph("sample")),
      },
      plans: {
        ...{ train: this.plan("train")!, evaluate: this.plan("evaluate")! },
        predict: this.plan("predict")!,
        ...optional("statistics", this.plan("statistics")),
        ...optional("judge", this.plan("judge")),
        ...optional("sample", this.plan("sample")),
      },
    };
  }

  /** Each graph as it is lowered; undefined where the run has no use for it. */
  private readonly lower: Readonly<Record<GraphName, () => Graph | undefined>> = {
    train: () => this.training.step.graph,
    evaluate: () => lowerEvaluation(this.inference),
    predict: () => lowerPrediction(this.inference),
    statistics: () =>
      refreshesStatistics(this.run)
        ? lowerStatistics({ ...this.begin(true), freshStatistics: true })
        : undefined,
    judge: () => (this.options.member === true ? lowerJudging(this.begin(false)) : undefined),
    // Prediction with noise on.
    sample: () => (mayDraw(this.run) ? lowerPrediction(this.begin(false, true)) : undefined),
  };

  private begin(training: boolean, noisy = training): Lowering {
    return beginLowering(this.builder, this.run, this.sizes, training, noisy);
  }

  private get sizes(): Sizes {
    return (this.knownSizes ??= closedSizes(this.run, this.options));
  }

  private get training(): LoweredTraining {
    return (this.knownTraining ??= lowerTraining(this.begin(true)));
  }

  private get inference(): Lowering {
    return (this.knownInference ??= this.begin(false));
  }

  private knownSizes: Sizes | undefined;
  private knownTraining: LoweredTraining | undefined;
  private knownInference: Lowering | undefined;
  private knownInterface: RunInterface | undefined;
  private knownWhole: CompiledRun | undefined;
}

function isRandom(graph: Graph): boolean {
  return nodesOf(graph).some(({ op }) => op === "random");
}

function kept<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [name in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in Key]?: Value });
}

/** The training step as it is lowered, with what it is made of. */
export interface LoweredTraining {
  readonly objective: Objective;
  /** ∂objective/∂w for every trained weight, by its path. */
  readonly gradients: Gradients;
  readonly step: TrainingStep;
  /** The step with other gradients in the place of its own. */
  readonly stepBy: (gradients: Gradients) => TrainingStep;
}

/** lower → differentiate: the training step of a run. */
export function lowerTraining(training: Lowering): LoweredTraining {
  const { graph, run } = training;
  const objective = lowerObjective(training);
  const gradients = gradientsOf(graph, objective, objective.objective);
  const method = wholeMethod(run);
  const curved = method ? undefined : curvedLayers(graph, objective);
  const stepBy = (others: Gradients): TrainingStep =>
    method
      ? wholeStep(objective, others, productsOf(objective, others))
      : completeStep(objective, others, curved);
  return { objective, gradients, step: stepBy(gradients), stepBy };
}

/** The Hessian times a direction, for methods that ask for it. */
function productsOf(objective: Objective, gradients: Gradients): Gradients | undefined {
  const { graph, run } = objective.lowering;
  return wholeMethod(run)?.curvature === true
    ? gradientsOf(graph, objective, slopeAlong(objective, gradients))
    : undefined;
}

/** The layers whose curvature K-FAC estimates, with the gradients at their outputs. */
function curvedLayers(graph: GraphBuilder, objective: Objective): Curved | undefined {
  const blocks = kroneckerBlocks(objective);
  if (blocks.length === 0) return undefined;
  return {
    blocks,
    slopes: differentiate(
      graph,
      fisherScalar(objective, blocks),
      blocks.map(({ product }) => product),
    ),
  };
}

/** ∂scalar/∂w for every trained weight, by its path. */
function gradientsOf(
  graph: GraphBuilder,
  { lowering, trained, parameters }: Objective,
  scalar: Node,
): Gradients {
  const gradients = differentiate(graph, scalar, parameters);
  return new Map(
    trained.map(({ weight }) => [weight.path, gradients.get(weightNode(lowering, weight))!]),
  );
}

/** Each graph is verified as it was lowered and again as it was simplified, so that the guilty pass is named. */
function finish(builder: GraphBuilder, name: GraphName, lowered: Graph, verified: Verified): Graph {
  verify(lowered, `after lowering ${name}`, verified);
  const simplified = simplify(builder, lowered);
  verify(simplified, `after simplifying ${name}`, verified);
  return simplified;
}

/** The sizes of the run as numbers, where all of them are known. */
export function closedSizes(run: TypedRun, { rows, dims = new Map() }: Capacities): Sizes {
  if (run.batch === "all" && rows === undefined) {
    throw new OpenSize(
      `run ${run.name} trains on the whole set at once (batch: all): the number of its training rows must be known to generate the program`,
    );
  }
  const given = new Set([...sizesOfSources(run).keys(), ...dims.keys()]);
  const open = otherSymbols(run).filter((name) => !given.has(name));
  if (open.length > 0)
    throw new OpenSize(
      `run ${run.name} leaves ${open.join(", ")} open: give ${open.length === 1 ? "its size" : "their sizes"} with ${open.map((name) => `--set ${name}=…`).join(" ")}`,
    );
  return sizesOf(run, run.batch === "all" ? rows! : run.batch, dims);
}
