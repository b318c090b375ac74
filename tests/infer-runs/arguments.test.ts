import { describe, expect, test } from "vitest";
import { findings, message, run, spec } from "./specs.ts";

/** A setting of a run, and the one finding that it must give: code and marked text. */
const wrong: readonly (readonly [string, string])[] = [
  ["optimizer: sgd(0.1, momentun: 0.9)", "NN0401 momentun"],
  ["optimizer: sgd(0.1, rate: 0.2)", "NN0402 rate"],
  ["optimizer: sgd(0.1, momentum: 0.5, momentum: 0.9)", "NN0402 momentum"],
  ["optimizer: sgd", "NN0403 sgd"],
  ["optimizer: sgd(momentum: 0.9)", "NN0403 sgd(momentum: 0.9)"],
  ["optimizer: sgd(0.1, 0.9)", "NN0404 0.9"],
  ["optimizer: sgd(0.1, momentum: on)", "NN0405 on"],
  ["optimizer: sgd(0.1, momentum: 5 epochs)", "NN0405 5 epochs"],
  ["optimizer: sgd(64 MiB)", "NN0405 64 MiB"],
  ["optimizer: sgd(0 .. 1)", "NN0405 0 .. 1"],
  ["optimizer: 0.1", "NN0405 0.1"],
  ["epochs: 2.5", "NN0405 2.5"],
  ["epochs: 30 epochs", "NN0405 30 epochs"],
  ["seed: relu", "NN0405 relu"],
  ["optimizer: sgd(-0.1)", "NN0406 -0.1"],
  ["optimizer: sgd(0.1, momentum: 1)", "NN0406 1"],
  ["epochs: -1", "NN0406 -1"],
  ["batch: 0", "NN0406 0"],
  ["steps: 0", "NN0406 0"],
  ["clip: norm(0)", "NN0406 0"],
  ["schedule: warmup(2) then cosine(to: 0)", "NN0407 2"],
  ["stop: early(validation.loss, patience: 5)", "NN0407 5"],
  ["schedule: step(at: (10, 20 epochs), factor: 0.1)", "NN0407 10"],
  ["optimizer: sgd(0.1, momentum: 0.9, form: velocty)", "NN0408 velocty"],
  ["optimizer: sgd(momentum: 0.9, 0.1)", "NN0409 0.1"],
  ["optimizer: adam(1e-3, betas: (0.9, 0.99, 0.999))", "NN0410 (0.9, 0.99, 0.999)"],
  ["optimizer: adm(0.1)", "NN0411 adm"],
  ["optimizer: relu", "NN0411 relu"],
  ["optimizer: sgd(0.1, momentum: 0.9x)", "NN0412 0.9x"],
  ["optimizer: sgd(0.1, momentum: 0.9, nesterov: True)", "NN0413 True"],
  ["optimizer: sgd(0.1, momentum: 0.9, nesterov: false)", "NN0413 false"],
  ['optimizer: "adam"', 'NN0414 "adam"'],
  ['optimizer: sgd(0.1, momentum: 0.9, form: "velocity")', 'NN0414 "velocity"'],
  ["optimizer: sgd(B)", "NN0415 B"],
  ["optimizer: lbfgs(history: 10)", "NN0740 lbfgs(history: 10)"],
];

describe("a wrong argument gives one finding at its place", () => {
  test.each(wrong)("%s", (setting, expected) => {
    expect(findings(spec({ train: setting }))).toEqual([expected]);
  });
});

test("several wrong arguments are all reported", () => {
  expect(findings(spec({ train: "optimizer: sgd(-1, momentum: 2, nesterov: True)" }))).toEqual([
    "NN0406 -1",
    "NN0406 2",
    "NN0413 True",
  ]);
});

describe("messages say what to write", () => {
  test.each([
    [
      "optimizer: sgd(0.1, momentun: 0.9)",
      "`sgd` has no argument `momentun`; did you mean `momentum`?",
    ],
    [
      "schedule: warmup(2) then constant",
      "`duration` expects a duration, and a duration needs a unit: write `2 epochs` or `2 steps`",
    ],
    [
      "schedule: warmup(1) then constant",
      "`duration` expects a duration, and a duration needs a unit: write `1 epoch` or `1 step`",
    ],
    [
      "optimizer: relu",
      "expected an optimizer, but `relu` is an activation; for example `adadelta`",
    ],
    ["optimizer: sgd(0.1, momentum: 1)", "`momentum` must be at least 0 and below 1, found 1"],
  ])("%s", (setting, expected) => {
    expect(message(spec({ train: setting }))).toBe(expected);
  });
});

test("defaults are filled in, integers fit numbers, empty parentheses are dropped", () => {
  expect(run(spec({ train: "optimizer: adam()" })).optimizer.use.arguments).toEqual({
    rate: 0.001,
    betas: [0.9, 0.999],
    epsilon: 1e-8,
  });
  expect(run(spec({ train: "optimizer: sgd(1)" })).optimizer.use.arguments["rate"]).toBe(1);
  expect(run(spec()).optimizer.use.arguments["rate"]).toBe(0.001);
});

test("a name in scope is looked up before a symbol", () => {
  const text = spec({
    head: "hyper form = displacement in { velocity, displacement }",
    train: "optimizer: sgd(0.1, momentum: 0.9, form: form)",
  });
  expect(run(text).optimizer.use.arguments["form"]).toBe("displacement");
});

test("`if` chooses a library item at compile time", () => {
  const text = spec({
    head: "hyper algorithm = sgd in { adam, sgd }",
    train: "optimizer: if algorithm == adam then adam(1e-3) else sgd(0.1)",
  });
  expect(run(text).optimizer.use.definition.name).toBe("sgd");
});

test("an item inside an item keeps its own arguments", () => {
  const { init } = run(spec({ rules: "for weights(hidden) { init: kaiming(leaky_relu(0.2)) }" }))
    .weights[0]!;
  expect(init.use.arguments["activation"]).toMatchObject({
    definition: { name: "leaky_relu" },
    arguments: { alpha: 0.2 },
  });
});

test("a schedule may stand for a number where the item allows it", () => {
  const { use } = run(
    spec({
      train: "optimizer: sgd(0.1, momentum: linear(5 epochs, from: 0.5, to: 0.9) then constant)",
    }),
  ).optimizer;
  expect(use.arguments["momentum"]).toMatchObject({
    schedule: [{ definition: { name: "linear" } }, { definition: { name: "constant" } }],
  });
  expect(
    findings(
      spec({ train: "optimizer: sgd(0.1, momentum: linear(from: 0.5, to: 0.9) then constant)" }),
    )[0],
  ).toMatch(/^NN0717/);
});
