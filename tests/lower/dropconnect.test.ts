import { expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { nodesOf, type Graph } from "../../src/compiler/ir/graph.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { interpret } from "../support/every-backend.ts";
import { runOf } from "../support/run-of.ts";

const inputs = 12;
const spec = (model: string, rules = "") => `
data Points { x: f32[B, feature: ${inputs}], y: f32[B, 3] }
model Net(x: f32[B, feature: ${inputs}]) -> f32[B, 3] { return x -> ${model}
  ${rules} }
train Net on Points { loss: mean_squared_error(fit, y), batch: 2, optimizer: sgd(0.1) }`;

/** What the layer's random stream holds at a step. */
function maskAt(path: string, shape: readonly number[], step: number): Float64Array {
  const numbers = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fillUniform(numbers, randomStream(0, path), step);
  return Float64Array.from(numbers);
}

const streamsOf = (graph: Graph) =>
  nodesOf(graph).flatMap((node) =>
    node.op === "random" ? [`${node.attributes.stream} [${node.type.shape.join(", ")}]`] : [],
  );

const weight = Float64Array.from({ length: inputs * 3 }, (_, place) => Math.sin(place + 1));
const x = Float64Array.from({ length: 2 * inputs }, (_, place) => Math.cos(place));
const y = Float64Array.from({ length: 6 }, (_, place) => place / 3);

/** Two rows times a weight [inputs, 3]. */
const product = (of: (place: number) => number): number[] =>
  Array.from({ length: 6 }, (_, at) => {
    const [row, unit] = [Math.floor(at / 3), at % 3];
    return Array.from(
      { length: inputs },
      (_, feature) => x[row * inputs + feature]! * of(feature * 3 + unit),
    ).reduce((sum, each) => sum + each, 0);
  });

test("in training the layer sees the masked, scaled weight, and its gradient is masked alike", () => {
  const { graphs, states } = compileRun(
    runOf(spec("dense(3, bias: off, dropconnect: 0.4) as fit")),
  );
  expect(streamsOf(graphs.train)).toEqual(["fit.weight/dropconnect [12, 3]"]);
  const mask = maskAt("fit.weight/dropconnect", [inputs, 3], 1);
  const values = new Map([
    ["x", x],
    ["y", y],
    ["fit.weight", weight],
    ["fit.weight/dropconnect", mask],
    ...states.map(({ name }) => [name, new Float64Array(1)] as const),
  ]);
  const { outputs, updates } = interpret(graphs.train, {
    values,
    scalars: new Map([
      ["step", 1],
      ["rate", 0.1],
    ]),
    rows: 2,
  });
  const keeps = (place: number): boolean => mask[place]! >= 0.4;
  expect(mask.some((_, place) => keeps(place)) && mask.some((_, place) => !keeps(place))).toBe(
    true,
  );
  const fit = product((place) => (keeps(place) ? weight[place]! / 0.6 : 0));
  // The loss is the mean over the three values, then over the two rows.
  expect(outputs.get("loss")![0]!).toBeCloseTo(
    fit.reduce((sum, value, at) => sum + (value - y[at]!) ** 2, 0) / 6,
    10,
  );
  const gradient = Array.from(weight, (_, place) => {
    const [feature, unit] = [Math.floor(place / 3), place % 3];
    const full = [0, 1].reduce(
      (sum, row) =>
        sum + ((2 * (fit[row * 3 + unit]! - y[row * 3 + unit]!)) / 6) * x[row * inputs + feature]!,
      0,
    );
    return keeps(place) ? full / 0.6 : 0;
  });
  updates
    .get("fit.weight")!
    .forEach((after, place) =>
      expect(after).toBeCloseTo(weight[place]! - 0.1 * gradient[place]!, 10),
    );
});

test("the mean over many masks is the layer without them, with the variance of Bernoulli masks; prediction uses the weights as they are", () => {
  const { graphs } = compileRun(
    runOf(spec("dense(3, bias: off) as fit", "for weights { dropconnect: 0.25 }")),
  );
  expect(streamsOf(graphs.predict)).toEqual([]);
  expect(streamsOf(graphs.evaluate)).toEqual([]);
  const exact = product((place) => weight[place]!);
  expect([
    ...interpret(graphs.predict, {
      values: new Map([
        ["x", x],
        ["fit.weight", weight],
      ]),
      scalars: new Map(),
      rows: 2,
    }).outputs.get("fit")!,
  ]).toEqual(exact.map((each) => expect.closeTo(each, 10)));
  const draws = 4000;
  let [sum, squares, kept] = [0, 0, 0];
  for (let step = 1; step <= draws; step++) {
    const mask = maskAt("fit.weight/dropconnect", [inputs, 3], step);
    const value = product((place) => (mask[place]! >= 0.25 ? weight[place]! / 0.75 : 0))[0]!;
    sum += value;
    squares += value * value;
    kept += mask.filter((each) => each >= 0.25).length;
  }
  // Var = Σ (x w)² p / (1 − p); four standard errors on either side.
  const variance = Array.from(
    { length: inputs },
    (_, feature) => (x[feature]! * weight[feature * 3]!) ** 2 / 3,
  ).reduce((total, each) => total + each, 0);
  expect(Math.abs(sum / draws - exact[0]!)).toBeLessThan(4 * Math.sqrt(variance / draws));
  expect(Math.abs(squares / draws - (sum / draws) ** 2 - variance)).toBeLessThan(0.1 * variance);
  expect(Math.abs(kept / (draws * weight.length) - 0.75)).toBeLessThan(
    4 * Math.sqrt((0.75 * 0.25) / (draws * weight.length)),
  );
});

test("it reaches kernels of convolutions and the matrices of attention; biases, scales and shifts stay whole", () => {
  const image = `
data Images { x: f32[B, h: 4, w: 4, c: 2], y: f32[B, 3] }
model Net(x: f32[B, h: 4, w: 4, c: 2]) -> f32[B, 3] {
  return x -> conv(4, 3, dropconnect: 0.3) as stem -> batch_norm -> relu -> flatten(over: (h, w), into: t)
    -> attention(heads: 2) as mix -> flatten -> dense(3) as fit
  for weights(mix) { dropconnect: 0.5 }
  for weights(mix.key) { dropconnect: 0 }
}
train Net on Images { loss: mean_squared_error(fit, y), batch: 2, optimizer: sgd(0.1) }`;
  expect(streamsOf(compileRun(runOf(image)).graphs.train).toSorted()).toEqual([
    "mix.output/dropconnect [4, 4]",
    "mix.query/dropconnect [4, 4]",
    "mix.value/dropconnect [4, 4]",
    "stem.weight/dropconnect [3, 3, 2, 4]",
  ]);
});

test("a tied weight shares the mask of the weight that it is tied to", () => {
  const tied = spec(
    `dense(${inputs}, bias: off, dropconnect: 0.5) as code -> tanh -> dense(${inputs}, bias: off, weight: transpose(code.weight)) -> dense(3) as fit`,
  );
  expect(streamsOf(compileRun(runOf(tied)).graphs.train)).toEqual([
    `code.weight/dropconnect [${inputs}, ${inputs}]`,
  ]);
});
