import type { ArgumentValues } from "../../src/compiler/library/arguments.ts";
import type { ActivationDefinition } from "../../src/compiler/library/definition.ts";
import { describe, expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import { networkOf } from "../../src/compiler/lints/network.ts";
import { scalarOf } from "../../src/compiler/typed/activations.ts";
import { estimateFlow, layerFlows } from "../../src/compiler/lints/variance.ts";
import { modelOf } from "../support/in-memory.ts";
import { uniformNumbers } from "../support/random-numbers.ts";
import { runOf } from "../support/run-of.ts";

/** E[x²] and E[g²] of the matrices of a chain of stages on 64 inputs, with the initialisers that the stages have by themselves. */
function flowsOf(stages: string, out: number) {
  const model = modelOf(
    `nnspec 1\ndim B\nmodel Net(x: f32[B, px: 64]) -> f32[B, ${out}] {\n  return x -> ${stages}\n}\n`,
  );
  const network = networkOf(model, []);
  return layerFlows(network).map(({ activation, gradient }) => ({
    activation: activation ** 2,
    gradient: gradient ** 2,
  }));
}

describe("closed forms", () => {
  test("linear layers with xavier: 2 n_in / (n_in + n_out) forward, 2 n_out / (n_in + n_out) backward", () => {
    const [first, second] = flowsOf("dense(32) -> dense(16)", 16);
    expect(first!.activation).toBeCloseTo(128 / 96, 12);
    expect(second!.activation).toBeCloseTo((128 / 96) * (64 / 48), 12);
    expect(first!.gradient).toBeCloseTo(32 / 48, 12);
    expect(second!.gradient).toBe(1);
  });

  test("relu with kaiming keeps E[x²] of pre-activations at 2, whatever the depth (He et al. 2015, equation 9)", () => {
    const flows = flowsOf(Array.from({ length: 20 }, () => "dense(64) -> relu").join(" -> "), 64);
    for (const { activation } of flows) expect(activation).toBeCloseTo(2, 2);
  });

  test("the mean of sigmoid² is that of its Taylor series at a small spread: 1/4 + v/16", () => {
    const [, second] = flowsWith(
      "dense(64, init: normal(0.001)) -> sigmoid -> dense(64, init: xavier)",
    );
    expect(second!.activation).toBeGreaterThan(0.25);
    expect(second!.activation).toBeLessThan(0.2502);
  });

  test("normalisation begins anew, and takes the size of its input out of the gradient", () => {
    const big = flowsOf("dense(64, bias: off) -> batch_norm -> relu -> dense(10)", 10);
    expect(big[1]!.activation).toBeCloseTo(((2 * 64) / 74) * 0.5, 3);
  });

  test("prelu with kaiming keeps the size whatever the depth; a branch that is skipped half of the time counts half", () => {
    const flows = flowsOf(Array.from({ length: 20 }, () => "dense(64) -> prelu").join(" -> "), 64);
    for (const { activation, gradient } of flows.slice(0, -1)) {
      expect(activation).toBeCloseTo(2 / (1 + 0.25 ** 2), 2);
      expect(gradient).toBeCloseTo(flows[0]!.gradient, 2);
    }
    const [whole, half] = [
      flowsOf("dense(64) -> dense(64)", 64),
      flowsOf("dense(64) -> stochastic_depth(0.5) -> dense(64)", 64),
    ];
    expect(half[1]!.activation).toBeCloseTo(whole[1]!.activation / 2, 5);
    expect(half[0]!.gradient).toBeCloseTo(whole[0]!.gradient / 2, 5);
  });

  test("attention is the map of its values and that of its output", () => {
    const run = runOf(`data D { x: f32[B, t: 5, c: 32], y: f32[B, t: 5, c: 32] }
model Net(x: f32[B, t: 5, c: 32]) -> f32[B, t: 5, c: 32] {
  return x -> attention(heads: 4) as plain -> attention(heads: 4) as small
  for weights(small) { init: normal(0.02) }
}
train Net on D { loss: mean_squared_error(small, y) }`);
    const { activations, gradients } = estimateFlow(networkOf(run.model, run.weights, run));
    const of = (path: string) =>
      run.model.values.find(({ body }) => body.kind === "layer" && body.layer.path === path)!;
    expect(activations.get(of("plain"))).toBeCloseTo(1, 6);
    expect(activations.get(of("small"))).toBeCloseTo((32 * 0.02 ** 2) ** 2, 10);
    expect(gradients.get(of("plain"))).toBeCloseTo((32 * 0.02 ** 2) ** 2, 10);
  });

  test("a shortcut adds: E[x²] doubles, and the gradient is never below that of the output", () => {
    const model = modelOf(
      "nnspec 1\ndim B\nmodel Net(x: f32[B, px: 64]) -> f32[B, 64] {\n  a = x -> dense(64)\n  b = a + (a -> relu -> dense(64))\n  return b\n}\n",
    );
    const network = networkOf(model, []);
    const { gradients } = estimateFlow(network);
    expect(gradients.get(model.values.find(({ body }) => body.kind === "layer")!)).toBeGreaterThan(
      1,
    );
  });
});

function defaultsOf(definition: ActivationDefinition): ArgumentValues {
  const entries = Object.entries(definition.arguments).map(
    ([name, specification]) =>
      [name, "default" in specification ? specification.default : undefined] as const,
  );
  return Object.fromEntries(entries) as ArgumentValues;
}

describe("every activation on one number is the library's", () => {
  const elementwise = library
    .all("activation")
    .flatMap((definition) =>
      definition.kind === "activation" && !definition.over ? [definition] : [],
    );
  test.each(elementwise.map((definition) => [definition.name, definition] as const))(
    "%s",
    (name, definition) => {
      const { examples = [] } = definition;
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        if (example.arguments?.["form"] === "tanh") continue;
        const scalar = scalarOf({
          definition,
          arguments: { ...defaultsOf(definition), ...example.arguments },
        });
        expect(scalar, name).toBeDefined();
        example.in.forEach((x, index) =>
          expect(scalar!(x), `${name}(${x})`).toBeCloseTo(example.out[index]!, 5),
        );
      }
    },
  );
});

