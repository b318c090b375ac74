import type { Graph, Node } from "../../ir/graph.ts";
import type { Average } from "../../typed/program.ts";
import { averageName, batchShareName } from "../../plan/names.ts";
import { lowerLoss } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { stepsOf, type Clock } from "./schedules.ts";
import { stateBefore } from "./states.ts";
import type { Updating } from "./updates.ts";

/**
 * Averages of the weights after their update: a ← (1 − share)·a + share·w, for each weight that is trained. The share of a step is a
 * number of the host; 1 makes the average the weight itself. `ema` averages running statistics in the same way.
 */
export function lowerAverages(
  updating: Updating,
  weights: ReadonlyMap<string, Node>,
): ReadonlyMap<string, Node> {
  const { lowering, clock, scalars } = updating;
  const { average } = lowering.run;
  if (average === undefined) return new Map();
  const share = scalars.declare("average_share", shareOf(clock, average));
  const averaged = [...weights, ...(average.kind === "ema" ? lowering.updates : [])];
  return new Map(
    averaged.map(([path, weight]) => {
      const graph = lowering.graph.at({ path, role: "update" });
      const kept = graph.multiply(
        graph.subtract(1, share),
        graph.state(averageName(path), weight.type, { role: "average", initial: 0, of: path }),
      );
      return [averageName(path), graph.add(kept, graph.multiply(share, weight))];
    }),
  );
}

/**
 * ema: 1 at the first step, then 1 − decay (as PyTorch's AveragedModel, which begins as a copy). swa: 1 until the average begins,
 * at the first whole interval t₀ at or after `start` of the run; then 1 / (n + 1) at the n-th interval after it, and 0 between
 * (Izmailov et al. 2018: the mean of the weights at t₀ and at the end of every interval since).
 */
function shareOf(clock: Clock, average: Average): Node {
  const { graph, step } = clock;
  if (average.kind === "ema") return graph.select(graph.lessEqual(step, 1), 1, 1 - average.decay);
  const interval = stepsOf(clock, average.every);
  const begin = averageBegin(clock, average);
  const passed = graph.divide(graph.subtract(step, begin), interval);
  const whole = graph.equal(passed, graph.floor(passed));
  const joining = graph.select(whole, graph.divide(1, graph.add(passed, 1)), 0);
  return graph.select(graph.lessEqual(step, begin), 1, joining);
}

function averageBegin(clock: Clock, { start, every }: Extract<Average, { kind: "swa" }>): Node {
  const { graph, totalSteps } = clock;
  const interval = stepsOf(clock, every);
  const intervals = graph.ceil(graph.divide(graph.multiply(totalSteps, start), interval));
  return graph.multiply(graph.maximum(intervals, 1), interval);
}

/** A pass over training rows: each running statistic becomes the mean over the batches of what it is in each batch. */
export function lowerStatistics(lowering: Lowering): Graph {
  lowerLoss(lowering);
  const graph = lowering.graph.at({ path: "running_statistics", role: "update" });
  const share = graph.scalar(batchShareName);
  const updates = [...lowering.updates].map(([path, ofBatch]) => {
    const kept = graph.multiply(graph.subtract(1, share), stateBefore(graph, path));
    return [path, graph.add(kept, graph.multiply(share, ofBatch))] as const;
  });
  return { outputs: new Map(), updates: new Map(updates) };
}
