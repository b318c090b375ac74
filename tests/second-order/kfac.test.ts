import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import { findings, spec } from "../infer-runs/specs.ts";
import type { OptimizerDefinition } from "../../src/compiler/library/definition.ts";
import { library } from "../../src/compiler/library/index.ts";
import { argumentsOf } from "../support/library-values.ts";
import { expectClose } from "../support/close.ts";
import { firstStates, hostScalars } from "../support/interpreted-run.ts";
import { interpret } from "../support/every-backend.ts";
import { randomArray, uniformNumbers } from "../support/random-numbers.ts";
import { runOf } from "../support/run-of.ts";
import { kroneckerStep } from "../support/two-calls.ts";

type Matrix = readonly (readonly number[])[];
const rowsOf = (values: ArrayLike<number>, width: number): Matrix =>
  Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_each, column) => values[row * width + column]!),
  );
const transposed = (a: Matrix): Matrix => a[0]!.map((_, column) => a.map((row) => row[column]!));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    b[0]!.map((_, column) =>
      row.reduce((sum, value, inner) => sum + value * b[inner]![column]!, 0),
    ),
  );
const scaled = (a: Matrix, factor: number): Matrix =>
  a.map((row) => row.map((value) => value * factor));
const plus = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, r) => row.map((value, c) => value + b[r]![c]!));
const withOnes = (a: Matrix): Matrix => a.map((row) => [...row, 1]);
const diagonal = (size: number, value: number): Matrix =>
  Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_each, c) => (r === c ? value : 0)),
  );
const trace = (a: Matrix): number => a.reduce((sum, row, index) => sum + row[index]!, 0);

/** Gauss and Jordan, with the largest pivot. */
function solve(a: Matrix, b: Matrix): Matrix {
  const m = a.map((row, index) => [...row, ...b[index]!]);
  for (let at = 0; at < m.length; at++) {
    const best = m
      .slice(at)
      .reduce(
        (found, row, index) => (Math.abs(row[at]!) > Math.abs(m[found]![at]!) ? at + index : found),
        at,
      );
    [m[at], m[best]] = [m[best]!, m[at]!];
    const pivot = m[at]!.map((value) => value / m[at]![at]!);
    for (let row = 0; row < m.length; row++)
      m[row] =
        row === at ? pivot : m[row]!.map((value, column) => value - m[row]![at]! * pivot[column]!);
  }
  return m.map((row) => row.slice(a.length));
}

const fixed = (entries: Readonly<Record<string, ArrayLike<number>>>) =>
  new Map(
    Object.entries(entries).map(([name, values]) => [name, Float64Array.from(values)] as const),
  );

/** Random streams that a plan draws, with numbers for them. */
function draws(compiled: CompiledRun, seed: number): ReadonlyMap<string, Float64Array> {
  const next = uniformNumbers(seed);
  return new Map(
    nodesOf(compiled.graphs.train).flatMap((node) =>
      node.op === "random"
        ? [
            [
              node.attributes.stream,
              Float64Array.from({ length: node.type.shape.reduce((a, b) => a * b, 1) }, next),
            ] as const,
          ]
        : [],
    ),
  );
}

