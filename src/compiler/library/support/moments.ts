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
  epsilon: { kind: "number", named: true, minimum: 0, exclusive: "minimum", default: 1e-8, summary: "Added to the root, against division by 0." },
} as const;

/** What adam and adamw remember: running means of the gradient and of its square. */
export const adamSlots = { mean: 0, square: 0 } as const;

/**
 * m = β₁m + (1 − β₁)g, s = β₂s + (1 − β₂)g², and the step η·m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁^t), ŝ = s / (1 − β₂^t).
 * Everything that depends on t alone is kept apart from the tensors, so that the host computes it once a step in float64.
 */
export function adamStep(context: Pick<UpdateContext, "graph" | "gradient" | "rate" | "step" | "slots" | "number">): {
  readonly change: Node;
  readonly slots: Readonly<Record<string, Node>>;
} {
  const { graph, gradient, rate, step, slots, number } = context;
  const [first, second] = [number("betas", 0), number("betas", 1)];
  const mixed = (share: Node, old: Node, fresh: Node) => graph.add(graph.multiply(share, old), graph.multiply(graph.subtract(1, share), fresh));
  const mean = mixed(first, slots.mean!, gradient);
  const square = mixed(second, slots.square!, graph.multiply(gradient, gradient));
  const scaledRate = graph.divide(rate, graph.subtract(1, graph.power(first, step)));
  const root = graph.divide(graph.sqrt(square), graph.sqrt(graph.subtract(1, graph.power(second, step))));
  const change = graph.divide(graph.multiply(scaledRate, mean), graph.add(root, number("epsilon")));
  return { change, slots: { mean, square } };
}
