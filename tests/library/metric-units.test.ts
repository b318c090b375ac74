import { expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { unitName } from "../../src/compiler/plan/names.ts";
import type { Column } from "../../src/runtime/dataset.ts";
import {
  fitNormalization,
  normalizeValues,
  scale,
  standardize,
  unitsOf,
  type NormalizationStep,
} from "../../src/runtime/normalize.ts";
import { whiten } from "../../src/runtime/whiten.ts";
import { interpret } from "../support/every-backend.ts";
import { runOf } from "../support/run-of.ts";

/** `mae`, `mse` and `rmse` are told in the unit of the target in the data, however it was brought to scale. */

const rows = 6;

/** Numbers of the sizes of house prices, ages and shares, of which each row has its own. */
const values = (size: number, shift: number): Float32Array =>
  Float32Array.from(
    { length: rows * size },
    (_, place) => [250, 40, 0.5][place % 3]! * (1 + Math.sin(shift + place * place)),
  );

interface Case {
  readonly name: string;
  readonly normalize: string;
  readonly steps: readonly NormalizationStep[];
  readonly shape: readonly number[];
}

const cases: readonly Case[] = [
  {
    name: "each output by its own deviation",
    normalize: "standardize",
    steps: [standardize()],
    shape: [3],
  },
  { name: "all by one range", normalize: "scale(0 .. 1)", steps: [scale(0, 1)], shape: [3] },
  { name: "one number a row", normalize: "standardize", steps: [standardize()], shape: [] },
  {
    name: "channels of a picture",
    normalize: "standardize",
    steps: [standardize()],
    shape: [2, 2, 3],
  },
  { name: "decorrelated", normalize: "whiten(keep: 100%)", steps: [whiten(1, 0)], shape: [3] },
];

test.each(cases)("$name: $normalize", ({ normalize, steps, shape }) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const axes = shape.length === 3 ? `, h: 2, w: 2, c: 3` : shape.length === 1 ? ", 3" : "";
  const type = `f32[B${axes}]`;
  const run = runOf(`
    data D { y: ${type} guess: ${type} normalize: (y: ${normalize}) split: (train: 50%, validation: 50%) }
    model Net(guess: ${type}) -> ${type} { return 1 * guess -> dropout(0) as z }
    train Net on D { loss: mean_squared_error(z, y) batch: ${rows} metrics: (mae, mse, rmse) }`);
  const compiled = compileRun(run);
  const [truth, guess] = [values(size, 1), values(size, 2)];
  const differences = truth.map((value, place) => guess[place]! - value);
  const mean = (of: (difference: number) => number): number =>
    differences.reduce((sum, each) => sum + of(each), 0) / differences.length;

  const column: Column = { field: { name: "y", shape }, size, values: truth };
  const normalization = fitNormalization(
    column,
    Uint32Array.from({ length: rows }, (_, row) => row),
    steps,
  );
  for (const each of [truth, guess]) normalizeValues(each, normalization);
  const { outputs } = interpret(compiled.graphs.evaluate, {
    values: new Map([
      ["y", Float64Array.from(truth)],
      ["guess", Float64Array.from(guess)],
      [unitName("y"), Float64Array.from(unitsOf(normalization))],
    ]),
    scalars: new Map(),
    rows,
  });
  const told = (metric: string): number => {
    const { result, sums } = compiled.metrics.find(({ name }) => name === metric)!;
    return interpret(
      { outputs: new Map([["it", result]]), updates: new Map() },
      {
        values: new Map(),
        scalars: new Map([
          ["count", rows],
          ...sums.map((sum) => [sum, outputs.get(sum)![0]!] as const),
        ]),
        rows: 1,
      },
    ).outputs.get("it")![0]!;
  };
  const close = (found: number, expected: number): void =>
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-4);
  close(told("mae"), mean(Math.abs));
  close(
    told("mse"),
    mean((difference) => difference ** 2),
  );
  close(told("rmse"), Math.sqrt(mean((difference) => difference ** 2)));
});

test("what is not brought to scale has no unit to be told in, and neither has what is calculated", () => {
  const text = (normalize: string, metric: string): string => `
    data D { x: f32[B, 2] y: f32[B, 1] ${normalize} split: (train: 50%, validation: 50%) }
    model Net(x: f32[B, 2]) -> f32[B, 1] { return x -> dense(1) as z }
    train Net on D { loss: mean_squared_error(z, y) metrics: ${metric} }`;
  const units = (normalize: string, metric: string): readonly string[] =>
    compileRun(runOf(text(normalize, metric)))
      .states.filter(({ role }) => role === "unit")
      .map(({ name }) => name);
  expect(units("normalize: standardize", "mae")).toEqual(["unit:y"]);
  expect(units("normalize: (x: standardize)", "mae")).toEqual([]);
  expect(units("normalize: standardize", "r2")).toEqual([]);
  expect(units("normalize: standardize", "mae(2 * z, 2 * y)")).toEqual([]);
});