describe("on a linear model K-FAC is the natural gradient", () => {
  const rows = 8;
  const x = rowsOf(randomArray(rows * 3, 1), 3);
  const y = rowsOf(randomArray(rows * 2, 2), 2);
  const weight = rowsOf(randomArray(3 * 2, 3), 2);
  const bias = [[0.3, -0.2]];
  const text = (loss: string, settings = "") => `data D {\n  x: f32[B, px: 3]\n  y: f32[B, 2]\n}
model Net(x: f32[B, px: 3]) -> f32[B, 2] {\n  return x -> dense(2) as fit\n}
train Net on D { loss: ${loss}, batch: ${rows}, optimizer: kfac(1, damping: 1e-12, momentum: 0, every: 1 ${settings}) }`;

  /** Normal numbers that are all ±1, with the mean square the unit matrix: radius 1, angles 0 and π. */
  const signs = Array.from({ length: rows }, (_, row) => [0, (row % 2) / 2]).flat();
  const unit = {
    "fisher/1/radius": Array.from({ length: rows * 2 }, () => 1 - Math.exp(-0.5)),
    "fisher/1/angle": signs.map((angle, place) =>
      place % 2 === 0 ? (Math.floor(place / 4) % 2) / 2 : angle,
    ),
  };

  test.each([
    ["squared_error(fit, y)", 1],
    ["mean_squared_error(fit, y)", 1],
    ["3 * squared_error(fit, y)", 3],
  ])("%s: w - F^-1 g, F the Fisher matrix written out", async (loss) => {
    const compiled = compileRun(runOf(text(loss)));
    const values = new Map([
      ...firstStates(compiled),
      ...fixed({
        x: x.flat(),
        y: y.flat(),
        "fit.weight": weight.flat(),
        "fit.bias": bias.flat(),
        ...unit,
      }),
    ]);
    const state = await kroneckerStep(compiled, { values, rows }, 1);
    // F = E[x̄ x̄ᵀ] ⊗ h I and g = E[x̄ ⊗ h (w x̄ − y)]: h cancels, and the natural step from anywhere is the least squares solution.
    const inputs = withOnes(x);
    const outputsOf = inputs.map((row) =>
      [0, 1].map((k) =>
        row.reduce((sum, value, i) => sum + value * [...weight, ...bias][i]![k]!, 0),
      ),
    );
    const gradient = inputs[0]!.flatMap((_, i) =>
      [0, 1].map((k) => [
        inputs.reduce((sum, row, r) => sum + (row[i]! * (outputsOf[r]![k]! - y[r]![k]!)) / rows, 0),
      ]),
    );
    const fisher = gradient.map((_, p) =>
      gradient.map((_each, q) =>
        p % 2 === q % 2
          ? inputs.reduce(
              (sum, row) => sum + (row[Math.floor(p / 2)]! * row[Math.floor(q / 2)]!) / rows,
              0,
            )
          : 0,
      ),
    );
    const natural = solve(fisher, gradient).flat();
    const before = [...weight, ...bias].flat();
    const after = [...state.get("fit.weight")!, ...state.get("fit.bias")!];
    expectClose(
      after,
      before.map((value, place) => value - natural[place]!),
      { absolute: 2e-5 },
    );
    const least = solve(times(transposed(inputs), inputs), times(transposed(inputs), y)).flat();
    expectClose(after, least, { absolute: 2e-5 });
  });

  test("with a softmax of two classes, whose Fisher matrix is no product, only the mean of A and G counts", async () => {
    // Where all rows have the same scores (w = 0) A and G are independent, and K-FAC is exact again.
    const compiled = compileRun(
      runOf(`data D {\n  x: f32[B, px: 3]\n  y: class[B] of 2\n}
model Net(x: f32[B, px: 3]) -> f32[B, 2] {\n  return x -> dense(2) as fit\n}
train Net on D { loss: cross_entropy(fit, y), batch: ${rows}, optimizer: kfac(1, damping: 1e-2, momentum: 0, every: 1) }`),
    );
    const label = [0, 1, 1, 0, 1, 0, 0, 0];
    const uniform = Array.from({ length: rows }, (_, row) =>
      row % 2 === 0 ? [0.9, 0.1] : [0.1, 0.9],
    ).flat();
    const values = new Map([
      ...firstStates(compiled),
      ...fixed({
        x: x.flat(),
        y: label,
        "fit.weight": new Float64Array(6),
        "fit.bias": [0, 0],
        "fisher/1/class": uniform,
      }),
    ]);
    const state = await kroneckerStep(compiled, { values, rows }, 1);
    const a = scaled(times(transposed(withOnes(x)), withOnes(x)), 1 / rows);
    const g: Matrix = [
      [0.25, -0.25],
      [-0.25, 0.25],
    ];
    const pi = Math.sqrt(trace(a) / 4 / (trace(g) / 2));
    const slope = label.map((k) => [0.5 - Number(k === 0), 0.5 - Number(k === 1)]);
    const gradient = scaled(times(transposed(withOnes(x)), slope), 1 / rows);
    const left = solve(plus(a, diagonal(4, pi * 0.1)), gradient);
    const direction = transposed(solve(plus(g, diagonal(2, 0.1 / pi)), transposed(left)));
    expectClose(
      [...state.get("fit.weight")!, ...state.get("fit.bias")!],
      direction.flat().map((value) => -value),
      { absolute: 1e-6, relative: 1e-5 },
    );
  });
});

