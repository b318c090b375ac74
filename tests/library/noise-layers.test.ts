import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { interpret as interpretFloat64 } from "../../src/compiler/ir/interpret.ts";
import { interpret } from "../support/every-backend.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { inferred, lowered, shapeOf } from "../support/run-layer.ts";
import { expectClose } from "../support/close.ts";

function runOf(
  name: string,
  written: Written,
  shape: readonly number[],
  axes: readonly string[],
  training: boolean,
) {
  const layer = library.find("layer", name) as LayerDefinition;
  return {
    layer,
    values: argumentsOf(layer, written),
    inputTypes: [typeOf(shape, axes)],
    training,
  };
}

/** What the layer makes of `x` with the given random numbers. */
function valuesOf(
  run: ReturnType<typeof runOf>,
  x: Float64Array,
  randoms: ReadonlyMap<string, Float64Array> = new Map(),
  by: typeof interpretFloat64 = interpret,
): Float64Array {
  const graph = createBuilder();
  const { output } = lowered(
    graph,
    run,
    [graph.input("x", { shape: shapeOf(run.inputTypes[0]!), batched: true })],
    [],
  );
  return by(
    { outputs: new Map([["y", output]]), updates: new Map() },
    {
      values: new Map([["x", x], ...randoms]),
      scalars: new Map(),
      rows: shapeOf(run.inputTypes[0]!)[0]!,
    },
  ).outputs.get("y")!;
}

function uniform(stream: string, step: number, count: number): Float64Array {
  const numbers = new Float32Array(count);
  fillUniform(numbers, randomStream(3, stream), step);
  return Float64Array.from(numbers);
}

describe("stochastic_depth", () => {
  const x = Float64Array.from({ length: 4 * 6 }, (_, place) => place + 1);

  test("a row stays whole or goes whole; each row by itself", () => {
    const draws = Float64Array.of(0.1, 0.3, 0.29, 0.9);
    const found = valuesOf(
      runOf("stochastic_depth", { drop: 0.3 }, [4, 3, 2], ["t", "c"], true),
      x,
      new Map([["mask", draws]]),
    );
    expectClose(
      found,
      Array.from(x, (value, place) => (draws[Math.floor(place / 6)]! >= 0.3 ? value : 0)),
    );
  });

  test("`each: batch` keeps or skips all rows together", () => {
    const run = runOf(
      "stochastic_depth",
      { drop: 0.3, each: "batch" },
      [4, 3, 2],
      ["t", "c"],
      true,
    );
    expectClose(valuesOf(run, x, new Map([["mask", Float64Array.of(0.31)]])), x);
    expectClose(valuesOf(run, x, new Map([["mask", Float64Array.of(0.29)]])), new Float64Array(24));
  });

  test("at inference the branch is scaled by the chance that it was there, which is the mean over training", () => {
    expectClose(
      valuesOf(runOf("stochastic_depth", { drop: 0.3 }, [4, 3, 2], ["t", "c"], false), x),
      x.map((value) => 0.7 * value),
    );
    const run = runOf("stochastic_depth", { drop: 0.3 }, [1000, 1], ["c"], true);
    const draws = 20;
    let kept = 0;
    for (let step = 1; step <= draws; step++)
      kept += valuesOf(
        run,
        new Float64Array(1000).fill(1),
        new Map([["mask", uniform("depth", step, 1000)]]),
      ).reduce((sum, value) => sum + value, 0);
    // Four standard errors of a share of 0.7 among 20,000.
    expect(Math.abs(kept / (1000 * draws) - 0.7)).toBeLessThan(
      4 * Math.sqrt((0.7 * 0.3) / (1000 * draws)),
    );
  });
});

/** Where each region starts, straight from the formula, in float64 with the draw on the midpoints of 4096 steps. */
function startsOf(length: number, kept: number, window: number, u: number): number[] {
  if (kept === 1) return [length - window];
  const alpha = (length - window) / (kept - 1);
  const middle = (Math.floor(u * 4096) + 0.5) / 4096;
  return Array.from(
    { length: kept },
    (_, place) => Math.floor((place + middle) * alpha) - Math.floor(middle * alpha),
  );
}

