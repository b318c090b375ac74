import type { Graph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { uniformNumbers } from "../support/random-numbers.ts";
import type { Judgement } from "./judge.ts";
import { bindingsOf, type Problem } from "./problem.ts";
import type { Reference } from "./reference.ts";

/** A kink may lie between the two places at one distance; then a nearer one sees past it. */
const distances = [1e-4, 1e-5, 1e-6, 1e-7];
const relative = 1e-5;

const nothing: Judgement = {
  deviations: [],
  worst: { ofAllowed: 0, relative: 0 },
  tensors: 0,
  vague: 0,
};

/**
 * The reference's own gradient against differences of its objective, along a random direction through all weights: what a backend
 * is held to is itself held to something. The gradient is what a velocity is after one step from 0; nothing is said where that is
 * clipped, or kept as a displacement.
 */
export function differences(problem: Problem, { truth }: Reference): Judgement {
  const { compiled, variables } = problem;
  const trained = compiled.parameters.filter(({ path }) => truth.has(`step 1/${path}/velocity`));
  const { clip, optimizer } = compiled.run;
  const isGradient = clip === undefined && optimizer.use.arguments["form"] === "velocity";
  if (trained.length === 0 || !isGradient) return nothing;
  const next = uniformNumbers(trained.length);
  const direction = new Map(
    trained.map(({ path }) => [path, variables.get(path)!.map(() => 2 * next() - 1)] as const),
  );
  const terms = trained.flatMap(({ path }) => {
    const along = direction.get(path)!;
    return [...truth.get(`step 1/${path}/velocity`)!].map((slope, place) => slope * along[place]!);
  });
  const expected = terms.reduce((sum, term) => sum + term, 0);
  const size = Math.hypot(expected, ...terms);
  const tries = distances.map((distance) => {
    const [ahead, behind] = [1, -1].map((sign) =>
      objectiveAt(problem, direction, sign * distance),
    ) as [number, number];
    const found = (ahead - behind) / (2 * distance);
    const allowed = relative * size + (1e-14 * (Math.abs(ahead) + 1)) / distance;
    return { found, allowed, ofAllowed: Math.abs(found - expected) / allowed };
  });
  const best = tries.toSorted((a, b) => a.ofAllowed - b.ofAllowed)[0]!;
  const deviation = { name: "slope along a direction", place: 0, expected, ...best };
  return {
    ...nothing,
    tensors: 1,
    deviations: best.ofAllowed <= 1 ? [] : [deviation],
    worst: {
      ofAllowed: best.ofAllowed,
      relative: size === 0 ? 0 : Math.abs(best.found - expected) / size,
    },
  };
}

/** The objective of the first step with all weights moved so far along the direction. */
function objectiveAt(
  problem: Problem,
  direction: ReadonlyMap<string, Float64Array>,
  distance: number,
): number {
  const { train } = problem.compiled.graphs;
  const graph: Graph = {
    outputs: new Map([["objective", train.outputs.get("objective")!]]),
    updates: new Map(),
  };
  const moved = [...direction].map(([path, along]) => {
    const values = problem.variables.get(path)!;
    return [path, values.map((value, place) => value + distance * along[place]!)] as const;
  });
  const variables = new Map([...problem.variables, ...moved]);
  return interpret(graph, bindingsOf(problem, problem.steps[0]!, variables)).outputs.get(
    "objective",
  )![0]!;
}
