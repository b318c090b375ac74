import { interpretVisited, type Visit } from "../support/interpret-visited.ts";
import { bindingsOf, type Problem } from "./problem.ts";
import { roundedByChance, watched, type Decisions } from "./rounding.ts";

/**
 * What is looked at of a training, by name: `step 1/…` all that the first step leaves (the first velocity of a weight is its
 * gradient), `loss 1` to `loss 5`, and `predict/…` what the trained network says of the last rows.
 */
export type Observed = ReadonlyMap<string, Float64Array>;

/** The training in float64, and several in float32 rounded by chance. */
export interface Reference {
  readonly truth: Observed;
  readonly rounded: readonly Observed[];
  /** The kind of a decision (of a maximum, of a comparison) that rounding may take otherwise. */
  readonly undecided: string | undefined;
  /** Whether no number grows beyond what says something about a network. */
  readonly isBounded: boolean;
}

/** Of a difference between calculations that are rounded by chance: sums in another order may lose several times that. */
export const timesRounding = 8;

interface Trained {
  readonly observed: Observed;
  readonly decisions: Decisions;
}

export function referenceOf(problem: Problem, count = 2): Reference {
  const truth = train(problem, ({ exact }) => exact);
  const rounded = Array.from({ length: count }, (_, place) =>
    train(problem, roundedByChance(place + 1)),
  );
  return {
    truth: truth.observed,
    rounded: rounded.map(({ observed }) => observed),
    undecided: undecidedOf(
      truth.decisions,
      rounded.map(({ decisions }) => decisions),
    ),
    isBounded: [truth, ...rounded].every(({ observed }) =>
      [...observed.values()].every((values) => values.every((value) => Math.abs(value) < 1e6)),
    ),
  };
}

/** All steps one after the other, each on what the one before left, then the prediction. */
function train(problem: Problem, rounding: Visit): Trained {
  const { visit, decisions } = watched(rounding);
  const { train: training, predict } = problem.compiled.graphs;
  const observed = new Map<string, Float64Array>();
  const values = new Map(problem.variables);
  for (const [place, step] of problem.steps.entries()) {
    const { outputs, updates } = interpretVisited(
      training,
      bindingsOf(problem, step, values),
      visit,
    );
    if (place === 0)
      for (const [name, array] of [...outputs, ...updates]) observed.set(`step 1/${name}`, array);
    observed.set(`loss ${place + 1}`, outputs.get("loss")!);
    for (const [name, array] of updates) values.set(name, array);
  }
  const last = bindingsOf(problem, problem.steps.at(-1)!, values);
  for (const [name, array] of interpretVisited(predict, last, visit).outputs)
    observed.set(`predict/${name}`, array);
  return { observed, decisions };
}

/** The first decision that lies nearer to its turn than rounding may move it. Ties that stay ties are decided by convention. */
function undecidedOf(truth: Decisions, rounded: readonly Decisions[]): string | undefined {
  const place = truth.distances.findIndex((distances, decision) =>
    distances.some((distance, element) => {
      const moved = Math.max(
        ...rounded.map(({ distances: others }) => Math.abs(others[decision]![element]! - distance)),
      );
      return moved > 0 && Math.abs(distance) <= timesRounding * moved;
    }),
  );
  return place < 0 ? undefined : truth.ops[place];
}