describe("the path of a small network is that of the paper, step by step", () => {
  const rows = 6;
  const x = rowsOf(randomArray(rows * 3, 4), 3);
  const label = [0, 2, 1, 1, 0, 2];
  const start = {
    w1: rowsOf(randomArray(12, 5, -1, 1), 4),
    b1: [[0.1, -0.1, 0.2, 0]],
    w2: rowsOf(randomArray(12, 6, -1, 1), 3),
    b2: [[0, 0.1, -0.1]],
  };
  const settings = {
    rate: 0.05,
    damping: 0.02,
    momentum: 0.8,
    average: 0.7,
    every: 2,
    clip: 0.004,
  };

  /** Everything by hand: forward, backward, factors, damping, clip, momentum. */
  function byHand(steps: number): readonly number[][] {
    const layers = [
      [...start.w1, ...start.b1],
      [...start.w2, ...start.b2],
    ].map((w) => ({
      w: w as Matrix,
      v: scaled(w, 0),
      a: undefined as Matrix | undefined,
      g: undefined as Matrix | undefined,
      inverses: [] as Matrix[],
    }));
    const [first, second] = layers as [(typeof layers)[number], (typeof layers)[number]];
    return Array.from({ length: steps }, (_, index) => {
      const step = index + 1;
      const inputs = withOnes(x);
      const hidden = times(inputs, first.w).map((row) => row.map(Math.tanh));
      const scores = times(withOnes(hidden), second.w);
      const shares = scores.map((row) =>
        row.map((value) => Math.exp(value) / row.reduce((sum, each) => sum + Math.exp(each), 0)),
      );
      const slope2 = shares.map((row, r) => row.map((value, k) => value - Number(k === label[r])));
      const slope1 = times(slope2, transposed(second.w.slice(0, -1))).map((row, r) =>
        row.map((value, k) => value * (1 - hidden[r]![k]! ** 2)),
      );
      const share = Math.min(1 - 1 / step, settings.average);
      const directions = (
        [
          [first, inputs, slope1],
          [second, withOnes(hidden), slope2],
        ] as const
      ).map(([layer, into, slope]) => {
        const [a, g] = [into, slope].map((each) =>
          scaled(times(transposed(each), each), 1 / rows),
        ) as [Matrix, Matrix];
        layer.a = layer.a ? plus(scaled(layer.a, share), scaled(a, 1 - share)) : a;
        layer.g = layer.g ? plus(scaled(layer.g, share), scaled(g, 1 - share)) : g;
        if ((step - 1) % settings.every === 0) {
          const pi = Math.sqrt(trace(layer.a) / layer.a.length / (trace(layer.g) / layer.g.length));
          const root = Math.sqrt(settings.damping);
          layer.inverses = [
            solve(plus(layer.a, diagonal(layer.a.length, pi * root)), diagonal(layer.a.length, 1)),
            solve(plus(layer.g, diagonal(layer.g.length, root / pi)), diagonal(layer.g.length, 1)),
          ];
        }
        const gradient = scaled(times(transposed(into), slope), 1 / rows);
        return {
          layer,
          gradient,
          direction: times(times(layer.inverses[0]!, gradient), layer.inverses[1]!),
        };
      });
      const change = directions.reduce(
        (sum, { gradient, direction }) =>
          sum +
          direction
            .flat()
            .reduce((inner, value, place) => inner + value * gradient.flat()[place]!, 0),
        0,
      );
      const factor = Math.min(1, Math.sqrt(settings.clip / (settings.rate ** 2 * change)));
      for (const { layer, direction } of directions) {
        layer.v = plus(scaled(layer.v, settings.momentum), scaled(direction, factor));
        layer.w = plus(layer.w, scaled(layer.v, -settings.rate));
      }
      return [...first.w.flat(), ...second.w.flat()];
    });
  }

  test.each([true, false])("clipped: %s", async (clipped) => {
    const written = `kfac(${settings.rate}, damping: ${settings.damping}, momentum: ${settings.momentum}, average: ${settings.average}, every: ${settings.every}, fisher: empirical ${clipped ? `, kl_clip: ${settings.clip}` : ""})`;
    const compiled = compileRun(
      runOf(`data D {\n  x: f32[B, px: 3]\n  y: class[B] of 3\n}
model Net(x: f32[B, px: 3]) -> f32[B, 3] {\n  return x -> dense(4) as first -> tanh -> dense(3) as second\n}
train Net on D { loss: cross_entropy(second, y), batch: 8, optimizer: ${written} }`),
    );
    let values: ReadonlyMap<string, Float64Array> = new Map([
      ...firstStates(compiled),
      ...fixed({
        x: x.flat(),
        y: label,
        "first.weight": start.w1.flat(),
        "first.bias": start.b1.flat(),
        "second.weight": start.w2.flat(),
        "second.bias": start.b2.flat(),
      }),
    ]);
    const path: number[][] = [];
    for (let step = 1; step <= 7; step++) {
      values = await kroneckerStep(compiled, { values, rows }, step);
      path.push(
        ["first.weight", "first.bias", "second.weight", "second.bias"].flatMap((name) => [
          ...values.get(name)!,
        ]),
      );
    }
    const before = settings.clip;
    if (!clipped) settings.clip = Infinity;
    const expected = byHand(7);
    settings.clip = before;
    expectClose(path.flat(), expected.flat(), { absolute: 2e-6, relative: 2e-5 });
    expect(Math.abs(path[6]![0]! - start.w1[0]![0]!)).toBeGreaterThan(1e-3);
  });
});

