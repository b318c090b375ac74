import { describe, expect, test } from "vitest";
import { checkText } from "../support/check-text.ts";

/** `NN2005 error` of every lint's finding in a model of 64 inputs, or of a run of it. */
function model(stages: string, rules = "", out = 10, input = "px: 64"): readonly string[] {
  return lintsOf(
    `model Net(x: f32[B, ${input}]) -> f32[B, ${out}] {\n  return x\n    -> ${stages}\n  ${rules}\n}\n`,
  );
}

function run(stages: string, settings: string, rules = ""): readonly string[] {
  return lintsOf(`data Digits {
  x: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(x: f32[B, px: 64]) -> f32[B, 10] {
  return x -> ${stages} as logits
  ${rules}
}
train Net on Digits { loss: cross_entropy(logits, label)\n ${settings} }
`);
}

function lintsOf(text: string): readonly string[] {
  const { diagnostics } = checkText(`nnspec 1\ndim B\n${text}`);
  const others = diagnostics.filter(
    ({ code, severity }) => severity === "error" && !code.startsWith("NN20"),
  );
  expect(
    others.map(({ code, message }) => `${code} ${message}`),
    text,
  ).toEqual([]);
  return diagnostics
    .filter(({ code }) => code.startsWith("NN20"))
    .map(({ code, severity }) => `${code} ${severity}`);
}

describe("constant initialisation", () => {
  test.each([
    [
      "all zero: for ever",
      "dense(8) -> tanh -> dense(10)",
      "for weights { init: zeros }",
      ["NN2001 error"],
    ],
    [
      "ones are no better",
      "dense(8) -> tanh -> dense(10)",
      "for weights { init: ones }",
      ["NN2001 error"],
    ],
    [
      "normal without spread is constant",
      "dense(8) -> tanh -> dense(10)",
      "for weights { init: normal(0) }",
      ["NN2001 error"],
    ],
    [
      "zeros before relu are dead, whatever comes after",
      "dense(8, init: zeros) -> relu -> dense(10)",
      "",
      ["NN2001 error"],
    ],
    [
      "random weights after it tell the units apart",
      "dense(8, init: constant(0.1)) -> tanh -> dense(10)",
      "",
      ["NN2001 warning"],
    ],
    ["a last layer of zeros learns", "dense(8) -> tanh -> dense(10, init: zeros)", "", []],
    ["one unit cannot be like its neighbour", "dense(1, init: zeros) -> tanh -> dense(10)", "", []],
    [
      "hand-set values are meant",
      "dense(2, init: values(1, 1), bias: off) -> tanh -> dense(10)",
      "",
      [],
    ],
  ])("%s", (_, stages, rules, expected) =>
    expect(model(stages, rules, 10, stages.includes("values") ? "px: 1" : "px: 64")).toEqual(
      expected,
    ),
  );

  test("what is frozen is not trained, and zero epochs train nothing", () => {
    expect(
      run("dense(8) as h -> tanh -> dense(10)", "", "for weights(h) { init: zeros, freeze: on }"),
    ).toEqual([]);
    expect(
      run("dense(8) as h -> tanh -> dense(10)", "epochs: 0", "for weights { init: zeros }"),
    ).toEqual([]);
  });
});

describe("layers without an activation between them", () => {
  test.each([
    ["through dropout", "dense(32) -> dropout(0.5) -> dense(10)", ["NN2018 warning"]],
    ["identity is no activation", "dense(32) -> identity -> dense(10)", ["NN2005 warning"]],
    [
      "normalisation over the batch is linear",
      "dense(32, bias: off) -> batch_norm -> dense(10)",
      ["NN2018 warning"],
    ],
    ["layer normalisation is not", "dense(32) -> layer_norm -> dense(10)", []],
    ["a bottleneck is meant", "dense(4) -> dense(10)", []],
  ])("%s", (_, stages, expected) => expect(model(stages)).toEqual(expected));

  test("depthwise convolutions, and 1 × k after k × 1, are factors of one kernel", () => {
    const image = "h: 8, w: 8, c: 4";
    expect(
      model(
        "conv(8, 3) -> conv(8, 3) -> relu -> avg_pool(over: (h, w)) -> dense(10)",
        "",
        10,
        image,
      ),
    ).toEqual(["NN2005 warning"]);
    expect(
      model(
        "conv(4, 3, groups: 4) -> conv(8, 1) -> relu -> avg_pool(over: (h, w)) -> dense(10)",
        "",
        10,
        image,
      ),
    ).toEqual([]);
    expect(
      model(
        "conv(8, (1, 3)) -> conv(8, (3, 1)) -> relu -> avg_pool(over: (h, w)) -> dense(10)",
        "",
        10,
        image,
      ),
    ).toEqual([]);
  });
});

