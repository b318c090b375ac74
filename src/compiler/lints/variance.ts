import { known } from "../ir/dim.ts";
import type { Distribution, Spread } from "../library/definition.ts";
import { scalarOf } from "../typed/activations.ts";
import type { Layer, Value, Weight } from "../typed/program.ts";
import { operandsOf } from "../typed/operands.ts";
import { isWeighted, layerOf, normalizing, type Network } from "./network.ts";

/**
 * How large activations and gradients are before the first step, estimated through the depth: E[x²] of every value, and
 * E[g²] of the gradient that reaches it, as multiples of those at the inputs and at the outputs. Everything is taken to be
 * independent with mean 0 (Glorot and Bengio 2010; He, Zhang, Ren and Sun 2015), inputs to have E[x²] = 1:
 *
 *     dense, conv     E[y²] = fan_in E[w²] E[x²]          E[gx²] = fan_out E[w²] E[gy²]
 *     activation φ    E[y²] = E[φ(z)²]                     E[gz²] = E[φ'(z)²] E[gy²]          with z ~ N(0, E[x²])
 *     normalisation   E[y²] = scale² + shift²              E[gx²] = scale² E[gy²] / E[x²]
 *     dropout p       E[y²] = E[x²] / (1 − p)              E[gx²] = E[gy²] / (1 − p)
 *     attention       as the maps of its values and of its output, one after the other (an average of like places keeps E[x²])
 *     prelu           as the leaky ReLU that it starts as
 *     skipping p      E[y²] = (1 − p) E[x²]                E[gx²] = (1 − p) E[gy²]              (stochastic_depth)
 *     a + b           E[y²] = E[a²] + E[b²]                to both: E[gy²]; a value used twice gets the sum
 *     number n · a    E[y²] = n² E[a²]                     E[ga²] = n² E[gy²]
 *
 * Pooling, reshaping and joining keep E[x²] (neighbours are alike; what is joined is averaged by size) and E[g²]; strides and
 * borders are left out. Stages that are not listed are taken to keep both.
 */
export interface Flow {
  readonly activations: ReadonlyMap<Value, number>;
  readonly gradients: ReadonlyMap<Value, number>;
}

export function estimateFlow(network: Network): Flow {
  const known = estimates.get(network) ?? estimate(network);
  estimates.set(network, known);
  return known;
}

/** Several lints ask for the estimate of one network. */
const estimates = new WeakMap<Network, Flow>();

function estimate(network: Network): Flow {
  const activations = new Map<Value, number>();
  for (const value of network.model.values)
    activations.set(
      value,
      forward(network, value, (operand) => activations.get(operand) ?? 1),
    );
  const gradients = new Map<Value, number>(network.model.outputs.map(({ value }) => [value, 1]));
  for (const value of [...network.model.values].reverse()) {
    const arriving = gradients.get(value);
    if (arriving === undefined) continue;
    for (const operand of operandsOf(value)) {
      const share = arriving * backward(network, value, activations.get(operand) ?? 1);
      gradients.set(operand, (gradients.get(operand) ?? 0) + share);
    }
  }
  return { activations, gradients };
}

function forward(network: Network, value: Value, of: (operand: Value) => number): number {
  const { body } = value;
  const first = operandsOf(value)[0];
  const incoming = first ? of(first) : 1;
  switch (body.kind) {
    case "layer":
      return forwardLayer(network, body.layer, body.inputs.map(of));
    case "activation": {
      const scalar = scalarOf(body.use);
      if (!scalar) return incoming;
      return isRectifier(value)
        ? (incoming * (scalar(1) ** 2 + scalar(-1) ** 2)) / 2
        : meanOverNormal(incoming, (z) => scalar(z) ** 2);
    }
    case "call":
      return body.operands.length === 1
        ? meanOverNormal(incoming, (z) => finite(body.function.evaluate(z)) ** 2)
        : incoming;
    case "number":
      return body.value ** 2;
    case "parameter":
      return meanSquare(network, body.weight);
    case "arithmetic": {
      const sizes = body.operands.map(of);
      if (body.operator === "+" || body.operator === "-")
        return sizes.reduce((sum, size) => sum + size, 0);
      if (body.operator === "*") return sizes.reduce((product, size) => product * size, 1);
      return incoming;
    }
    default:
      return incoming;
  }
}