describe("convolutions (Grosse, Martens 2016)", () => {
  const rows = 3;
  const pictures = randomArray(rows * 5 * 4 * 2, 7);
  const compiled = compileRun(
    runOf(`data D {\n  x: f32[B, h: 5, w: 4, c: 2]\n  y: class[B] of 3\n}
model Net(x: f32[B, h: 5, w: 4, c: 2]) -> f32[B, 3] {\n  return x -> conv(3, (3, 2), stride: (2, 1)) as first -> tanh -> avg_pool(over: (h, w)) -> dense(3) as second\n}
train Net on D { loss: cross_entropy(second, y), batch: ${rows}, optimizer: kfac(0.1, fisher: empirical) }`),
  );
  const values = new Map([
    ...firstStates(compiled),
    ...fixed({
      x: pictures,
      y: [0, 2, 1],
      "first.weight": randomArray(36, 8),
      "first.bias": [0, 0.1, 0.2],
      "second.weight": randomArray(9, 9),
      "second.bias": [0, 0, 0],
    }),
  ]);
  const { updates } = interpret(compiled.graphs.train, {
    values,
    scalars: hostScalars(compiled, 1, 10),
    rows,
  });

  /** What the kernel sees at each of the 3 × 4 places, zeros outside, and a 1 for the bias. `same`: odd zeros at the end. */
  const patchesOf = (row: number): Matrix =>
    Array.from({ length: 12 }, (_, place) => {
      const [top, left] = [Math.floor(place / 4) * 2 - 1, place % 4];
      const taps = Array.from(
        { length: 6 },
        (_each, tap) => [top + Math.floor(tap / 2), left + (tap % 2)] as const,
      );
      return [
        ...taps.flatMap(([h, w]) =>
          [0, 1].map((c) =>
            h < 0 || h >= 5 || w >= 4 ? 0 : pictures[((row * 5 + h) * 4 + w) * 2 + c]!,
          ),
        ),
        1,
      ];
    });

  test("A is the mean over the rows of the sum over places of patches", () => {
    const all = [0, 1, 2].flatMap((row) => patchesOf(row));
    expectClose(
      updates.get("first/inputs")!,
      scaled(times(transposed(all), all), 1 / rows).flat(),
      { absolute: 1e-12, relative: 1e-10 },
    );
  });

  test("G is the mean over rows and places of the gradients at the outputs", () => {
    // With tanh and a mean over the places these can be written down.
    const [kernel, shift] = [
      rowsOf(values.get("first.weight")!, 3),
      [...values.get("first.bias")!],
    ];
    const top = rowsOf(values.get("second.weight")!, 3);
    const slopes = [0, 1, 2].flatMap((row) => {
      const outputs = times(patchesOf(row), [...kernel, shift]).map((place) =>
        place.map(Math.tanh),
      );
      const pooled = [
        [0, 1, 2].map((k) => outputs.reduce((sum, place) => sum + place[k]!, 0) / 12),
      ];
      const scores = times(pooled, top)[0]!;
      const total = scores.reduce((sum, each) => sum + Math.exp(each), 0);
      const upper = scores.map(
        (value, k) => Math.exp(value) / total - Number(k === [0, 2, 1][row]),
      );
      const below = top.map((weights) =>
        weights.reduce((sum, value, k) => sum + value * upper[k]!, 0),
      );
      return outputs.map((place) =>
        place.map((value, k) => (below[k]! / 12) * (1 - value * value)),
      );
    });
    expectClose(
      updates.get("first/outputs")!,
      scaled(times(transposed(slopes), slopes), 1 / rows / 12).flat(),
      { absolute: 1e-14, relative: 1e-9 },
    );
  });
});