describe("fractional_max_pool", () => {
  const [length, ratio, window] = [25, 1.5, 2];
  const kept = Math.floor(length / ratio);
  const run = runOf("fractional_max_pool", { ratio }, [1, length, 1], ["t", "c"], true);
  // Increasing values: the largest of a region is its last place, so the result tells where every region lies.
  const places = Float64Array.from({ length }, (_, place) => place);
  const drawn = (step: number) => {
    const u = uniform("regions", step, 1);
    // A module a draw would take long: the first ones run on every backend.
    const ends = [
      ...valuesOf(run, places, new Map([["regions", u]]), step > 40 ? interpretFloat64 : interpret),
    ];
    return { u: u[0]!, starts: ends.map((end) => end - window + 1) };
  };

  test("regions are those of the formula, cover everything, and begin and end with the axis, for every draw", () => {
    const offsets = new Map<number, number>();
    const [steps, alpha] = [2000, (length - window) / (kept - 1)];
    const everyDraw = Array.from({ length: 4096 }, (_, draw) =>
      startsOf(length, kept, window, (draw + 0.5) / 4096),
    );
    const seen = new Float64Array(kept);
    let longer = 0;
    for (let step = 1; step <= steps; step++) {
      const { u, starts } = drawn(step);
      expect(starts).toEqual(startsOf(length, kept, window, u));
      expect([starts[0], starts.at(-1)]).toEqual([0, length - window]);
      const gaps = starts.slice(1).map((start, place) => start - starts[place]!);
      expect(gaps.every((gap) => gap === 1 || gap === 2)).toBe(true);
      longer += gaps.filter((gap) => gap === 2).length;
      starts.forEach((start, place) => (seen[place]! += start));
      offsets.set(starts[7]!, (offsets.get(starts[7]!) ?? 0) + 1);
    }
    // Increments of 2 make up what is missing: always room − (kept − 1) of them.
    expect(longer / steps).toBe(length - window - (kept - 1));
    // A start is one of two neighbours, taken as often as u, uniform, says.
    expect([...offsets.keys()].toSorted()).toEqual([
      Math.floor(7 * alpha),
      Math.floor(7 * alpha) + 1,
    ]);
    for (const [place, total] of seen.entries()) {
      const mean = everyDraw.reduce((sum, starts) => sum + starts[place]!, 0) / everyDraw.length;
      const share = mean - Math.floor(place * alpha);
      expect(Math.abs(total / steps - mean), `start ${place}`).toBeLessThan(
        4 * Math.sqrt((share * (1 - share)) / steps) + 1e-9,
      );
    }
  });

  test("draws differ from step to step, and the two axes are drawn apart", () => {
    expect(
      new Set([1, 2, 3, 4, 5, 6, 7, 8].map((step) => drawn(step).starts.join(" "))).size,
    ).toBeGreaterThan(4);
    const image = runOf(
      "fractional_max_pool",
      { ratio },
      [1, length, length, 1],
      ["h", "w", "c"],
      true,
    );
    const u = Float64Array.of(0.1, 0.7);
    const found = valuesOf(
      image,
      Float64Array.from({ length: length * length }, (_, place) => place),
      new Map([["regions", u]]),
    );
    const [rows, columns] = [
      startsOf(length, kept, window, u[0]!),
      startsOf(length, kept, window, u[1]!),
    ];
    expect(rows).not.toEqual(columns);
    expectClose(
      found,
      rows.flatMap((row) => columns.map((column) => (row + 1) * length + column + 1)),
    );
  });

  test("at inference the regions are those of u = 1/2, each time", () => {
    const alpha = (length - window) / (kept - 1);
    const found = valuesOf(
      runOf("fractional_max_pool", { ratio }, [1, length, 1], ["t", "c"], false),
      places,
    );
    expectClose(
      found,
      Array.from(
        { length: kept },
        (_, place) => Math.floor((place + 0.5) * alpha) - Math.floor(0.5 * alpha) + window - 1,
      ),
    );
  });

  test.each([
    [224, 1.4],
    [1000, 1.1],
    [64, 1.9],
  ])("%i places by %d: whole numbers stay exact in float32", (size, by) => {
    const wide = runOf("fractional_max_pool", { ratio: by }, [1, size, 1], ["t", "c"], true);
    const ends = valuesOf(
      wide,
      Float64Array.from({ length: size }, (_, place) => place),
      new Map([["regions", Float64Array.of(0.123)]]),
    );
    expect(ends.length).toBe(Math.floor(size / by));
    expect(ends.every((end, place) => place === 0 || end > ends[place - 1]!)).toBe(true);
    expect([ends[0], ends.at(-1)]).toEqual([1, size - 1]);
  });
});

test("attention drops shares of places as dropout does, and nothing at inference", () => {
  const layer = library.find("layer", "attention") as LayerDefinition;
  const type = typeOf([1, 3, 2], ["t", "c"]);
  const identity = Float64Array.of(1, 0, 0, 1);
  const output = (training: boolean, mask?: Float64Array): Float64Array => {
    const run = {
      layer,
      values: argumentsOf(layer, { heads: 1, bias: false, drop: 0.5 }),
      inputTypes: [type],
      training,
    };
    const graph = createBuilder();
    const weights = ["query", "key", "value", "output"].map((name) =>
      graph.parameter(name, { shape: [2, 2], batched: false }),
    );
    const node = lowered(
      graph,
      run,
      [graph.input("x", { shape: [1, 3, 2], batched: true })],
      weights,
    ).output;
    const values = new Map([
      ["x", Float64Array.of(1, 0, 0, 1, 1, 1)],
      ["query", new Float64Array(4)],
      ["key", identity],
      ["value", identity],
      ["output", identity],
      ...(mask ? [["mask", mask] as const] : []),
    ]);
    return interpret(
      { outputs: new Map([["y", node]]), updates: new Map() },
      { values, scalars: new Map(), rows: 1 },
    ).outputs.get("y")!;
  };
  // Queries of 0 fit all places alike: shares of 1/3.
  expectClose(output(false), [2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3]);
  expectClose(output(true, Float64Array.of(0.6, 0.4, 0.7, 0.1, 0.2, 0.3, 0.5, 0.5, 0.5)), [
    4 / 3,
    2 / 3,
    0,
    0,
    4 / 3,
    4 / 3,
  ]);
});

test("one_hot puts a 1 at the place of the label, on the batch and on a sequence", () => {
  const layer = library.find("layer", "one_hot") as LayerDefinition;
  const labels = typeOf([2, 2], ["t"]);
  const type = {
    ...labels,
    element: { kind: "class" as const, count: typeOf([3], []).axes[0]!.size },
  };
  const run = { layer, values: {}, inputTypes: [type] };
  expect(inferred(run).axes.map(({ name }) => name)).toEqual([undefined, "t", "c"]);
  const graph = createBuilder();
  const { output } = lowered(graph, run, [graph.input("x", { shape: [2, 2], batched: true })], []);
  const found = interpret(
    { outputs: new Map([["y", output]]), updates: new Map() },
    { values: new Map([["x", Float64Array.of(0, 2, 1, 1)]]), scalars: new Map(), rows: 2 },
  );
  expect([...found.outputs.get("y")!]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0]);
});
