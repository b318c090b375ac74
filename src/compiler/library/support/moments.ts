import type { Node } from "../../ir/graph.ts";
import type { UpdateContext } from "../definition.ts";

/** The arguments that adam and adamw share. */
export const adamArguments = {
  rate: { kind: "number", minimum: 0, default: 1e-3, summary: "The learning rate." },
  betas: {
    kind: "number",
    list: true,
    length: 2,
    named: true,
    minimum: 0,
    maximum: 1,
    exclusive: "maximum",
    defaults: [0.9, 0.999],
    summary: "The shares that the running means of the gradient and of its square keep.",
  },
  epsilon: {
    kind: "number",
    named: true,
    minimum: 0,
    exclusive: "minimum",
    default: 1e-8,
    summary: "Added to the root, against division by 0.",
  },
} as const;

/** What adam and adamw remember: running means of the gradient and of its square. */
export const adamSlots = { mean: 0, square: 0 } as const;

/**
 * m = β₁m + (1 − β₁)g, s = β₂s + (1 − β₂)g², and the step η·m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁^t), ŝ = s / (1 − β₂^t).
 * The corrections depend on t alone and are near 0 at first, where float32 would lose digits, so the host computes them.
 */
export function adamStep(
  context: Pick<
    UpdateContext,
    "graph" | "gradient" | "rate" | "step" | "slots" | "number" | "hosted"
  >,
): {
  readonly change: Node;
  readonly slots: Readonly<Record<string, Node>>;
} {
  const { graph, gradient, rate, step, slots, number, hosted } = context;
  const [first, second] = [number("betas", 0), number("betas", 1)];
  const mixed = (share: Node, old: Node, fresh: Node) =>
    graph.add(graph.multiply(share, old), graph.multiply(graph.subtract(1, share), fresh));
  const mean = mixed(first, slots.mean!, gradient);
  const square = mixed(second, slots.square!, graph.multiply(gradient, gradient));
  const correction = (share: Node) => graph.subtract(1, graph.power(share, step));
  const direction = graph.divide(mean, hosted("mean_correction", correction(first)));
  const root = graph.divide(
    graph.sqrt(square),
    hosted("square_correction", graph.sqrt(correction(second))),
  );
  const change = graph.divide(graph.multiply(rate, direction), graph.add(root, number("epsilon")));
  return { change, slots: { mean, square } };
}
