import type { GraphBuilder } from "./ir/builder.ts";
import { nodesOf, type Graph, type Node } from "./ir/graph.ts";
import { createBuilder } from "./ir/make-builder.ts";
import { verify } from "./ir/verify.ts";
import { lowerStatistics, refreshesStatistics } from "./passes/3-lower/averages.ts";
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
import type { CompiledRun } from "./plan/compiled.ts";
import type { Plan } from "./plan/plan.ts";
import { mayDraw } from "./typed/prediction.ts";
import type { TypedRun } from "./typed/program.ts";

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

/** lower → differentiate → simplify → schedule: a checked run as far as every backend shares. */
export function compileRun(run: TypedRun, capacities: CompileOptions = {}): CompiledRun {
  const sizes = closedSizes(run, capacities);
  const graph = createBuilder();
  const training = beginLowering(graph, run, sizes, true);
  const inference = beginLowering(graph, run, sizes, false);

  const { objective, step } = lowerTraining(training);
  const graphs = {
    train: finish(graph, "train", step.graph),
    evaluate: finish(graph, "evaluate", lowerEvaluation(inference)),
    predict: finish(graph, "predict", lowerPrediction(inference)),
    ...(refreshesStatistics(run) && {
      statistics: finish(
        graph,
        "statistics",
        lowerStatistics({ ...beginLowering(graph, run, sizes, true), freshStatistics: true }),
      ),
    }),
    ...(capacities.member === true && {
      judge: finish(graph, "judge", lowerJudging(beginLowering(graph, run, sizes, false))),
    }),
  };
  const all = Object.values(graphs);
  return {
    run,
    capacity: sizes.capacity,
    fields: compileFields(run, sizes),
    parameters: compileParameters(run, sizes, all),
    states: compileStates(run, sizes, all),
    schedules: step.schedules,
    metrics: compileMetrics(inference, objective.sums),
    collected: lowerCollected(inference).metrics,
    graphs,
    ...drawn(graph, run, sizes),
    plans: {
      train: plan("train", graphs.train, sizes),
      evaluate: plan("evaluate", graphs.evaluate, sizes),
      predict: plan("predict", graphs.predict, sizes),
      ...(graphs.statistics && { statistics: plan("statistics", graphs.statistics, sizes) }),
      ...(graphs.judge && { judge: plan("judge", graphs.judge, sizes) }),
    },
  };
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

/** Prediction with noise on, where anything that it computes is random. */
function drawn(graph: GraphBuilder, run: TypedRun, sizes: Sizes): Pick<CompiledRun, "sampling"> {
  if (!mayDraw(run)) return {};
  const drawing = finish(
    graph,
    "sample",
    lowerPrediction(beginLowering(graph, run, sizes, false, true)),
  );
  const isRandom = nodesOf(drawing).some(({ op }) => op === "random");
  return isRandom ? { sampling: { graph: drawing, plan: plan("sample", drawing, sizes) } } : {};
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
function finish(builder: GraphBuilder, name: Plan["name"], lowered: Graph): Graph {
  verify(lowered, `after lowering ${name}`);
  const simplified = simplify(builder, lowered);
  verify(simplified, `after simplifying ${name}`);
  return simplified;
}

function plan(name: Plan["name"], graph: Graph, { capacity }: Sizes): Plan {
  return schedule(name, graph, capacity);
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
