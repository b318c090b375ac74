import { elementCount, type ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Graph, Node } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { interpret as interpretEverywhere } from "./every-backend.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import {
  differentiate,
  type GradientRule,
} from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { randomArray } from "./random-numbers.ts";

/** An array to differentiate with respect to; `values` has the actual rows only. */
export interface Operand {
  readonly type: ArrayType;
  readonly values: Float64Array;
  /** Labels and masks: their gradient is not asked for. */
  readonly fixed?: boolean;
}

export interface GradientCheck {
  /** The function: from nodes for the operands to a node of any shape. */
  readonly build: (graph: GraphBuilder, operands: readonly Node[]) => Node;
  readonly operands: readonly Operand[];
  /** Rows of this step; without it the capacity of the first batched operand. */
  readonly rows?: number;
  readonly epsilon?: number;
  readonly absolute?: number;
  readonly relative?: number;
  /** Another table of gradients, to see that a wrong one is noticed. */
  readonly rule?: GradientRule;
  /** The inputs' names, where `build` makes the same leaves once more. */
  readonly names?: readonly string[];
  /** What `scalar` nodes and further leaves (states, random streams) are bound to. */
  readonly scalars?: ReadonlyMap<string, number>;
  readonly values?: ReadonlyMap<string, Float64Array>;
}

/** The elements of a type when `rows` rows are there. */
export function actualCount({ shape, batched }: ArrayType, rows: number): number {
  return elementCount({ shape: batched ? [rows, ...shape.slice(1)] : shape, batched: false });
}

/** An operand of random numbers in [low, high). */
export function randomOperand(
  type: ArrayType,
  seed: number,
  { rows = type.shape[0] ?? 1, low = -2, high = 2 } = {},
): Operand {
  return { type, values: randomArray(actualCount(type, rows), seed, low, high) };
}

/**
 * Compares the gradient of Σ weight · result (weights random, one an element) with central differences in float64, element by
 * element, and says where they differ by more than absolute + relative · |difference|. Empty when all is well.
 */
export function gradientProblems(check: GradientCheck): string[] {
  const { operands, epsilon = 1e-6, absolute = 1e-5, relative = 1e-3 } = check;
  const rows = check.rows ?? operands.find(({ type }) => type.batched)?.type.shape[0] ?? 1;
  const { graph, weights } = weightedGraph(check, rows);
  const run = (values: readonly Float64Array[], by = interpret): ReturnType<typeof interpret> => {
    const bound = new Map([
      ...(check.values ?? []),
      ...values.map((each, place) => [nameOf(check, place), each] as const),
      ["weights", weights] as const,
    ]);
    return by(graph, { values: bound, scalars: check.scalars ?? new Map(), rows });
  };
  const { outputs } = run(
    operands.map(({ values }) => values),
    interpretEverywhere,
  );
  return operands.flatMap(({ values, fixed }, operand) => {
    if (fixed) return [];
    const derived = outputs.get(`gradient ${operand}`)!;
    return Array.from(values, (value, place) => {
      const step = epsilon * Math.max(1, Math.abs(value));
      const shifted = (by: number): Float64Array =>
        run(
          operands.map((each, at) =>
            at === operand ? each.values.with(place, value + by) : each.values,
          ),
        ).outputs.get("result")!;
      const [up, down] = [shifted(step), shifted(-step)];
      const difference = up.reduce(
        (sum, each, at) => sum + (weights[at]! * (each - down[at]!)) / (2 * step),
        0,
      );
      const isClose =
        Math.abs(derived[place]! - difference) <= absolute + relative * Math.abs(difference);
      return isClose
        ? ""
        : `operand ${operand}, element ${place} (${value}): gradient ${derived[place]}, difference ${difference}`;
    }).filter((problem) => problem !== "");
  });
}

function nameOf({ names }: GradientCheck, place: number): string {
  return names?.[place] ?? `operand ${place}`;
}

function weightedGraph(
  check: GradientCheck,
  rows: number,
): { readonly graph: Graph; readonly weights: Float64Array } {
  const { build, operands, rule } = check;
  const builder = createBuilder();
  const nodes = operands.map(({ type }, place) => builder.input(nameOf(check, place), type));
  const result = build(builder, nodes);
  const loss = builder.sum(builder.multiply(result, builder.input("weights", result.type)));
  const gradients = differentiate(builder, loss, nodes, rule);
  const outputs = new Map<string, Node>([["result", result]]);
  nodes.forEach((node, place) => outputs.set(`gradient ${place}`, gradients.get(node)!));
  return {
    graph: { outputs, updates: new Map() },
    weights: randomArray(actualCount(result.type, rows), 77, 0.5, 1.5),
  };
}
