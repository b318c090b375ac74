import type { Op } from "../../src/compiler/ir/graph.ts";
import type { Value } from "../../src/compiler/ir/primitives/evaluation.ts";
import { forEachWindowElement } from "../../src/compiler/ir/primitives/window-max.ts";
import type { Visit, Visited } from "../support/interpret-visited.ts";

/** Half of a unit in the last place of 1 in float32. */
const epsilon = 2 ** -24;

/**
 * What may be lost, in units of 2^-24, from the operands and the result. Sums lose what their operands have lost: a backend may
 * work one out twice, once more exactly than it keeps it. Functions are approximated, those that pass through 0 by sums of larger
 * numbers, powers by way of the exponent.
 */
const losses: Partial<Record<Op, (result: number, a: number, b: number) => number>> = {
  add: (_result, a, b) => Math.abs(a) + Math.abs(b),
  subtract: (_result, a, b) => Math.abs(a) + Math.abs(b),
  multiply: (result) => 2 * Math.abs(result),
  divide: (result) => 2 * Math.abs(result),
  sqrt: (result) => Math.abs(result),
  exp: (result, x) => (4 + Math.abs(x)) * Math.abs(result),
  log: (result) => 4 * Math.max(Math.abs(result), 0.25),
  tanh: (result) => 4 * Math.max(Math.abs(result), 0.25),
  erf: (result) => 4 * Math.max(Math.abs(result), 0.25),
  sigmoid: (result) => 4 * Math.abs(result),
  sine: () => 4,
  cosine: () => 4,
  power: (result, a, b) => (4 + Math.abs(b * Math.log(Math.abs(a) || 1))) * Math.abs(result),
  modulo: (_result, a) => Math.abs(a),
};

/**
 * Sums: what they lose is measured by the sum of the sizes of their terms, times the root of how many there are: one after the
 * other, each addition rounds what has come together so far. The second operand of a gradient of maxima is a place.
 */
const sums: Partial<Record<Op, "every operand" | "the first operand">> = {
  reduce_sum: "every operand",
  contract: "every operand",
  convolve: "every operand",
  convolve_input_gradient: "every operand",
  convolve_weight_gradient: "every operand",
  window_sum: "every operand",
  window_sum_gradient: "every operand",
  window_max_gradient: "the first operand",
};

/**
 * Float32 by chance: every result that float32 does not have exactly becomes one near it, within what a backend may lose there. How
 * far several such calculations lie apart says what the network makes of rounding, whatever a backend's order of summation. What is
 * calculated alike is rounded alike: equal words in a sentence stay equal.
 */
export function roundedByChance(seed: number): Visit {
  const terms = countedTerms();
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  /** The value, and up to `loss` units more or less: by chance, and always the same for the same node and numbers. */
  const rounded = (node: number, value: number, loss: number): number => {
    bits[0] = value + loss;
    let mixed = Math.imul(words[0]! ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b) ^ words[1]! ^ node;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    const chance = ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 31 - 1;
    return Math.fround(value + epsilon * chance * loss);
  };
  return (visited) => {
    const { node, exact, inputs } = visited;
    if (node.op === "constant" || node.op === "scalar") return exact.map(Math.fround);
    if (node.op in sums) return roundedSums(visited, terms(visited), rounded);
    const loss = losses[node.op];
    if (loss === undefined) return exact;
    const [a, b] = inputs;
    return exact.map((value, place) => {
      const [x, y] = [elementOf(a, place), elementOf(b, place)];
      return isExact(node.op, value, x, y) ? value : rounded(node.id, value, loss(value, x, y));
    });
  };
}

/** Whole numbers, and products and quotients that float32 has (by a power of 2, by 0), lose nothing. */
function isExact(op: Op, value: number, x: number, y: number): boolean {
  if (Number.isInteger(x) && Number.isInteger(y) && Number.isInteger(value)) return true;
  return (op === "multiply" || op === "divide") && Math.fround(value) === value;
}