describe("which layers are treated, and how", () => {
  const rows = 2;
  const made = (body: string, rules = "") =>
    compileRun(
      runOf(`data D {\n  x: f32[B, t: 3, c: 2]\n  y: class[B] of 2\n}
block Twice()(x: f32[B, t: 3, c: 2]) -> f32[B, t: 3, c: 2] {\n  return x -> dense(2, over: c)\n}
model Net(x: f32[B, t: 3, c: 2]) -> f32[B, 2] {\n  shared twice = Twice\n  return ${body}\n  ${rules}\n}
train Net on D { loss: cross_entropy(logits, y), batch: ${rows}, optimizer: kfac(0.1, fisher: empirical) }`),
    );
  const factors = (compiled: CompiledRun) =>
    compiled.states
      .filter(({ name }) => /\/(inputs|outputs)$/.test(name))
      .map(({ name, shape }) => `${name} ${shape[0]}`);

  test("a dense layer over c at every place, its bias frozen: places add up in A and are averaged in G", () => {
    const compiled = made(
      "x -> twice -> dense(3, over: c) as first -> avg_pool(over: t) -> dense(2) as logits",
      "for biases(first) { freeze: on }",
    );
    expect(factors(compiled)).toEqual([
      "twice.dense_1/inputs 3",
      "twice.dense_1/outputs 2",
      "first/inputs 2",
      "first/outputs 3",
      "logits/inputs 4",
      "logits/outputs 2",
    ]);
    const x = randomArray(12, 3);
    const weights = {
      "first.weight": randomArray(6, 5),
      "first.bias": [0, 0, 0],
      "logits.weight": randomArray(6, 6),
      "logits.bias": [0, 0],
    };
    const [twice, twiceBias] = compiled.parameters
      .map(({ path }) => path)
      .filter((path) => path.startsWith("twice"));
    const values = new Map([
      ...firstStates(compiled),
      ...fixed({ x, y: [0, 1], ...weights, [twice!]: [1, 0, 0, 1], [twiceBias!]: [0, 0] }),
    ]);
    const { updates } = interpret(compiled.graphs.train, {
      values,
      scalars: hostScalars(compiled, 1, 10),
      rows,
    });
    const places = rowsOf(x, 2);
    expectClose(
      updates.get("first/inputs")!,
      scaled(times(transposed(places), places), 1 / rows).flat(),
      { absolute: 1e-12 },
    );
    // The mean over 3 places hands each a third of what comes from above.
    const top = rowsOf(weights["logits.weight"], 2);
    const outer = [0, 1].map((row) => {
      const pooled = [0, 1, 2].map(
        (k) =>
          [0, 1, 2].reduce(
            (sum, t) =>
              sum +
              places[row * 3 + t]!.reduce(
                (inner, value, i) => inner + value * weights["first.weight"][i * 3 + k]!,
                0,
              ),
            0,
          ) / 3,
      );
      const scores = [0, 1].map((k) =>
        pooled.reduce((sum, value, i) => sum + value * top[i]![k]!, 0),
      );
      const total = scores.reduce((sum, value) => sum + Math.exp(value), 0);
      return top.map(
        (own) =>
          own.reduce(
            (sum, value, k) => sum + value * (Math.exp(scores[k]!) / total - Number(k === row)),
            0,
          ) / 3,
      );
    });
    expectClose(
      updates.get("first/outputs")!,
      scaled(times(transposed(outer), outer), 1 / rows).flat(),
      { absolute: 1e-12 },
    );
  });

  test("not a layer that is used twice, nor one in groups, nor one with masks on its weights", () => {
    expect(factors(made("x -> twice -> twice -> flatten -> dense(2) as logits"))).toEqual([
      "logits/inputs 7",
      "logits/outputs 2",
    ]);
    expect(factors(made("x -> conv(2, 3, groups: 2) -> flatten -> dense(2) as logits"))).toEqual([
      "logits/inputs 7",
      "logits/outputs 2",
    ]);
    expect(
      factors(made("x -> conv(2, 3, bias: off) as first -> flatten -> dense(2) as logits")),
    ).toEqual(["first/inputs 6", "first/outputs 2", "logits/inputs 7", "logits/outputs 2"]);
    expect(
      factors(
        made(
          "x -> dense(2, over: c) as first -> flatten -> dense(2) as logits",
          "for weights(first) { dropconnect: 0.5 }",
        ),
      ),
    ).toEqual(["logits/inputs 7", "logits/outputs 2"]);
    expect(
      factors(
        made(
          "x -> dense(2, over: c) as first -> flatten -> dense(2) as logits",
          "for weights(first) { optimizer: adam }",
        ),
      ),
    ).toEqual(["logits/inputs 7", "logits/outputs 2"]);
    expect(
      factors(
        made(
          "x -> dense(2, over: c) as first -> flatten -> dense(2) as logits",
          "for weights(first) { freeze: on }",
        ),
      ),
    ).toEqual(["logits/inputs 7", "logits/outputs 2"]);
  });

  test("a layer without factors moves by its plain gradient", async () => {
    const compiled = made("x -> conv(2, 3, groups: 2) as first -> flatten -> dense(2) as logits");
    const plain = compileRun({
      ...compiled.run,
      optimizer: compiled.run.optimizer,
      weights: compiled.run.weights.map((settings) => ({
        ...settings,
        optimizer: { ...settings.optimizer, use: sgdOf(compiled) },
      })),
    });
    const values = new Map([
      ...firstStates(compiled),
      ...fixed({
        x: randomArray(12, 3),
        y: [0, 1],
        "first.weight": randomArray(6, 4),
        "first.bias": [0.1, 0],
        "logits.weight": randomArray(12, 5),
        "logits.bias": [0, 0],
      }),
    ]);
    const state = await kroneckerStep(compiled, { values, rows }, 1);
    const { updates } = interpret(plain.graphs.train, {
      values,
      scalars: hostScalars(plain, 1, 100),
      rows,
    });
    expectClose(state.get("first.weight")!, updates.get("first.weight")!, { absolute: 1e-12 });
    expect(
      Math.abs(state.get("logits.weight")![0]! - updates.get("logits.weight")![0]!),
    ).toBeGreaterThan(1e-6);
  });
});

