import { describe, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { expectClose } from "../support/close.ts";
import { interpretedObjective } from "../support/interpreted-run.ts";
import { randomArray } from "../support/random-numbers.ts";
import { runOf } from "../support/run-of.ts";

// Penalties and activations that the file writes down itself are differentiated like those of the library.
const x = [-1.5, -0.3, 0.2, 2];
const rows = x.length;

/** The objective of y = activation(w x + b) against 0, with a penalty on w; its gradient comes with it. */
function objectiveOf(head: string, activation: string, penalty: string, target = "weights") {
  const rule =
    penalty === ""
      ? ""
      : target === "weights"
        ? `for weights { regularize: ${penalty} }`
        : `for ${target}(fit) { regularize: ${penalty} }`;
  const run = runOf(
    `${head}
data D {\n  x: f32[B, px: 1]\n  y: f32[B, 1]\n}
model Net(x: f32[B, px: 1]) -> f32[B, 1] {\n  return x -> dense(1) as fit ${activation}\n  ${rule}\n}
train Net on D { loss: squared_error(Net_output, y), batch: all, optimizer: lbfgs }`.replace(
      "Net_output",
      activation === "" ? "fit" : "output",
    ),
  );
  return interpretedObjective(compileRun(run, { rows }), {
    values: new Map([
      ["x", Float64Array.from(x)],
      ["y", new Float64Array(rows)],
    ]),
    rows,
  });
}

const points = [
  [0.7, 0.1],
  [-1.2, 0.4],
  [0.05, -2],
] as const;

/** [value, ∂/∂w, ∂/∂b] by hand, with f and its derivative for the activation and p for the penalty. */
function byHand(
  [w, b]: readonly [number, number],
  f: (z: number) => number,
  slope: (z: number) => number,
  p: (w: number) => number = () => 0,
  pSlope: (w: number) => number = () => 0,
) {
  const z = x.map((value) => w * value + b);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / rows;
  return [
    mean(z.map((each) => 0.5 * f(each) ** 2)) + p(w),
    mean(z.map((each, r) => f(each) * slope(each) * x[r]!)) + pSlope(w),
    mean(z.map((each) => f(each) * slope(each))),
  ];
}

async function expectEqual(
  objective: ReturnType<typeof objectiveOf>,
  expected: (point: readonly [number, number]) => readonly number[],
) {
  for (const point of points) {
    const place = await objective.evaluate(Float64Array.from(point));
    expectClose([place.value, ...place.gradient], expected(point), {
      absolute: 1e-12,
      relative: 1e-10,
    });
  }
}

const identity = (z: number) => z;
const one = () => 1;

describe("penalties of the file", () => {
  test.each([
    [
      "cube",
      "define cube(w, s) = s * abs(w) ^ 3",
      "cube(0.3)",
      (w: number) => 0.3 * Math.abs(w) ** 3,
      (w: number) => 0.9 * w * Math.abs(w),
    ],
    [
      "log-cosh with a factor",
      "define smooth(w) = log((exp(w) + exp(-w)) / 2)",
      "0.5 * smooth",
      (w: number) => 0.5 * Math.log(Math.cosh(w)),
      (w: number) => 0.5 * Math.tanh(w),
    ],
    [
      "a condition",
      "define dead(w, t) = if w < -t or w > t then w ^ 2 else 0",
      "dead(0.5)",
      (w: number) => (Math.abs(w) > 0.5 ? w * w : 0),
      (w: number) => (Math.abs(w) > 0.5 ? 2 * w : 0),
    ],
    [
      "weight elimination by hand, beside L1",
      "define eliminate(w, s, w0) = s / 2 * (w / w0) ^ 2 / (1 + (w / w0) ^ 2)",
      "eliminate(0.3, 0.5) + l1(0.1)",
      (w: number) => (0.15 * (w / 0.5) ** 2) / (1 + (w / 0.5) ** 2) + 0.1 * Math.abs(w),
      (w: number) => (0.3 * (w / 0.25)) / (1 + (w / 0.5) ** 2) ** 2 + 0.1 * Math.sign(w),
    ],
  ] as const)("%s", async (_, head, penalty, p, pSlope) =>
    expectEqual(objectiveOf(head, "", penalty), (point) => byHand(point, identity, one, p, pSlope)),
  );

  test("on a value: the mean over the rows", async () => {
    const mean = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / rows;
    await expectEqual(
      objectiveOf("define quartic(v) = v ^ 4", "", "0.1 * quartic", "activations"),
      ([w, b]) => {
        const z = x.map((value) => w * value + b);
        const [value, slopeW, slopeB] = byHand([w, b], identity, one) as [number, number, number];
        return [
          value + 0.1 * mean(z.map((each) => each ** 4)),
          slopeW + 0.4 * mean(z.map((each, r) => each ** 3 * x[r]!)),
          slopeB + 0.4 * mean(z.map((each) => each ** 3)),
        ];
      },
    );
  });
});

describe("activations of the file", () => {
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  test.each([
    [
      "soft cap",
      "define cap(x, limit = 5) = limit * tanh(x / limit)",
      "-> cap(2) as output",
      (z: number) => 2 * Math.tanh(z / 2),
      (z: number) => 1 - Math.tanh(z / 2) ** 2,
    ],
    [
      "swish",
      "define swish(x, beta) = x / (1 + exp(-beta * x))",
      "-> swish(1.5) as output",
      (z: number) => z * sigmoid(1.5 * z),
      (z: number) => sigmoid(1.5 * z) + 1.5 * z * sigmoid(1.5 * z) * (1 - sigmoid(1.5 * z)),
    ],
    [
      "leaky",
      "define leaky(x, a) = if x > 0 then x else a * x",
      "-> leaky(0.1) as output",
      (z: number) => (z > 0 ? z : 0.1 * z),
      (z: number) => (z > 0 ? 1 : 0.1),
    ],
    [
      "bump",
      "define bump(x) = exp(-(x ^ 2)) + max(x, 0)",
      "-> bump as output",
      (z: number) => Math.exp(-z * z) + Math.max(z, 0),
      (z: number) => -2 * z * Math.exp(-z * z) + (z > 0 ? 1 : 0),
    ],
  ] as const)("%s", async (_, head, activation, f, slope) =>
    expectEqual(objectiveOf(head, activation, ""), (point) => byHand(point, f, slope)),
  );
});

test("the gradient of an L1 penalty is 0 at 0, and so is that of |w| in the file", async () => {
  for (const [head, penalty] of [
    ["", "l1(0.3)"],
    ["define absolute(w) = 0.3 * abs(w)", "absolute"],
    ["", "elastic(l1: 0.3, l2: 0.2)"],
  ] as const) {
    const plain = await objectiveOf("", "", "").evaluate(Float64Array.of(0, 0.4));
    const place = await objectiveOf(head, "", penalty).evaluate(Float64Array.of(0, 0.4));
    expectClose([...place.gradient], [...plain.gradient], { absolute: 1e-15 });
  }
});

test("the same definition serves as a penalty, an activation and a Hessian", async () => {
  const text = (optimizer: string) =>
    runOf(`define smooth(w) = log((exp(w) + exp(-w)) / 2)
data D {\n  x: f32[B, px: 1]\n  y: f32[B, 1]\n}
model Net(x: f32[B, px: 1]) -> f32[B, 1] {\n  return x -> dense(1) -> smooth as output\n  for weights { regularize: smooth }\n}
train Net on D { loss: squared_error(output, y), batch: all, optimizer: ${optimizer} }`);
  const objective = interpretedObjective(compileRun(text("newton"), { rows }), {
    values: new Map([
      ["x", randomArray(rows, 1)],
      ["y", randomArray(rows, 2)],
    ]),
    rows,
  });
  const point = Float64Array.of(0.4, -0.3);
  for (const column of [0, 1]) {
    const [up, down] = [
      (await objective.evaluate(point.with(column, point[column]! + 1e-5))).gradient,
      (await objective.evaluate(point.with(column, point[column]! - 1e-5))).gradient,
    ];
    await objective.evaluate(point);
    const exact = await objective.curvature(
      Float64Array.of(Number(column === 0), Number(column === 1)),
    );
    expectClose(
      [...exact],
      [...up].map((value, place) => (value - down[place]!) / 2e-5),
      { absolute: 1e-8, relative: 1e-6 },
    );
  }
});
