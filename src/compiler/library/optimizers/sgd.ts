import { defineOptimizer } from "../define.ts";
import type { Node } from "../../ir/graph.ts";
import type { UpdateContext } from "../definition.ts";

type Moving = Pick<UpdateContext, "graph" | "parameter" | "gradient" | "rate" | "slots" | "number">;
interface Moved {
  readonly parameter: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

/** v = ρv + g; w -= ηv, or w -= η(g + ρv) for Nesterov. */
function byVelocity(
  { graph, parameter, gradient, rate, slots, number }: Moving,
  nesterov: boolean,
): Moved {
  const momentum = number("momentum");
  const velocity = graph.add(graph.multiply(momentum, slots.velocity!), gradient);
  const direction = nesterov ? graph.add(gradient, graph.multiply(momentum, velocity)) : velocity;
  return {
    parameter: graph.subtract(parameter, graph.multiply(rate, direction)),
    slots: { velocity },
  };
}

/** v = ρv − ηg; w += v, or w += −ρ v_old + (1 + ρ) v for Nesterov. */
function byDisplacement(
  { graph, parameter, gradient, rate, slots, number }: Moving,
  nesterov: boolean,
): Moved {
  const momentum = number("momentum");
  const kept = graph.multiply(momentum, slots.velocity!);
  const velocity = graph.subtract(kept, graph.multiply(rate, gradient));
  const move = nesterov
    ? graph.subtract(graph.multiply(graph.add(1, momentum), velocity), kept)
    : velocity;
  return { parameter: graph.add(parameter, move), slots: { velocity } };
}

export const sgd = defineOptimizer({
  name: "sgd",
  summary: "Gradient descent, by full batches or stochastic, with or without momentum.",
  formula:
    "w -= rate g. velocity: v = momentum v + g, w -= rate v. displacement: v = momentum v - rate g, w += v. nesterov: velocity w -= rate (g + momentum v), displacement w += -momentum v_old + (1 + momentum) v",
  source: "Robbins, Monro 1951; Polyak 1964; Nesterov 1983; Sutskever, Martens, Dahl, Hinton 2013",
  arguments: {
    rate: { kind: "number", minimum: 0, summary: "The learning rate." },
    momentum: {
      kind: "number",
      named: true,
      minimum: 0,
      maximum: 1,
      exclusive: "maximum",
      default: 0,
      schedulable: true,
      summary: "The share of the last step that is kept.",
    },
    form: {
      kind: "symbol",
      choices: ["velocity", "displacement"],
      named: true,
      default: "velocity",
      summary:
        "Which of the two published forms: the rate outside of the sum (velocity, as in PyTorch) or inside (displacement).",
    },
    nesterov: {
      kind: "switch",
      named: true,
      default: false,
      summary: "Look ahead: the gradient counts where the momentum is about to lead.",
    },
  },
  rate: "rate",
  check: ({ momentum, nesterov, form }) => {
    if (momentum !== 0) return undefined;
    if (nesterov)
      return {
        problem: "`nesterov: on` looks ahead along the momentum, and the momentum is 0",
        help: "write `momentum: 0.9` too",
        argument: "nesterov",
      };
    if (form === "velocity") return undefined;
    return {
      problem: "`form` chooses between two forms of momentum, and the momentum is 0",
      help: "write `momentum: 0.9` too",
      argument: "form",
    };
  },
  usualRate: 0.1,
  example: "optimizer: sgd(0.1, momentum: 0.9, nesterov: on)",
  pitfalls:
    "The two forms take the same path at a constant rate and different ones under a schedule: displacement carries the old rate on.",
  techniques: ["F1", "F2", "F3", "F13"],
  slots: ({ momentum }) => (momentum === 0 ? {} : { velocity: 0 }),
  update: (context) => {
    const { graph, parameter, gradient, rate, values } = context;
    if (values.momentum === 0)
      return { parameter: graph.subtract(parameter, graph.multiply(rate, gradient)), slots: {} };
    return (values.form === "velocity" ? byVelocity : byDisplacement)(context, values.nesterov);
  },
});