describe("runs", () => {
  const mlp = "dense(32) -> relu -> dense(10)";
  test.each([
    ["ten times the usual rate is the border", "optimizer: adam(0.01)", []],
    ["beyond it", "optimizer: adamw(0.011)", ["NN2012 warning"]],
    [
      "a rise begins the schedule",
      "batch: 1024\n optimizer: sgd(1)\n schedule: warmup(3 epochs) then constant",
      [],
    ],
    ["none does", "batch: 1024\n optimizer: sgd(1)", ["NN2015 warning"]],
    ["updates are as large", "batch: 256\n accumulate: 4\n optimizer: sgd(1)", ["NN2015 warning"]],
    ["updates are smaller", "batch: 128\n accumulate: 2\n optimizer: sgd(1)", []],
    [
      "few steps end before AdaGrad's die out",
      "optimizer: adagrad\n epochs: 500\n steps: 1000",
      [],
    ],
    ["keep by the training loss", "keep: best(train.loss)", ["NN2022 warning"]],
  ])("%s", (_, settings, expected) => expect(run(mlp, settings)).toEqual(expected));

  test("L2 with Adam: also within an elastic net, not on frozen weights, not where another optimizer trains them", () => {
    expect(run(mlp, "", "for weights { regularize: elastic(l1: 1e-5, l2: 1e-4) }")).toEqual([
      "NN2010 note",
    ]);
    expect(run(mlp, "", "for weights { regularize: l1(1e-5) }")).toEqual([]);
    expect(
      run(mlp, "", "for weights { regularize: l2(1e-4) }\n for parameters { optimizer: sgd(0.1) }"),
    ).toEqual([]);
  });
});

test("a block that is used many times, or a model of many runs, is told once", () => {
  const found = lintsOf(
    "block Two()(x: f32[B, c: 32]) -> f32[B, c: 32] {\n  return x -> dense(32) -> dense(32) -> relu\n}\nmodel Net(x: f32[B, c: 32]) -> f32[B, c: 32] {\n  return x -> repeat 4 Two\n}\n",
  );
  expect(found).toEqual(["NN2005 warning"]);
});

describe("augmentations that make other signs", () => {
  const images = (name: string, augment: string) =>
    lintsOf(`data ${name} { image: f32[B, h: 8, w: 8, c: 1], label: class[B] of 10, normalize: standardize }
model Net(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] { return image -> flatten -> dense(10) as logits }
train Net on ${name} {
  ${augment}
  loss: cross_entropy(logits, label)
}
`);
  test.each([
    ["Digits", "augment: flip(h)", ["NN2017 warning"]],
    [
      "Mnist",
      "augment: shift(w: 20%) then sometimes(50%, any_of(noise(0.1), flip(w)))",
      ["NN2017 warning"],
    ],
    ["Letters", "augment: rotate(180 deg)", ["NN2017 warning"]],
    ["HandwrittenDigits", "augment: flip(w)", ["NN2017 warning"]],
    ["Digits", "augment: rotate(15 deg) then shift(h: 10%) then mixup", []],
    ["FashionMnist", "augment: flip(w)", []],
    ["Cifar", "augment: flip(w) then rotate(90 deg)", []],
    ["Digits", "predict: average(flip(w))", []],
    [
      "Digits",
      "// allow(augmentation-changes-the-class): only 0, 1 and 8 are kept\n  augment: flip(w)",
      [],
    ],
  ])("%s: %s", (name, augment, expected) => expect(images(name, augment)).toEqual(expected));
});

describe("softened labels beside a margin", () => {
  test.each([
    [
      "on other scores",
      "loss: cross_entropy(logits, label, smoothing: 0.1) + hinge(2 * logits, label)",
      [],
    ],
    [
      "weighted",
      "loss: 2 * (hinge(logits, label) + cross_entropy(logits, label, smoothing: 0.2)) / 3",
      ["NN2016 warning"],
    ],
  ])("%s", (_, loss, expected) => {
    expect(
      lintsOf(`data D { x: f32[B, px: 64], label: class[B] of 10, normalize: standardize }
model Net(x: f32[B, px: 64]) -> f32[B, 10] { return x -> dense(10) as logits }
train Net on D { ${loss} }
`),
    ).toEqual(expected);
  });
});
