import type { GraphBuilder } from "../../ir/builder.ts";
import {
  add,
  compareDims,
  floorDivide,
  known,
  multiply,
  print,
  size,
  subtract,
  type Dim,
} from "../../ir/dim.ts";
import type { Node, Window } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/type.ts";
import { callAxis, features, notNumbers, printAxes, spatialPlaces } from "../support/axes.ts";
import { channelsLast } from "../support/pooling.ts";
import { defineLayer } from "../define.ts";
import type { Inferred, ShapeProblem } from "../definition.ts";

/** A decimal as a fraction: 1.5 = 15 / 10, so that sizes are divided exactly. */
function fraction(ratio: number): readonly [over: Dim, under: Dim] {
  const digits = Math.min(6, (String(ratio).split(".")[1] ?? "").length);
  return [size(Math.round(ratio * 10 ** digits)), size(10 ** digits)];
}

/** floor(length / ratio). */
function reduced(length: Dim, ratio: number): Dim {
  const [over, under] = fraction(ratio);
  return floorDivide(multiply(length, under), over);
}

function wrongRank(type: TensorType): ShapeProblem | undefined {
  const count = spatialPlaces(type).length;
  if (count >= 1 && count <= 3) return undefined;
  return {
    problem: `\`fractional_max_pool\` expects 1 to 3 spatial axes besides the batch and \`c\`, and found ${count}: [${printAxes(features(type))}]`,
    help: "pool before `flatten`, or name the spatial axes in the type of the input (`f32[B, h: 28, w: 28, c: 1]`)",
  };
}

/** There is a first place, and the windows have room to move by 1 or more each. */
function tooSmall(
  type: TensorType,
  place: number,
  ratio: number,
  window: number,
  result: TensorType,
): ShapeProblem | undefined {
  const length = type.axes[place]!.size;
  const kept = reduced(length, ratio);
  const room = subtract(length, add(kept, size(window - 1)));
  const holds = [compareDims(kept, size(1)), compareDims(room, size(0))].every(
    (each) => each === "equal" || each === "greater" || each === "at least",
  );
  if (holds) return undefined;
  const certain = known(length) !== undefined;
  return {
    problem: `\`fractional_max_pool\` ${certain ? "cannot keep" : "is not proved to keep"} floor(${print(length)} / ${ratio}) places of ${callAxis(type, place)} with windows of ${window}`,
    notes: [
      `the result would be floor(${print(length)} / ${ratio}) = ${print(kept)}, which must be at least 1, and ${print(kept)} + ${window} - 1 must be at most ${print(length)}`,
    ],
    help: certain
      ? "use a larger ratio or a smaller window"
      : `give the size a lower bound (\`dim T in ${Math.ceil(ratio) + window} .. 512\`)`,
    ...(certain ? {} : { unproved: result }),
  };
}

function inferRegions(type: TensorType, ratio: number, window: number): Inferred {
  const wrong = notNumbers("fractional_max_pool", type) ?? wrongRank(type);
  if (wrong) return wrong;
  const places = spatialPlaces(type);
  const result = {
    ...type,
    axes: type.axes.map((axis, place) =>
      places.includes(place) ? { ...axis, size: reduced(axis.size, ratio) } : axis,
    ),
  };
  for (const place of places) {
    const problem = tooSmall(type, place, ratio, window, result);
    if (problem) return problem;
  }
  return result;
}

/** How fine the draw of an axis is: everything below stays a whole number under 2^23, which all backends have exactly. */
function stepsOf(kept: number, room: number): number {
  let steps = 4096;
  while (steps > 64 && 2 * steps * kept * room >= 2 ** 23) steps /= 2;
  return steps;
}

/**
 * floor(x / divisor) of whole numbers, whatever a backend makes of a division (mostly a multiplication by the rounded reciprocal,
 * which may fall short of a whole number): from ½ further on, where rounding can be wrong by 1 at most, and then by what is left over.
 */
function wholeQuotient(graph: GraphBuilder, x: Node, divisor: number): Node {
  const guess = graph.floor(graph.divide(graph.add(x, 0.5), divisor));
  const rest = graph.subtract(x, graph.multiply(guess, divisor));
  return graph.subtract(graph.add(guess, graph.lessEqual(divisor, rest)), graph.less(rest, 0));
}

/**
 * Which window each place takes, as a matrix [kept, starts] of a single 1 a row. Window i starts at
 * floor((i + u) a) - floor(u a), with a = room / (kept - 1): steps of floor(a) or ceil(a) from 0 to room, in an order that u chooses.
 */
