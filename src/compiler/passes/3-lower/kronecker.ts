import type { GraphBuilder } from "../../ir/builder.ts";
import { nodesOf, type Node, type NodeOf } from "../../ir/graph.ts";
import type { ArgumentValues } from "../../library/arguments.ts";
import { kroneckerLayers, type KroneckerLayer } from "../../typed/kronecker.ts";
import { curvatureNumbers, factorNames } from "../../plan/names.ts";
import type { Layer } from "../../typed/program.ts";
import { sampledScores } from "./fisher.ts";
import type { Gradients } from "./gradients.ts";
import type { Objective } from "./objective.ts";
import { stateBefore } from "./states.ts";
import { scheduledRate, baseRate, type Updating } from "./updates.ts";
import { weightNode } from "./weights.ts";

/** A layer with the product of its inputs and its weight: where its curvature is read off. */
export interface Block extends KroneckerLayer {
  readonly parameter: Node;
  readonly product: NodeOf<"contract"> | NodeOf<"convolve">;
}

/** The layers that K-FAC treats and that the loss depends on. */
export function kroneckerBlocks({ lowering, objective, trained }: Objective): readonly Block[] {
  const order = nodesOf({ outputs: new Map([["objective", objective]]), updates: new Map() });
  const reached = new Set(trained.map(({ weight }) => weight.path));
  return kroneckerLayers(lowering.run).flatMap((layer): readonly Block[] => {
    const parameter = weightNode(lowering, layer.weight.weight);
    const products = order.filter(
      (node): node is Block["product"] =>
        (node.op === "contract" || node.op === "convolve") && node.inputs[1] === parameter,
    );
    const [product] = products;
    return product && products.length === 1 && reached.has(layer.weight.weight.path)
      ? [{ ...layer, parameter, product }]
      : [];
  });
}

/** The scalar whose gradients at the outputs of layers make G: of drawn targets, or the loss of the data itself. */
export function fisherScalar({ lowering, loss }: Objective, [block]: readonly Block[]): Node {
  return block?.weight.optimizer.use.arguments["fisher"] === "sampled"
    ? sampledScores(lowering)
    : loss;
}

export interface Preconditioned {
  readonly gradients: Gradients;
  /** The factors' new running averages, by the names of their states. */
  readonly factors: ReadonlyMap<string, Node>;
}

/** A matrix of a layer's curvature. */
function factorState(graph: GraphBuilder, layer: Layer, name: string, size: number): Node {
  const type = { shape: [size, size], batched: false };
  return graph.state(name, type, { role: "factor", initial: 0, of: layer.path });
}

/** How large both factors of a layer are. */
export function factorSizes({ parameter, bias }: Pick<Block, "parameter" | "bias">): {
  readonly inputs: number;
  readonly outputs: number;
} {
  const outputs = parameter.type.shape.at(-1)!;
  return {
    inputs:
      parameter.type.shape.slice(0, -1).reduce((product, size) => product * size, 1) +
      (bias ? 1 : 0),
    outputs,
  };
}

/** The gradients with those of the blocks replaced by A⁻¹ g G⁻¹ (weights are [in, out]), and the averages A and G after this step. */
export function precondition(
  updating: Updating,
  blocks: readonly Block[],
  slopes: ReadonlyMap<Node, Node>,
  gradients: Gradients,
): Preconditioned {
  const factors = new Map<string, Node>();
  const directions = new Map(gradients);
  for (const block of blocks) {
    const graph = updating.lowering.graph.at({ path: block.layer.path, role: "update" });
    for (const [name, value] of factorsOf(updating, graph, block, slopes.get(block.product)!))
      factors.set(name, value);
    for (const [path, value] of directionsOf(graph, block, gradients)) directions.set(path, value);
  }
  const factor = clipFactor(updating, blocks, gradients, directions);
  if (factor)
    for (const path of pathsOf(blocks))
      directions.set(
        path,
        updating.lowering.graph
          .at({ path, role: "update" })
          .multiply(directions.get(path)!, factor),
      );
  return { gradients: directions, factors };
}

function pathsOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(({ weight, bias }) => [
    weight.weight.path,
    ...(bias ? [bias.weight.path] : []),
  ]);
}

/** A and G: `share` of what they were and the rest of what this batch says. */
function factorsOf(
  updating: Updating,
  graph: GraphBuilder,
  block: Block,
  slope: Node,
): ReadonlyMap<string, Node> {
  const { average } = block.weight.optimizer.use.arguments;
  const { step } = updating.clock;
  const share = updating.scalars.declare(
    "kfac_average",
    updating.clock.graph.minimum(
      updating.clock.graph.subtract(1, updating.clock.graph.divide(1, step)),
      average as number,
    ),
  );
  const names = factorNames(block.layer.path);
  const averaged = (name: string, fresh: Node): readonly [string, Node] => {
    const old = factorState(graph, block.layer, name, fresh.type.shape[0]!);
    return [
      name,
      graph.add(graph.multiply(share, old), graph.multiply(graph.subtract(1, share), fresh)),
    ];
  };
  return new Map([
    averaged(names.inputs, inputFactor(graph, block)),
    averaged(names.outputs, outputFactor(graph, slope)),
  ]);
}

const letters = "abdefgh";

/** Σ over rows and places of x xᵀ, for x `[rows, places…, n]`. */
function outer(graph: GraphBuilder, x: Node): Node {
  const rows = letters.slice(0, x.type.shape.length - 1);
  return graph.contract(x, x, `${rows}p,${rows}q->pq`);
}