test("the estimate agrees with an experiment: ten layers of tanh and of relu, drawn and run", () => {
  for (const [name, phi, slope] of [
    ["tanh", Math.tanh, (z: number) => 1 - Math.tanh(z) ** 2],
    ["relu", (z: number) => Math.max(0, z), (z: number) => Number(z > 0)],
  ] as const) {
    const stages = `${Array.from({ length: 10 }, () => `dense(64, init: normal(0.15)) -> ${name}`).join(" -> ")} -> dense(64, init: normal(0.15))`;
    const flows = flowsWith(stages);
    const measured = experiment(phi, slope, 11, 64, 0.15, 40);
    expect(
      Math.log10(measured.activation / flows.at(-1)!.activation),
      `${name} forward`,
    ).toBeCloseTo(0, 0);
    expect(Math.log10(measured.gradient / flows[0]!.gradient), `${name} backward`).toBeCloseTo(
      0,
      0,
    );
  }
});

/** As `flowsOf`, with the initialisers of the text: they are rules, so the weights are given what the rules say. */
function flowsWith(stages: string) {
  const model = modelOf(
    `nnspec 1\ndim B\nmodel Net(x: f32[B, px: 64]) -> f32[B, 64] {\n  return x -> ${stages}\n}\n`,
  );
  const drawn = new Map(
    (model.rules ?? []).flatMap(({ keys, paths }) =>
      keys.init
        ? [[paths[0]!.steps.map(({ name }) => name).join("."), keys.init.value] as const]
        : [],
    ),
  );
  const origin = { span: model.span, from: "test" };
  const settings = model.weights.map((weight) => ({
    weight,
    init: {
      use:
        (weight.role === "weights" ? drawn.get(weight.path.replace(/\.weight$/, "")) : undefined) ??
        weight.initializer,
      origin,
    },
    regularize: undefined,
    decay: undefined,
    rate: undefined,
    freeze: undefined,
    dropconnect: undefined,
    load: undefined,
    optimizer: {
      use: { definition: library.find("optimizer", "adam") as never, arguments: {} },
      origin,
    },
  }));
  const network = networkOf(model, settings);
  return layerFlows(network).map(({ activation, gradient }) => ({
    activation: activation ** 2,
    gradient: gradient ** 2,
  }));
}

/** Draws networks and runs random rows forward and back: the mean squares of the last values and of the first layer's gradient. */
function experiment(
  phi: (z: number) => number,
  slope: (z: number) => number,
  layers: number,
  width: number,
  deviation: number,
  trials: number,
) {
  const random = generator(7);
  let [activation, gradient] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const weights = Array.from({ length: layers }, () =>
      Float64Array.from({ length: width * width }, () => deviation * random()),
    );
    const pre: Float64Array[] = [];
    let x = Float64Array.from({ length: width }, random);
    for (const matrix of weights) {
      const z = Float64Array.from({ length: width }, (_, j) =>
        x.reduce((sum, value, i) => sum + value * matrix[i * width + j]!, 0),
      );
      pre.push(z);
      x = z.map(phi);
    }
    activation += meanSquare(pre.at(-1)!) / trials;
    let g = Float64Array.from({ length: width }, random);
    const scale = meanSquare(g);
    for (let layer = layers - 1; layer > 0; layer--) {
      const matrix = weights[layer]!;
      g = Float64Array.from(
        { length: width },
        (_, i) =>
          slope(pre[layer - 1]![i]!) *
          g.reduce((sum, value, j) => sum + value * matrix[i * width + j]!, 0),
      );
    }
    gradient += meanSquare(g) / scale / trials;
  }
  return { activation, gradient };
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

/** Normal numbers from a fixed seed (Box and Muller). */
function generator(seed: number): () => number {
  const uniform = uniformNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
