import type { Node } from "../../ir/graph.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { WholeMethod } from "../../library/definition.ts";
import { curvatureName, directionName, gradientName, gradientNormName } from "../../plan/names.ts";
import type { TypedRun } from "../../typed/program.ts";
import { globalNorm, watchesGradientNorm, type Gradients } from "./gradients.ts";
import { makeHostScalars } from "./host-scalars.ts";
import { makeClock } from "./schedules.ts";
import type { Objective } from "./objective.ts";
import { monitors, type TrainingStep } from "./train.ts";
import { baseRate, scheduledRate } from "./updates.ts";
import { weightNode } from "./weights.ts";

/** The method that moves all weights of the run together, where it has one. */
export function wholeMethod(run: TypedRun): WholeMethod | undefined {
  return run.optimizer.use.definition.whole;
}

/** A weight's part of that direction, of the weight's own shape. */
export function directionOf(graph: GraphBuilder, path: string, parameter: Node): Node {
  return graph
    .at({ path, role: "gradient" })
    .state(directionName(path), parameter.type, { role: "direction", initial: 0, of: path });
}

/** g . v as a scalar: its gradient with respect to the weights is H v (Pearlmutter 1994). */
export function slopeAlong(objective: Objective, gradients: Gradients): Node {
  const graph = objective.lowering.graph.at({ path: "curvature", role: "gradient" });
  const parts = objective.trained.map(({ weight }) => {
    const parameter = weightNode(objective.lowering, weight);
    return graph.sum(
      graph.multiply(gradients.get(weight.path)!, directionOf(graph, weight.path, parameter)),
    );
  });
  return parts.reduce((total, part) => graph.add(total, part), graph.constant(0));
}

/**
 * The training step of a method that moves all weights together: the objective, the gradient of each weight (`gradient/…`) and
 * the Hessian times the direction (`curvature/…`) as results. No weight is replaced: the host does that.
 */
export function wholeStep(
  objective: Objective,
  gradients: Gradients,
  products: Gradients = new Map(),
): TrainingStep {
  const { lowering } = objective;
  const graph = lowering.graph.at({ path: "gradients", role: "gradient" });
  const updating = {
    lowering,
    clock: makeClock(lowering.graph),
    scalars: makeHostScalars(lowering.graph),
  };
  scheduledRate(updating, baseRate(lowering.run.optimizer.use));
  const watched = watchesGradientNorm(lowering.run)
    ? new Map([[gradientNormName, globalNorm(graph, gradients)]])
    : new Map<string, Node>();
  return {
    graph: {
      outputs: new Map([
        ["loss", objective.loss],
        ["objective", objective.objective],
        ...watched,
        ...named(gradientName, gradients),
        ...named(curvatureName, products),
      ]),
      updates: new Map([...lowering.updates, ...monitors(objective, watched)]),
    },
    schedules: updating.scalars.formulas,
  };
}

function named(
  nameOf: (weight: string) => string,
  values: Gradients,
): readonly (readonly [string, Node])[] {
  return [...values].map(([path, value]) => [nameOf(path), value]);
}