/** Two straight lines through 0: half of the numbers are multiplied by φ(1), the other half by −φ(−1). */
function isRectifier({ body }: Value): boolean {
  return body.kind === "activation" && body.use.definition.homogeneous === true;
}

function forwardLayer(network: Network, layer: Layer, incoming: readonly number[]): number {
  const [first = 1] = incoming;
  const spread = spreadOf(network, layer);
  if (spread) return spread.forward(incoming);
  const weight = kernelOf(layer);
  if (weight)
    return (
      (known(weight.fanIn) ?? 1) * meanSquare(network, weight) * first +
      meanSquareOf(network, layer, "biases", 0)
    );
  if (normalizing(layer))
    return meanSquareOf(network, layer, "scales", 1) + meanSquareOf(network, layer, "shifts", 0);
  return first;
}

function backward(network: Network, value: Value, incoming: number): number {
  const { body } = value;
  if (body.kind === "activation") {
    const scalar = scalarOf(body.use);
    if (!scalar) return 1;
    return isRectifier(value)
      ? (scalar(1) ** 2 + scalar(-1) ** 2) / 2
      : meanOverNormal(incoming, (z) => slope(scalar, z) ** 2);
  }
  if (body.kind === "arithmetic" && body.operator === "*") {
    const numbers = body.operands.flatMap((operand) =>
      operand.body.kind === "number" ? [operand.body.value] : [],
    );
    return numbers.reduce((product, number) => product * number ** 2, 1);
  }
  const layer = layerOf(value);
  return layer ? backwardLayer(network, layer, incoming) : 1;
}

function backwardLayer(network: Network, layer: Layer, incoming: number): number {
  const spread = spreadOf(network, layer);
  if (spread) return spread.backward;
  const weight = kernelOf(layer);
  if (weight) return (known(weight.fanOut) ?? 1) * meanSquare(network, weight);
  return normalizing(layer)
    ? meanSquareOf(network, layer, "scales", 1) / Math.max(incoming, 1e-12)
    : 1;
}

function kernelOf(layer: Layer): Weight | undefined {
  return layer.weights.find(({ role }) => role === "weights");
}

function fanOf(weight: Weight | undefined, fan: "in" | "out"): number {
  return (weight && known(fan === "in" ? weight.fanIn : weight.fanOut)) ?? 1;
}

/** What the layer says of itself. */
function spreadOf(network: Network, layer: Layer): Spread | undefined {
  const { definition, inputTypes, arguments: values, path } = layer;
  const named = (name: string): Weight | undefined =>
    layer.weights.find((each) => each.path === `${path}.${name}`);
  const square = (weight: Weight | undefined): number => (weight ? meanSquare(network, weight) : 0);
  return definition.spread?.({
    inputTypes,
    values,
    gain: (name, fan) => fanOf(named(name), fan) * square(named(name)),
    meanSquare: (name) => square(named(name)),
  });
}

/** E[w²] of a weight of the given role; `absent` where the layer has none. */
function meanSquareOf(
  network: Network,
  layer: Layer,
  role: Weight["role"],
  absent: number,
): number {
  const weight = layer.weights.find((each) => each.role === role);
  return weight ? meanSquare(network, weight) : absent;
}

/** E[w²] of a weight in training: of what its initialiser draws, over 1 − p where DropConnect leaves entries out. */
function meanSquare(network: Network, weight: Weight): number {
  return (
    meanSquareDrawn(network, weight) /
    (1 - (network.settings.get(weight.path)?.dropconnect?.value ?? 0))
  );
}

