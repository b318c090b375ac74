import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { expectClose } from "../support/close.ts";
import { interpret } from "../support/every-backend.ts";
import { firstStates, hostScalars, interpretedObjective } from "../support/interpreted-run.ts";
import { randomArray } from "../support/random-numbers.ts";
import { runOf } from "../support/run-of.ts";

/** Columns of the Hessian of a run's objective at random weights (all, or so many spread evenly), and the same from differences of gradients. */
async function hessians(
  text: string,
  rows: number,
  fields: Readonly<Record<string, Float64Array>>,
  most = Infinity,
) {
  const compiled = compileRun(runOf(text), { rows });
  const objective = interpretedObjective(compiled, {
    values: new Map(Object.entries(fields)),
    rows,
  });
  const size = compiled.parameters.reduce(
    (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
    0,
  );
  const point = randomArray(size, 5, -1, 1);
  const exact: number[] = [];
  const differences: number[] = [];
  const apart = Math.max(1, Math.floor(size / most));
  for (let column = 0; column < size; column += apart) {
    await objective.evaluate(point);
    exact.push(
      ...(await objective.curvature(
        Float64Array.from({ length: size }, (_, place) => Number(place === column)),
      )),
    );
    const shifted = async (by: number) =>
      (await objective.evaluate(point.with(column, point[column]! + by))).gradient;
    const [up, down] = [await shifted(1e-5), await shifted(-1e-5)];
    differences.push(...up.map((value, place) => (value - down[place]!) / 2e-5));
  }
  const own = compiled.parameters.flatMap(({ path, shape }, place) =>
    ["", "/direction"].map(
      (suffix) =>
        [
          `${path}${suffix}`,
          randomArray(
            shape.reduce((a, b) => a * b, 1),
            10 * place + suffix.length,
            -1,
            1,
          ),
        ] as const,
    ),
  );
  // The same products in single precision, by the module.
  interpret(
    compiled.graphs.train,
    {
      values: new Map([...firstStates(compiled), ...Object.entries(fields), ...own]),
      scalars: hostScalars(compiled, 1, 1),
      rows,
    },
    { tolerance: 1e-3 },
  );
  return { exact, differences, size };
}

const rows = 6;
const x = randomArray(rows * 4, 1);
const picture = randomArray(rows * 36, 2);
const label = Float64Array.of(0, 1, 2, 1, 0, 2);

const networks: Readonly<
  Record<
    string,
    {
      readonly input: string;
      readonly body: string;
      readonly loss?: string;
      readonly values: Float64Array;
      readonly rules?: string;
    }
  >
> = {
  "dense, tanh, softmax": {
    input: "x: f32[B, px: 4]",
    body: "x -> dense(3) -> tanh -> dense(3) as logits",
    values: x,
  },
  "sigmoid, layer_norm, penalties": {
    input: "x: f32[B, px: 4]",
    body: "x -> dense(3) as first -> sigmoid -> layer_norm -> dense(3) as logits",
    values: x,
    rules:
      "for weights { regularize: l2(0.1) + weight_elimination(0.2, w0: 1) }\n  for probabilities(logits) { regularize: entropy(0.1, sense: maximize) }",
  },
  "convolution, max_pool, softplus": {
    input: "x: f32[B, h: 6, w: 6, c: 1]",
    body: "x -> conv(2, 3) -> max_pool(2) -> softplus -> flatten -> dense(3) as logits",
    values: picture,
  },
  "strided convolution, overlapping max_pool, gelu, avg_pool": {
    input: "x: f32[B, h: 6, w: 6, c: 1]",
    body: "x -> conv(3, 2, stride: 2) -> gelu -> max_pool(2, 1) -> avg_pool(over: (h, w)) -> dense(3) as logits",
    values: picture,
  },
  attention: {
    input: "x: f32[B, t: 3, c: 2]",
    body: "x -> attention(heads: 1) -> avg_pool(over: t) -> dense(3) as logits",
    values: randomArray(rows * 6, 6),
  },
  "embedding and a recurrent cell": {
    input: "x: class[B, t: 4] of 5",
    body: "x -> embedding(2) -> gru(2) -> last(over: t) -> dense(3) as logits",
    values: Float64Array.from({ length: rows * 4 }, (_, place) => (place * 7) % 5),
  },
  "group_norm, prelu": {
    input: "x: f32[B, h: 6, w: 6, c: 1]",
    body: "x -> conv(2, 3, stride: 3) -> group_norm(1) -> prelu -> flatten -> dense(3) as logits",
    values: picture,
  },
  "hinge of smooth scores": {
    input: "x: f32[B, px: 4]",
    body: "x -> dense(2) -> elu -> dense(3) as logits",
    values: x,
    loss: "hinge(logits, y)",
  },
};

describe("the Hessian equals differences of the gradient", () => {
  test.each(Object.entries(networks))(
    "%s",
    async (_, { input, body, values, rules = "", loss = "cross_entropy(logits, y)" }) => {
      const { exact, differences, size } = await hessians(
        `data D {\n  ${input}\n  y: class[B] of 3\n}\nmodel Net(${input}) -> f32[B, 3] {\n  return ${body}\n  ${rules}\n}\ntrain Net on D { loss: ${loss}, batch: all, optimizer: newton }`,
        rows,
        { x: values, y: label },
        15,
      );
      expect(size).toBeGreaterThan(10);
      expectClose(exact, differences, { absolute: 1e-7, relative: 1e-5 });
      expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.01);
    },
  );
});

test("of a linear model with a squared error it is 2 XᵀX / n, the bias as a column of ones", async () => {
  const y = randomArray(rows, 3);
  const { exact } = await hessians(
    "data D {\n  x: f32[B, px: 4]\n  y: f32[B, 1]\n}\nmodel Net(x: f32[B, px: 4]) -> f32[B, 1] {\n  return x -> dense(1) as fit\n}\ntrain Net on D { loss: mean_squared_error(fit, y), batch: all, optimizer: newton }",
    rows,
    { x, y },
  );
  const columns = [0, 1, 2, 3]
    .map((column) => Array.from({ length: rows }, (_, row) => x[row * 4 + column]!))
    .concat([Array<number>(rows).fill(1)]);
  const expected = columns.flatMap((a) =>
    columns.map((b) => (2 / rows) * a.reduce((sum, value, row) => sum + value * b[row]!, 0)),
  );
  expectClose(exact, expected, { absolute: 1e-12, relative: 1e-12 });
});