test("the step in two calls counts its rows once, and brings running statistics up to date once", async () => {
  const compiled = compileRun(
    runOf(`data D {\n  x: f32[B, px: 2]\n  y: class[B] of 2\n}
model Net(x: f32[B, px: 2]) -> f32[B, 2] {\n  return x -> dense(3) as first -> batch_norm as norm -> dense(2) as logits\n}
train Net on D { loss: cross_entropy(logits, y), batch: 4, optimizer: kfac(0.1, every: 2) }`),
  );
  const entries = compiled.parameters.map(
    ({ path, shape }, place) =>
      [
        path,
        randomArray(
          shape.reduce((a, b) => a * b, 1),
          place,
        ),
      ] as const,
  );
  let values: ReadonlyMap<string, Float64Array> = new Map([
    ...firstStates(compiled),
    ...entries,
    ...draws(compiled, 5),
    ...fixed({ x: randomArray(8, 9), y: [0, 1, 1, 0] }),
  ]);
  const start = values;
  values = await kroneckerStep(compiled, { values, rows: 4 }, 1);
  expect(values.get("monitor/count")![0]).toBe(4);
  // Statistics and factors of one call that does everything, from the same start.
  const { updates } = interpret(compiled.graphs.train, {
    values: start,
    scalars: hostScalars(compiled, 1, 100),
    rows: 4,
  });
  for (const name of [
    "norm.mean",
    "norm.variance",
    "first/inputs",
    "first/outputs",
    "monitor/loss",
  ])
    expectClose(values.get(name)!, updates.get(name)!, { absolute: 1e-14 });
  const inverse = values.get("first/inputs_inverse")!;
  values = await kroneckerStep(compiled, { values, rows: 4 }, 2);
  expect(values.get("monitor/count")![0]).toBe(8);
  expect([...values.get("first/inputs_inverse")!]).toEqual([...inverse]);
  values = await kroneckerStep(compiled, { values, rows: 4 }, 3);
  expect([...values.get("first/inputs_inverse")!]).not.toEqual([...inverse]);
});

/** Plain descent at the rate of the run. */
function sgdOf(compiled: CompiledRun) {
  const definition = library.find("optimizer", "sgd") as OptimizerDefinition;
  return {
    definition,
    arguments: argumentsOf(definition, { rate: compiled.run.optimizer.use.arguments["rate"] }),
  };
}