/** A loaded weight is taken to be calibrated: 1 / fan_in. */
function meanSquareDrawn(network: Network, weight: Weight): number {
  const settings = network.settings.get(weight.path);
  const use = settings?.init.use ?? weight.initializer;
  const fan = { in: known(weight.fanIn) ?? 1, out: known(weight.fanOut) ?? 1 };
  if (settings?.load)
    return weight.role === "weights" ? 1 / fan.in : Number(weight.role === "scales");
  const drawn = use.definition.sample(
    weight.shape.map((size) => known(size) ?? 1),
    fan,
    use.arguments,
  );
  return "problem" in drawn ? 1 / fan.in : secondMoment(drawn, fan);
}

function secondMoment(
  drawn: Distribution,
  fan: { readonly in: number; readonly out: number },
): number {
  switch (drawn.kind) {
    case "constant":
      return drawn.value ** 2;
    case "normal":
      return drawn.mean ** 2 + drawn.deviation ** 2;
    // Cut at two deviations, a normal number keeps 0.8796 of its deviation.
    case "truncated_normal":
      return drawn.mean ** 2 + (0.8796 * drawn.deviation) ** 2;
    case "uniform":
      return (drawn.low ** 2 + drawn.low * drawn.high + drawn.high ** 2) / 3;
    case "identity":
      return drawn.scale ** 2 / fan.in;
    case "orthogonal":
      return drawn.gain ** 2 / Math.max(fan.in, fan.out);
    case "values":
      return (
        drawn.values.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, drawn.values.length)
      );
  }
}

const reach = 6;
const points = 97;

/** The mean of f(z) for z ~ N(0, variance), by the trapezoidal rule over ±6 deviations (error below 1e-6 for smooth f). */
function meanOverNormal(variance: number, f: (z: number) => number): number {
  const deviation = Math.sqrt(variance);
  let sum = 0;
  let total = 0;
  for (let point = 0; point < points; point++) {
    const u = -reach + (2 * reach * point) / (points - 1);
    const density = Math.exp((-u * u) / 2);
    sum += density * f(u * deviation);
    total += density;
  }
  return sum / total;
}

/** f'(z) by a central difference that misses the corners at 0 of the rectifiers. */
function slope(f: (x: number) => number, z: number): number {
  const step = 1e-4 * Math.max(1, Math.abs(z));
  if (z === 0) return (Math.abs(f(step) - f(0)) + Math.abs(f(0) - f(-step))) / (2 * step);
  const width = Math.min(step, Math.abs(z) / 2);
  return (f(z + width) - f(z - width)) / (2 * width);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** The matrices and kernels in order, each with the size of its value and of the gradient there, as standard deviations. */
export interface LayerFlow {
  readonly value: Value;
  readonly layer: Layer;
  readonly activation: number;
  readonly gradient: number;
}

export function layerFlows(network: Network): readonly LayerFlow[] {
  const flow = estimateFlow(network);
  return network.model.values.filter(isWeighted).map((value) => ({
    value,
    layer: layerOf(value)!,
    activation: Math.sqrt(flow.activations.get(value) ?? 0),
    gradient: Math.sqrt(flow.gradients.get(value) ?? 0),
  }));
}

/** The estimate in a sentence: what the layers do to activations and gradients before the first step. */
export function describeFlow(network: Network): string {
  const flows = layerFlows(network);
  const [first, last] = [flows[0], flows.at(-1)];
  if (!first || !last || first === last) return "";
  return `estimate before the first step, as standard deviations with inputs of 1: values of ${short(first.activation)} at \`${first.layer.path}\` and ${short(last.activation)} at \`${last.layer.path}\`; gradients of 1 at the output and ${short(first.gradient)} at \`${first.layer.path}\``;
}

/** A number to two digits, as people write it. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
