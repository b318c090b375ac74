import type { Objective } from "./objective.ts";
import { nodesOf, type Graph, type Node } from "../../ir/graph.ts";
import { countName, gradientNormName, monitorName, rateName } from "../../plan/names.ts";
import { gatherBatches, gathersBatches, type Gathered } from "./accumulation.ts";
import { lowerAverages } from "./averages.ts";
import { clipGradients, globalNorm, watchesGradientNorm, type Gradients } from "./gradients.ts";
import { makeHostScalars, type HostScalars } from "./host-scalars.ts";
import { inTwoCalls, precondition, type Block } from "./kronecker.ts";
import { lowerLoss } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerSums } from "./metrics.ts";
import { lowerPenalties } from "./penalties.ts";
import { makeClock } from "./schedules.ts";
import { baseRate, lowerUpdates, scheduledRate, trainedWeights, type Updating } from "./updates.ts";
import { weightNode } from "./weights.ts";

/** The forward half of the training step: the model in training mode, its loss and penalties. */
export function lowerObjective(lowering: Lowering): Objective {
  const lossOfRows = lowerLoss(lowering);
  const graph = lowering.graph.at({ path: "loss", role: "loss" });
  const loss = graph.mean(lossOfRows, [0]);
  const objective = lowerPenalties(lowering).reduce(
    (total, penalty) => graph.add(total, penalty),
    loss,
  );
  const reached = new Set(
    nodesOf({ outputs: new Map([["objective", objective]]), updates: new Map() }),
  );
  const trained = trainedWeights(lowering.run).filter(({ weight }) =>
    reached.has(weightNode(lowering, weight)),
  );
  return {
    lowering,
    loss,
    objective,
    sums: lowerSums(lowering, lossOfRows),
    trained,
    parameters: trained.map(({ weight }) => weightNode(lowering, weight)),
  };
}

export interface TrainingStep {
  readonly graph: Graph;
  readonly schedules: ReadonlyMap<string, Node>;
}

/** The layers whose gradients are turned by their curvature, and the gradients at their outputs that tell it. */
export interface Curved {
  readonly blocks: readonly Block[];
  readonly slopes: ReadonlyMap<Node, Node>;
}

/** The whole training step: clipped gradients to the optimisers, running statistics and monitors brought up to date. */
export function completeStep(
  objective: Objective,
  gradients: Gradients,
  curved?: Curved,
): TrainingStep {
  const { lowering } = objective;
  const graph = lowering.graph.at({ path: "gradients", role: "gradient" });
  const updating: Updating = {
    lowering,
    clock: makeClock(lowering.graph),
    scalars: makeHostScalars(lowering.graph),
  };
  const gathering = gathersBatches(lowering.run) ? gatherBatches(updating) : undefined;
  const mean = gathering?.mean ?? ((_: Gathered, ofBatch: Node) => ofBatch);
  const whole = new Map(
    [...gradients].map(([path, gradient]) => [path, mean({ weight: path }, gradient)]),
  );
  const norm = once(() => globalNorm(graph, whole));
  const clipped = clipGradients(graph, whole, lowering.run.clip, norm);
  const rate = scheduledRate(updating, baseRate(lowering.run.optimizer.use));
  const turned = curved && precondition(updating, curved.blocks, curved.slopes, clipped);
  const updates = lowerUpdates(updating, objective.trained, turned?.gradients ?? clipped);
  const averages = lowerAverages(
    updating,
    new Map(objective.trained.map(({ weight }) => [weight.path, updates.get(weight.path)!])),
  );
  const watched = watchesGradientNorm(lowering.run)
    ? new Map([[gradientNormName, norm()]])
    : new Map<string, Node>();
  const parameters = new Set(objective.trained.map(({ weight }) => weight.path));
  const whenWhole = (changed: ReadonlyMap<string, Node>): ReadonlyMap<string, Node> =>
    gathering?.whenWhole(changed, parameters) ?? changed;
  const outputs = new Map([
    ["loss", mean({ number: "loss" }, objective.loss)],
    ["objective", mean({ number: "objective" }, objective.objective)],
    ...watched,
  ]);
  const all = new Map([
    ...whenWhole(new Map([...updates, ...averages])),
    ...lowering.updates,
    ...monitors(objective, new Map()),
    ...whenWhole(addedUp(lowering, watched)),
    ...(gathering?.sums ?? []),
  ]);
  return {
    graph: {
      outputs,
      updates: turned ? inTwoCalls(updating, turned.factors, all, parameters) : all,
    },
    schedules: usedFormulas(updating.scalars, rate),
  };
}

function once(make: () => Node): () => Node {
  let made: Node | undefined;
  return () => (made ??= make());
}

/** The run's own rate comes first, because progress shows it. */
function usedFormulas(scalars: HostScalars, rate: Node): ReadonlyMap<string, Node> {
  const name = rate.op === "scalar" ? rate.attributes.name : rateName;
  return new Map([...scalars.formulas].sort(([a], [b]) => Number(b === name) - Number(a === name)));
}

/** Sums that stay on the device until the host asks: state + Σ over the rows of this batch. */
export function monitors(
  { lowering, sums }: Objective,
  watched: ReadonlyMap<string, Node>,
): ReadonlyMap<string, Node> {
  const graph = lowering.graph.at({ path: "monitor", role: "metric" });
  const added = new Map([
    ...sums.map(({ name, value }) => [name, graph.sum(value)] as const),
    [countName, graph.rows()] as const,
    ...watched,
  ]);
  return addedUp(lowering, added);
}

function addedUp(lowering: Lowering, added: ReadonlyMap<string, Node>): ReadonlyMap<string, Node> {
  const graph = lowering.graph.at({ path: "monitor", role: "metric" });
  return new Map(
    [...added].map(([name, value]) => [
      monitorName(name),
      graph.add(
        graph.state(monitorName(name), scalarType, { role: "monitor", initial: 0, of: name }),
        value,
      ),
    ]),
  );
}

const scalarType = { shape: [], batched: false } as const;
