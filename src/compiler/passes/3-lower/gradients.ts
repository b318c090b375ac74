import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { gradientNormName, initialResult } from "../../plan/names.ts";
import type { TypedRun } from "../../typed/program.ts";
import { variablesOf } from "../../typed/conditions.ts";

/** Gradients by the path of their parameter. */
export type Gradients = ReadonlyMap<string, Node>;

/** √(Σ g²) over all elements of all gradients. */
export function globalNorm(graph: GraphBuilder, gradients: Gradients): Node {
  const squares = [...gradients.values()].map((gradient) =>
    graph.sum(graph.multiply(gradient, gradient)),
  );
  return graph.sqrt(squares.reduce((total, square) => graph.add(total, square), graph.constant(0)));
}

/**
 * `norm(limit)`: all gradients times min(1, limit / (norm + 1e-6)) (Pascanu et al. 2013; the 1e-6 is PyTorch's).
 * `value(limit)`: each element between −limit and limit.
 */
export function clipGradients(
  graph: GraphBuilder,
  gradients: Gradients,
  clip: TypedRun["clip"],
  norm: () => Node,
): Gradients {
  if (clip === undefined) return gradients;
  const { kind, limit } = clip;
  const factor =
    kind === "norm" ? graph.minimum(1, graph.divide(limit, graph.add(norm(), 1e-6))) : undefined;
  const clipped = (gradient: Node): Node =>
    factor
      ? graph.multiply(gradient, factor)
      : graph.minimum(graph.maximum(gradient, -limit), limit);
  return new Map([...gradients].map(([path, gradient]) => [path, clipped(gradient)]));
}

/** Whether the host watches the norm of the gradient. */
export function watchesGradientNorm(run: TypedRun): boolean {
  return (
    run.stop !== undefined &&
    variablesOf(run.stop).some((name) => (initialResult(name) ?? name) === gradientNormName)
  );
}