function placesOf(x: Node): number {
  return x.type.shape.slice(1, -1).reduce((product, size) => product * size, 1);
}

/** The mean over the rows of Σ over places of a aᵀ, where a has a 1 at its end for the bias. */
function inputFactor(graph: GraphBuilder, { product, bias }: Block): Node {
  const x = product.op === "contract" ? product.inputs[0]! : patches(graph, product);
  const squares = graph.divide(outer(graph, x), graph.rows());
  if (!bias) return squares;
  const width = squares.type.shape[0]!;
  const means = graph.divide(
    graph.sum(x, x.type.shape.map((_, axis) => axis).slice(0, -1)),
    graph.rows(),
  );
  const corner = graph.broadcast(
    graph.constant(placesOf(x)),
    { shape: [1, 1], batched: false },
    [],
  );
  const upper = graph.concatenate([squares, graph.reshape(means, [width, 1])], 1);
  return graph.concatenate(
    [upper, graph.concatenate([graph.reshape(means, [1, width]), corner], 1)],
    0,
  );
}

/** The mean over rows and places of g gᵀ, g the gradient of one row's loss: `slope` is that of the mean over the rows, so it is times their number. */
function outputFactor(graph: GraphBuilder, slope: Node): Node {
  return graph.divide(graph.multiply(outer(graph, slope), graph.rows()), placesOf(slope));
}

/** What the kernel sees at each place, `[rows, places…, taps · in]`: a convolution with a kernel of ones and zeros. */
function patches(
  graph: GraphBuilder,
  { inputs, attributes: { window } }: NodeOf<"convolve">,
): Node {
  const shape = inputs[1]!.type.shape.slice(0, -1);
  const width = shape.reduce((product, size) => product * size, 1);
  const type = { shape: [...shape, width], batched: false };
  const place = shape.reduce<Node>(
    (sum, size, axis) => graph.add(graph.multiply(sum, size), graph.iota(type, axis)),
    graph.broadcast(graph.constant(0), type, []),
  );
  return graph.convolve(inputs[0]!, graph.equal(place, graph.iota(type, shape.length)), window);
}

/** A⁻¹ g G⁻¹ of weight and bias together, `[in + 1, out]`, in their own shapes. */
function directionsOf(
  graph: GraphBuilder,
  { layer, weight, bias, parameter }: Block,
  gradients: Gradients,
): ReadonlyMap<string, Node> {
  const names = factorNames(layer.path);
  const { inputs, outputs } = factorSizes({ parameter, bias });
  const rows = bias ? inputs - 1 : inputs;
  const own = graph.reshape(gradients.get(weight.weight.path)!, [rows, outputs]);
  const whole = bias
    ? graph.concatenate([own, graph.reshape(gradients.get(bias.weight.path)!, [1, outputs])], 0)
    : own;
  const left = graph.contract(
    factorState(graph, layer, names.inputsInverse, inputs),
    whole,
    "pq,qn->pn",
  );
  const both = graph.contract(
    left,
    factorState(graph, layer, names.outputsInverse, outputs),
    "pn,nm->pm",
  );
  const turned = graph.reshape(graph.slice(both, [0, 0], [rows, outputs]), parameter.type.shape);
  return new Map([
    [weight.weight.path, turned],
    ...(bias
      ? [
          [
            bias.weight.path,
            graph.reshape(graph.slice(both, [rows, 0], [1, outputs]), [outputs]),
          ] as const,
        ]
      : []),
  ]);
}

/** min(1, √(limit / (η² Σ d · g))): the step changes the predictions by at most `limit` (Ba, Grosse, Martens 2017). */
function clipFactor(
  updating: Updating,
  blocks: readonly Block[],
  gradients: Gradients,
  directions: Gradients,
): Node | undefined {
  const values: ArgumentValues | undefined = blocks[0]?.weight.optimizer.use.arguments;
  const limit = values?.["kl_clip"];
  if (typeof limit !== "number") return undefined;
  const graph = updating.lowering.graph.at({ path: "kl_clip", role: "update" });
  const rate = scheduledRate(updating, baseRate(blocks[0]!.weight.optimizer.use));
  const change = pathsOf(blocks)
    .map((path) => graph.sum(graph.multiply(directions.get(path)!, gradients.get(path)!)))
    .reduce((total, part) => graph.add(total, part));
  const divergence = graph.multiply(graph.multiply(rate, rate), change);
  return graph.minimum(1, graph.sqrt(graph.divide(limit, graph.maximum(divergence, 1e-30))));
}

/**
 * The updates of a step that has factors. The host may run it in two calls, first for the factors alone, which it then inverts,
 * then for all the rest.
 */
export function inTwoCalls(
  updating: Updating,
  factors: ReadonlyMap<string, Node>,
  rest: ReadonlyMap<string, Node>,
  parameters: ReadonlySet<string>,
): ReadonlyMap<string, Node> {
  const { clock, scalars, lowering } = updating;
  // From the first step on both are 1.
  const measure = scalars.declare(curvatureNumbers.measure, clock.graph.lessEqual(1, clock.step));
  const apply = scalars.declare(curvatureNumbers.apply, clock.graph.less(0, clock.step));
  const chosen =
    (condition: Node) =>
    ([name, value]: readonly [string, Node]): readonly [string, Node] => {
      const graph = lowering.graph.at({ path: value.origin.path, role: "update" });
      const before = parameters.has(name)
        ? graph.parameter(name, value.type)
        : stateBefore(graph, name);
      return [name, graph.select(condition, value, before)];
    };
  return new Map([...[...factors].map(chosen(measure)), ...[...rest].map(chosen(apply))]);
}