function roundedSums(
  visited: Visited,
  terms: Float64Array,
  rounded: (node: number, value: number, loss: number) => number,
): Float64Array {
  const { node, exact } = visited;
  const magnitudes = sumOf(visited, (data) => data.map(Math.abs));
  return exact.map((value, place) => {
    const magnitude = magnitudes[place]!;
    const isRepresented = Math.fround(value) === value && Math.fround(magnitude) === magnitude;
    const loss = magnitude * Math.max(1, Math.sqrt(terms[place]!) / 2);
    return isRepresented ? value : rounded(node.id, value, loss);
  });
}

/** The sum again, of other numbers. */
function sumOf(
  { node, inputs, again }: Visited,
  change: (data: Float64Array) => Float64Array,
): Float64Array {
  const whose = sums[node.op];
  return again(
    inputs.map((input, place) =>
      place > 0 && whose === "the first operand"
        ? input
        : { shape: input.shape, data: change(input.data) },
    ),
  );
}

/** How many terms each element of a sum has: looked at once for each node and number of rows. */
function countedTerms(): (visited: Visited) => Float64Array {
  const known = new Map<string, Float64Array>();
  return (visited) => {
    const { node, inputs } = visited;
    const key = `${node.id} ${inputs.map(({ shape }) => shape[0]).join(" ")}`;
    const counted =
      known.get(key) ??
      (node.op === "window_max_gradient"
        ? visited.exact.map(() => 1)
        : sumOf(visited, (data) => data.map(() => 1)));
    known.set(key, counted);
    return counted;
  };
}

/** Scalars stand for every element. */
function elementOf(value: Value | undefined, place: number): number {
  if (value === undefined) return 0;
  return value.data[value.data.length === 1 ? 0 : place]!;
}

/** How far all decisions of a calculation are from being taken otherwise, in the order in which they were taken. */
export interface Decisions {
  readonly ops: readonly Op[];
  readonly distances: readonly Float64Array[];
}

/** The visit, with the distances of all decisions noted in passing. */
export function watched(visit: Visit): { readonly visit: Visit; readonly decisions: Decisions } {
  const ops: Op[] = [];
  const distances: Float64Array[] = [];
  return {
    decisions: { ops, distances },
    visit: (visited) => {
      const found = distancesOf(visited);
      if (found !== undefined) {
        ops.push(visited.node.op);
        distances.push(found);
      }
      return visit(visited);
    },
  };
}

/** From 0 where a comparison would turn, from the next whole number where a floor would, from the winner where a maximum would. */
function distancesOf({ node, inputs }: Visited): Float64Array | undefined {
  const [a, b] = inputs;
  switch (node.op) {
    case "maximum":
    case "minimum":
    case "less":
    case "less_equal":
    case "equal":
      return elementwise(inputs, (x, y) => x - y);
    case "absolute":
    case "sign":
      return a!.data;
    case "floor":
    case "ceil":
      return a!.data.map(fromWhole);
    case "modulo":
      return elementwise([a!, b!], (x, y) => fromWhole(x / y));
    case "window_argmax":
      return fromWinners(a!, node.type.shape, node.attributes.window);
    default:
      return undefined;
  }
}

function fromWhole(value: number): number {
  return Math.abs(value - Math.round(value));
}

function elementwise(
  [a, b]: readonly Value[],
  distance: (x: number, y: number) => number,
): Float64Array {
  const length = Math.max(a!.data.length, b!.data.length);
  return Float64Array.from({ length }, (_, place) =>
    distance(elementOf(a, place), elementOf(b, place)),
  );
}

/** Every element of every window less the largest of its window. */
function fromWinners(
  x: Value,
  shape: readonly number[],
  window: Parameters<typeof forEachWindowElement>[2],
): Float64Array {
  const places = [x.shape[0]!, ...shape.slice(1)];
  const winners = new Float64Array(places.reduce((product, size) => product * size, 1)).fill(
    -Infinity,
  );
  const pairs: (readonly [number, number])[] = [];
  forEachWindowElement(x.shape, places, window, (from, to) => {
    winners[to] = Math.max(winners[to]!, x.data[from]!);
    pairs.push([from, to]);
  });
  return Float64Array.from(pairs, ([from, to]) => x.data[from]! - winners[to]!);
}