function choice(graph: GraphBuilder, u: Node | undefined, kept: number, room: number): Node {
  const type = { shape: [kept, room + 1], batched: false };
  const starts = graph.iota(type, 1);
  if (kept === 1) return graph.equal(starts, room);
  const steps = stepsOf(kept, room);
  const offset =
    u === undefined
      ? graph.constant(steps)
      : graph.add(graph.multiply(graph.floor(graph.multiply(u, steps)), 2), 1);
  const whole = (place: Node): Node =>
    wholeQuotient(graph, graph.multiply(place, room), 2 * steps * (kept - 1));
  const places = graph.add(graph.multiply(graph.iota(type, 0), 2 * steps), offset);
  return graph.equal(starts, graph.subtract(whole(places), whole(offset)));
}

/** The window of the given size at every place, `[rows, spatial..., channels]`. */
function everyWindow(rank: number, window: number): Window {
  const each = (value: number): number[] => Array.from({ length: rank }, () => value);
  return { size: each(window), stride: each(1), dilation: each(1), low: each(0), high: each(0) };
}

/** x with the places of `axis` chosen by the matrix. */
function choose(graph: GraphBuilder, x: Node, axis: number, matrix: Node): Node {
  const letters = "rhwdc".slice(0, x.type.shape.length - 1) + "c";
  const chosen = letters[axis]!;
  return graph.contract(x, matrix, `${letters},n${chosen}->${letters.replace(chosen, "n")}`);
}

export const fractionalMaxPool = defineLayer({
  name: "fractional_max_pool",
  summary:
    "Max pooling over regions whose places are drawn at random in training, so that sizes shrink by a ratio between 1 and 2.",
  formula:
    "n' = floor(n / ratio); y[i] = max of x[s_i ... s_i + window - 1], s_i = floor((i + u) a) - floor(u a), a = (n - window) / (n' - 1), i from 0, u drawn from [0, 1) for each spatial axis and step; inference: u = 1/2",
  source:
    "Graham 2014, Fractional Max-Pooling (the pseudo-random, overlapping form, as PyTorch has it)",
  arguments: {
    ratio: {
      kind: "number",
      minimum: 1,
      exclusive: "minimum",
      summary: "How many times smaller each spatial axis becomes.",
    },
    window: {
      kind: "integer",
      minimum: 1,
      maximum: 16,
      default: 2,
      summary: "How many places each region has along an axis.",
    },
  },
  example: "x -> conv(16, 3) -> relu -> fractional_max_pool(1.5)",
  pitfalls:
    "Regions are drawn once a step for all rows and channels (PyTorch draws for each). A ratio above the window is refused, as places between the regions would never be seen. The paper averages several draws at inference: `predict: monte_carlo(samples: 12)` does that.",
  techniques: ["D12"],
  noise: () => true,
  between: "pooling",
  window: ([type], { ratio, window }) =>
    spatialPlaces(type!).map(() => ({ reach: window - 1, jump: ratio })),
  check: ({ ratio, window }) =>
    ratio > window
      ? {
          problem: `a ratio of ${ratio} leaves out places between windows of ${window}`,
          help: `write \`window: ${Math.ceil(ratio)}\`, or a ratio of ${window} at most`,
          argument: "ratio",
        }
      : undefined,
  infer: ([type], { ratio, window }) => inferRegions(type!, ratio, window),
  arithmetic: ([type], { ratio }) =>
    spatialPlaces(type!).map((place) => {
      const { size: length } = type!.axes[place]!;
      const result = reduced(length, ratio);
      return `${callAxis(type!, place).replaceAll("`", "")} = floor(${print(length)} / ${ratio})${known(result) === undefined ? "" : ` = ${print(result)}`}`;
    }),
  lower: ({ graph, inputTypes, noisy, random }, [x], { ratio, window }) =>
    channelsLast(graph, x!, inputTypes[0]!, (moved) => {
      const lengths = moved.type.shape.slice(1, -1);
      const draws = noisy
        ? random({ shape: [lengths.length], batched: false }, "regions")
        : undefined;
      return lengths.reduce(
        (each, length, index) => {
          const kept = known(reduced(size(length), ratio))!;
          const u = draws && graph.reshape(graph.slice(draws, [index], [1]), []);
          return choose(graph, each, index + 1, choice(graph, u, kept, length - window));
        },
        graph.windowMax(moved, everyWindow(lengths.length, window)),
      );
    }),
});