describe("targets are drawn from what the model predicts", () => {
  const rows = 4000;
  const of = (loss: string, label: string, width: number) => {
    const compiled = compileRun(
      runOf(`data D {\n  x: f32[B, px: 1]\n  y: ${label}\n}
model Net(x: f32[B, px: 1]) -> f32[B, ${width}] {\n  return x -> dense(${width}) as fit\n}
train Net on D { loss: ${loss}, batch: ${rows}, optimizer: kfac }`),
    );
    const bias = [0.5, -0.4, 0.1].slice(0, width);
    const values = new Map([
      ...firstStates(compiled),
      ...draws(compiled, 11),
      ...fixed({
        x: new Float64Array(rows),
        y: new Float64Array(label.startsWith("f32") ? rows * width : rows),
        "fit.weight": new Float64Array(width),
        "fit.bias": bias,
      }),
    ]);
    return {
      bias,
      found: rowsOf(
        interpret(compiled.graphs.train, {
          values,
          scalars: hostScalars(compiled, 1, 10),
          rows,
        }).updates.get("fit/outputs")!,
        width,
      ),
    };
  };
  // Entries of G are means of 4000 bounded or normal products: four standard errors of at most √(2 / 4000) each.
  const near = { absolute: 4 * Math.sqrt(2 / rows) * 0.35 };

  test("cross_entropy: diag(p) - p pᵀ", () => {
    const { bias, found } = of("cross_entropy(fit, y)", "class[B] of 3", 3);
    const total = bias.reduce((sum, value) => sum + Math.exp(value), 0);
    const p = bias.map((value) => Math.exp(value) / total);
    expectClose(
      found.flat(),
      p.flatMap((a, i) => p.map((b, j) => (i === j ? a : 0) - a * b)),
      near,
    );
  });

  test("kl, with a factor: as many times that", () => {
    const { bias, found } = of("4 * kl(fit, y)", "f32[B, 3]", 3);
    const total = bias.reduce((sum, value) => sum + Math.exp(value), 0);
    const p = bias.map((value) => Math.exp(value) / total);
    expectClose(
      found.flat(),
      p.flatMap((a, i) => p.map((b, j) => 4 * ((i === j ? a : 0) - a * b))),
      { absolute: near.absolute * 4 },
    );
  });

  test("binary_cross_entropy: p (1 - p) / 2 for each of two", () => {
    const { bias, found } = of("binary_cross_entropy(fit, y)", "f32[B, 2]", 2);
    const variance = bias.map((value) => 1 / (1 + Math.exp(-value))).map((p) => (p * (1 - p)) / 2);
    expectClose(found.flat(), [variance[0]!, 0, 0, variance[1]!], { absolute: near.absolute / 4 });
  });

  test("mean_squared_error: 2 / k, and squared_error: 1", () => {
    expectClose(of("mean_squared_error(fit, y)", "f32[B, 2]", 2).found.flat(), [1, 0, 0, 1], {
      absolute: 4 * Math.sqrt(2 / rows),
    });
    expectClose(
      of("mean_squared_error(fit, y) + squared_error(fit, y)", "f32[B, 2]", 2).found.flat(),
      [2, 0, 0, 2],
      { absolute: 8 * Math.sqrt(2 / rows) },
    );
  });
});

describe("what is told", () => {
  test.each([
    ["dense layers only", spec({ train: "optimizer: kfac(1e-2, damping: 1e-3)" }), []],
    [
      "a loss without a distribution",
      spec({ train: "optimizer: kfac", loss: "loss: hinge(logits, label)" }),
      ["NN0745 kfac"],
    ],
    [
      "the data's own targets",
      spec({ train: "optimizer: kfac(fisher: empirical)", loss: "loss: hinge(logits, label)" }),
      [],
    ],
    [
      "scales and shifts",
      spec({
        train: "optimizer: kfac",
        body: "return image -> dense(8) -> layer_norm -> relu -> dense(10) as logits",
      }),
      ["NN0744 kfac"],
    ],
    ["for some weights only", spec({ train: "for parameters(logits) { optimizer: kfac }" }), []],
    ["a damping of 0", spec({ train: "optimizer: kfac(damping: 0)" }), ["NN0406 0"]],
  ])("%s", (_, text, expected) =>
    expect(findings(text).filter((each) => !each.startsWith("NN1"))).toEqual(expected),
  );
});
