import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Node, Window } from "../../src/compiler/ir/graph.ts";
import { interpretNode } from "../support/every-backend.ts";
import { randomArray } from "../support/random-numbers.ts";

interface Problem {
  readonly rows: number;
  readonly spatial: readonly number[];
  readonly window: Window;
  readonly groups: number;
  readonly inner: number;
  readonly outer: number;
  readonly seed: number;
}

const axis = fc
  .record({
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    low: fc.nat(2),
    high: fc.nat(2),
    extra: fc.nat(4),
  })
  .map((each) => ({
    ...each,
    low: Math.min(each.low, each.size - 1),
    high: Math.min(each.high, each.size - 1),
    extent: each.dilation * (each.size - 1) + 1 + each.extra,
  }));

const problem: fc.Arbitrary<Problem> = fc
  .record({
    axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
    rows: fc.integer({ min: 1, max: 2 }),
    groups: fc.integer({ min: 1, max: 3 }),
    inner: fc.integer({ min: 1, max: 2 }),
    outer: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(1000),
  })
  .map(({ axes, ...rest }) => ({
    ...rest,
    spatial: axes.map(({ extent }) => extent),
    window: {
      size: axes.map(({ size }) => size),
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      low: axes.map(({ low }) => low),
      high: axes.map(({ high }) => high),
    },
  }));

const count = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** All indices of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) =>
      all.flatMap((index) => Array.from({ length: size }, (_, each) => [...index, each])),
    [[]],
  );
}

/** Which tap of the window at `place` sees the element at `at`: the relation read backwards, one axis after the other. */
function tapOf(
  place: readonly number[],
  at: readonly number[],
  { size, stride, dilation, low }: Window,
): number | undefined {
  let tap = 0;
  for (let axis = 0; axis < size.length; axis++) {
    const distance = at[axis]! + low[axis]! - place[axis]! * stride[axis]!;
    if (distance % dilation[axis]! !== 0) return undefined;
    const along = distance / dilation[axis]!;
    if (along < 0 || along >= size[axis]!) return undefined;
    tap = tap * size[axis]! + along;
  }
  return tap;
}

/** Each spatial place with the elements that it sees, as (flat place of the element, tap). */
function seen(
  { spatial, window }: Problem,
  places: readonly number[],
): readonly (readonly (readonly [element: number, tap: number])[])[] {
  const elements = indices(spatial);
  return indices(places).map((place) =>
    elements.flatMap((at, element) => {
      const tap = tapOf(place, at, window);
      return tap === undefined ? [] : [[element, tap] as const];
    }),
  );
}

function setUp(
  each: Problem,
  channels: number,
): {
  graph: GraphBuilder;
  x: Node;
  run: (node: Node, w?: Float64Array) => Float64Array;
  data: Float64Array;
} {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [5, ...each.spatial, channels], batched: true });
  const data = randomArray(each.rows * count(each.spatial) * channels, each.seed);
  const run = (node: Node, w: Float64Array = new Float64Array()): Float64Array =>
    interpretNode(node, {
      values: new Map([
        ["x", data],
        ["w", w],
      ]),
      scalars: new Map(),
      rows: each.rows,
    });
  return { graph, x, run, data };
}

function expectClose(found: Float64Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, place) => expect(value).toBeCloseTo(expected[place]!, 9));
}

describe("against a definition written backwards", () => {
  test("convolve", () => {
    fc.assert(
      fc.property(problem, (each) => {
        const { rows, window, groups, inner, outer, seed } = each;
        const { graph, x, run, data } = setUp(each, groups * inner);
        const [channels, outputs] = [groups * inner, groups * outer];
        const shape = [...window.size, inner, outputs];
        const w = randomArray(count(shape), seed + 1);
        const node = graph.convolve(
          x,
          graph.parameter("w", { shape, batched: false }),
          window,
          groups,
        );
        const views = seen(each, node.type.shape.slice(1, -1));
        const image = count(each.spatial);
        const expected = indices([rows, views.length, outputs]).map(([row, place, output]) => {
          const group = Math.floor(output! / outer);
          const terms = views[place!]!.flatMap(([element, tap]) =>
            Array.from(
              { length: inner },
              (_, channel) =>
                data[(row! * image + element) * channels + group * inner + channel]! *
                w[(tap * inner + channel) * outputs + output!]!,
            ),
          );
          return terms.reduce((sum, term) => sum + term, 0);
        });
        expectClose(run(node, w), expected);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  test("window_max, window_argmax and window_sum", () => {
    fc.assert(
      fc.property(problem, (each) => {
        const { graph, x, run, data } = setUp(each, each.inner);
        fc.pre(each.window.dilation.every((dilation) => dilation === 1));
        const maximum = graph.windowMax(x, each.window);
        const views = seen(each, maximum.type.shape.slice(1, -1));
        const image = count(each.spatial);
        const lists = indices([each.rows, views.length, each.inner]).map(([row, place, channel]) =>
          views[place!]!.map(([element, tap]) => ({
            value: data[(row! * image + element) * each.inner + channel!]!,
            tap,
          })),
        );
        const best = lists.map((list) =>
          list.reduce((most, next) => (next.value > most.value ? next : most)),
        );
        expectClose(
          run(maximum),
          best.map(({ value }) => value),
        );
        expectClose(
          run(graph.make("window_argmax", [x], { window: each.window })),
          best.map(({ tap }) => tap),
        );
        expectClose(
          run(graph.windowSum(x, each.window)),
          lists.map((list) => list.reduce((sum, { value }) => sum + value, 0)),
        );
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

const window = (size: readonly number[], options: Partial<Window> = {}): Window => ({
  size,
  stride: size.map(() => 1),
  dilation: size.map(() => 1),
  low: size.map(() => 0),
  high: size.map(() => 0),
  ...options,
});
const line = (
  values: readonly number[],
  build: (graph: GraphBuilder, x: Node) => Node,
): number[] => {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [1, values.length, 1], batched: true });
  return Array.from(
    interpretNode(build(graph, x), {
      values: new Map([["x", Float64Array.from(values)]]),
      scalars: new Map(),
      rows: 1,
    }),
  );
};

/** Two taps, 0 and 1. */
function risingWeights(graph: GraphBuilder): Node {
  return graph.reshape(graph.iota({ shape: [2], batched: false }, 0), [2, 1, 1]);
}

describe("special cases", () => {
  test("padding never wins a maximum", () => {
    expect(
      line([-5, -3, -4], (graph, x) => graph.windowMax(x, window([2], { low: [1], high: [1] }))),
    ).toEqual([-5, -3, -3, -4]);
  });
  test("NaN wins a maximum wherever it stands in the window", () => {
    expect(line([1, NaN, 2, 3, 4], (graph, x) => graph.windowMax(x, window([2])))).toEqual([
      NaN,
      NaN,
      3,
      4,
    ]);
  });
  test("−∞ wins when nothing else is there", () => {
    expect(line([-Infinity, -Infinity, 0], (graph, x) => graph.windowMax(x, window([2])))).toEqual([
      -Infinity,
      0,
    ]);
  });
  test("the first of equal maxima is taken", () => {
    expect(
      line([2, 2, 1, 1], (graph, x) => graph.make("window_argmax", [x], { window: window([2]) })),
    ).toEqual([0, 0, 0]);
  });
  test("a convolution does not turn the weights around", () => {
    expect(
      line([1, 2, 3], (graph, x) => graph.convolve(x, risingWeights(graph), window([2]))),
    ).toEqual([2, 3]);
  });
});
