import { describe, expect, test } from "vitest";
import { showLoss } from "../../src/compiler/typed/show.ts";
import { findings, message, run, spec } from "./specs.ts";

type Parts = Parameters<typeof spec>[0];

describe("a wrong setting gives its finding at its place", () => {
  const wrong: readonly (readonly [Parts, readonly string[]])[] = [
    [{ train: "epoch: 3" }, ["NN0701 epoch"]],
    [{ train: "batch_size: 3" }, ["NN0701 batch_size"]],
    [{ train: "lr: 0.1" }, ["NN0703 lr"]],
    [{ train: "epochs: 3\n  epochs: 4" }, ["NN0704 epochs"]],
    [{ loss: "" }, ["NN0702 Net"]],
    [{ opening: "train Nett on Digits" }, ["NN0705 Nett"]],
    [{ opening: "train Net on Digit" }, ["NN0705 Digit"]],
    [{ opening: "train Digits on Digits" }, ["NN0705 Digits"]],
    [{ opening: "train Net on Digits with Common" }, ["NN0707 Common"]],
    [{ opening: "train Net on Digits with Digits" }, ["NN0707 Digits"]],
    [{ batchless: "", train: "batch: full" } as Parts, ["NN0725 full"]],
    [{ train: "keep: first" }, ["NN0725 first"]],
    [{ train: "save: 1 epoch" }, ["NN0725 1 epoch"]],
    [{ train: "clip: 1" }, ["NN0725 1"]],
    [{ train: "accumulate: 0" }, ["NN0406 0"]],
    [{ train: "accumulate: all" }, ["NN0201 all"]],
    [{ train: "batch: all\n  accumulate: 4" }, ["NN0747 accumulate: 4"]],
    [
      { train: "batch: all\n  optimizer: lbfgs\n  accumulate: 4" },
      ["NN0743 accumulate: 4", "NN0747 accumulate: 4"],
    ],
    [{ train: "optimizer: kfac\n  accumulate: 2" }, ["NN0743 accumulate: 2"]],
    [{ train: "batch: all\n  optimizer: lbfgs\n  accumulate: 1" }, []],
    [{ train: "predict: twice" }, ["NN0411 twice"]],
    [{ train: "predict: monte_carlo(samples: 50)" }, ["NN0760 monte_carlo(samples: 50)"]],
    [{ train: "predict: monte_carl(samples: 5)" }, ["NN0411 monte_carl"]],
    [{ train: "predict: plain(5)" }, ["NN0404 5"]],
    [{ train: "predict: plain then plain" }, ["NN0405 plain then plain"]],
    [{ train: "predict: monte_carlo(samples: 1)" }, ["NN0406 1"]],
    [{ train: "predict: monte_carlo(draws: 5)" }, ["NN0401 draws"]],
    [{ train: "augment: flip(w) then mixup(alpha: 0.2)" }, ["NN0620 flip(w)"]],
    [{ train: "augment: (image: flip(w))" }, ["NN0620 flip(w)"]],
    [{ train: "average: emma(0.99)" }, ["NN0725 emma(0.99)"]],
    [{ train: "average: ema(2)" }, ["NN0406 2"]],
    [{ train: "after: prune(60%, by: magnitud) then tune(5)" }, ["NN0408 magnitud", "NN0407 5"]],
    [{ train: "teacher: Big" }, ["NN0411 Big"]],
    [{ train: "guarantee: convergence" }, ["NN0408 convergence"]],
    [{ train: "guarantee: robbins_monro" }, ["NN0727 guarantee: robbins_monro"]],
    [{ train: "inputs: (picture: image)" }, ["NN0729 picture"]],
    [{ train: "inputs: (image: picture)" }, ["NN0605 picture"]],
    [{ train: "inputs: image" }, ["NN0405 image"]],
    [{ fields: "picture: f32[B, px: 64]\n  label: class[B] of 10" }, ["NN0709 Net"]],
    [{ fields: "image: f32[B, px: 784]\n  label: class[B] of 10" }, ["NN0710 Net"]],
    [{ fields: "image: f32[B, h: 64]\n  label: class[B] of 10" }, ["NN0710 Net"]],
    [{ fields: "image: f32[B, h: 8, w: 8]\n  label: class[B] of 10" }, ["NN0710 Net"]],
    [{ fields: "image: class[B, px: 64] of 3\n  label: class[B] of 10" }, ["NN0710 Net"]],
    [{ rules: "for parameters { freeze: on }" }, ["NN0730 Net"]],
    [{ train: "optimizer: sgd(1 / total_steps)" }, ["NN0726 total_steps"]],
    [{ train: "batch: all\n  optimizer: sgd(0.1 * batch)" }, ["NN0726 batch"]],
  ];
  test.each(wrong)("%o", (parts, expected) => expect(findings(spec(parts))).toEqual(expected));
});

describe("a wrong loss or metric gives its finding at its place", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["loss: cross_entropy", ["NN0403 cross_entropy"]],
    ["loss: cross_entropy(logits)", ["NN0403 cross_entropy(logits)"]],
    ["loss: cross_entropy(logits, labels)", ["NN0712 labels"]],
    ["loss: cross_entropy(label, logits)", ["NN0713 label"]],
    ["loss: cross_entropy(logits, image)", ["NN0713 image"]],
    ["loss: mean_squared_error(logits, image)", ["NN0713 image"]],
    ["loss: binary_cross_entropy(logits, label)", ["NN0713 label"]],
    ["loss: cross_entropy(hidden, label)", ["NN0714 label"]],
    ["loss: cross_entropy(logits, label, smoothng: 0.1)", ["NN0401 smoothng"]],
    ["loss: cross_entropy(logits, label, smoothing: 1)", ["NN0406 1"]],
    ["loss: cross_entropy(logits, label, weights: (1, 2))", ["NN0410 (1, 2)"]],
    ["loss: cros_entropy(logits, label)", ["NN0411 cros_entropy"]],
    ["loss: distill(logits, label)", ["NN0713 label"]],
    ["loss: cross_entropy(logits, label) + l2(1e-4)", ["NN0716 l2(1e-4)"]],
    ["loss: 1", ["NN0715 1"]],
    ["loss: logits", ["NN0715 logits"]],
    ["loss: 2 / cross_entropy(logits, label)", ["NN0715 cross_entropy(logits, label)"]],
    ['loss: "cross_entropy"', ['NN0715 "cross_entropy"']],
    ["loss: cross_entropy(logits, label)\n  metrics: acuracy", ["NN0411 acuracy"]],
    ["loss: cross_entropy(logits, label)\n  metrics: mae", ["NN0722 mae"]],
    ["loss: cross_entropy(logits, label)\n  metrics: accuracy(hidden, label)", ["NN0714 label"]],
    [
      "loss: cross_entropy(logits, label)\n  metrics: accuracy(logits)",
      ["NN0722 accuracy(logits)"],
    ],
  ];
  test.each(wrong)("%s", (loss, expected) => expect(findings(spec({ loss }))).toEqual(expected));
});

test("the message on a wrong output width names both sides", () => {
  const parts = { body: "return image -> dense(12) as logits", result: "f32[B, 12]" };
  expect(message(spec(parts))).toBe(
    "`logits` has 12 outputs, and `label` has 10 classes; `cross_entropy` needs one output for each class",
  );
});

describe("losses", () => {
  const shown = (loss: string, parts: Parts = {}) =>
    showLoss(run(spec({ loss: `loss: ${loss}`, ...parts })).loss);
  test("sums and factors", () => {
    expect(
      shown("cross_entropy(logits, label) + 0.3 * cross_entropy(logits, label, smoothing: 0.1)"),
    ).toBe(
      "cross_entropy(logits, label, smoothing: 0) + 0.3 * cross_entropy(logits, label, smoothing: 0.1)",
    );
  });
  test("hypers and `if`", () => {
    const head = "hyper margin = on in { on, off }";
    expect(
      shown("if margin then hinge(logits, label) else cross_entropy(logits, label)", { head }),
    ).toBe("hinge(logits, label, margin: 1)");
  });
  test("operands may be calculated", () => {
    expect(shown("mean_squared_error(2 * logits, logits)")).toBe(
      "mean_squared_error(2 * logits, logits)",
    );
  });
  test("model.x and data.x tell two values of one name apart", () => {
    const parts = { body: "return image -> dense(10) as label" };
    expect(findings(spec({ ...parts, loss: "loss: cross_entropy(label, label)" }))).toEqual([
      "NN0711 label",
      "NN0711 label",
    ]);
    expect(shown("cross_entropy(model.label, data.label)", parts)).toBe(
      "cross_entropy(label, label, smoothing: 0)",
    );
  });
  test("a field that the model takes is the model's input", () => {
    const of = run(
      spec({
        body: "return image -> dense(64) as restored",
        result: "f32[B, 64]",
        loss: "loss: mean_squared_error(restored, image)",
      }),
    );
    const [, image] = of.loss.kind === "loss" ? of.loss.operands : [];
    expect(image?.body).toEqual({ kind: "input", name: "image" });
  });
});

describe("metrics", () => {
  const names = (train: string, parts: Parts = {}) =>
    run(spec({ train, ...parts })).metrics.map(({ name }) => name);
  test("accuracy by default for one class target", () => expect(names("")).toEqual(["accuracy"]));
  test("none by default for numbers", () => {
    expect(
      names("", {
        fields: "image: f32[B, px: 64]\n  label: f32[B, 10]",
        loss: "loss: mean_squared_error(logits, label)",
      }),
    ).toEqual([]);
  });
  test("a list; the loss is always there", () =>
    expect(names("metrics: (loss, accuracy, top(5))")).toEqual(["accuracy", "top"]));
  test("two of one name are told apart", () => {
    expect(names("metrics: (top(2), top(5))")).toEqual(["top_2", "top_5"]);
    expect(
      names("metrics: (accuracy(logits, label), accuracy(other, label))", {
        body: "other = image -> dense(10)\n  return image -> dense(10) as logits",
      }),
    ).toEqual(["accuracy_logits", "accuracy_other"]);
  });
});

test("recipes are merged, the run wins, and names are resolved in the run", () => {
  const tail = `recipe Common {\n  loss: cross_entropy(logits, label)\n  epochs: 5\n  batch: 16\n}\nrecipe Other { seed: 3 }\n`;
  const of = run(
    spec({ tail, loss: "", opening: "train Net on Digits with Common, Other", train: "epochs: 7" }),
  );
  expect([of.epochs, of.batch, of.seed]).toEqual([7, 16, 3]);
  const both = `${tail}recipe Third { seed: 4 }`;
  expect(
    findings(
      spec({ tail: both, loss: "", opening: "train Net on Digits with Common, Other, Third" }),
    ),
  ).toEqual(["NN0706 Third"]);
  expect(
    findings(
      spec({
        tail: both,
        loss: "",
        opening: "train Net on Digits with Common, Other, Third",
        train: "seed: 1",
      }),
    ),
  ).toEqual([]);
});

test("defaults", () => {
  const { batch, epochs, steps, seed, keep, stop, clip, saveEvery, schedule } = run(spec());
  expect({ batch, epochs, steps, seed, keep, stop, clip, saveEvery }).toEqual({
    batch: 32,
    epochs: 20,
    steps: undefined,
    seed: 0,
    keep: { kind: "best", metric: "validation.loss", better: "lower" },
    stop: undefined,
    clip: undefined,
    saveEvery: undefined,
  });
  expect(schedule.parts).toMatchObject([
    { kind: "use", use: { definition: { name: "constant" } } },
  ]);
  expect(run(spec({ split: "" })).keep).toEqual({ kind: "last" });
});

test("an optimizer may be calculated from the run's numbers", () => {
  expect(
    run(spec({ train: "batch: 128\n  optimizer: sgd(0.1 * batch / 256)" })).optimizer.use.arguments[
      "rate"
    ],
  ).toBe(0.05);
  const made = { fields: "image: f32[B, px: 64]\n  label: class[B] of 10" };
  expect(findings(spec({ ...made, train: "optimizer: sgd(1 / steps_per_epoch)" }))).toEqual([
    "NN0726 steps_per_epoch",
  ]);
});

test("inputs are joined by name or as `inputs` says", () => {
  const fields = "picture: f32[B, px: 64]\n  label: class[B] of 10";
  expect([...run(spec({ fields, train: "inputs: (image: picture)" })).inputs]).toEqual([
    ["image", "picture"],
  ]);
});

test("what is checked and not run yet is recorded", () => {
  const { notYet } = run(
    spec({
      train:
        "average: ema(0.999)\n  after: prune(60%, by: magnitude) then tune(5 epochs) then quantize(int8)",
    }),
  );
  expect(notYet.map(({ setting }) => setting)).toEqual(["after"]);
});

test("a teacher is an earlier run or a checkpoint, and its values have its name", () => {
  const tail =
    "train Net on Digits as Student {\n  loss: mean_squared_error(logits, teacher.logits)\n  teacher: Net\n}";
  expect(findings(spec({ tail }))).toEqual([]);
  expect(findings(spec({ train: 'teacher: checkpoint("a.safetensors", model: Net)' }))).toEqual([
    'NN0732 teacher: checkpoint("a.safetensors", model: Net)',
  ]);
  expect(findings(spec({ train: "teacher: Net" }))).toEqual(["NN0411 Net"]);
  expect(findings(spec({ train: "teacher: checkpoint(3)" }))).toEqual(["NN0725 checkpoint(3)"]);
});

test("weights of an earlier run are loaded by path, and must be there in the same shape", () => {
  const wide =
    "model Wide(image: f32[B, px: 64]) -> f32[B, 10] {\n  return image -> dense(48) as hidden -> relu -> dense(10) as logits\n}\n";
  const loading = (rule: string) =>
    `${wide}train Wide on Digits {\n  loss: cross_entropy(logits, label)\n  ${rule}\n}`;
  expect(findings(spec({ tail: loading("for biases(logits) { load: Net }") }))).toEqual([]);
  expect(findings(spec({ tail: loading("for parameters { load: Net }") }))).toEqual(["NN0516 Net"]);
});

test("definitions calculate numbers of settings", () => {
  expect(
    run(
      spec({
        head: "define twice(k) = 2 * k",
        train: "epochs: twice(5)\n  optimizer: sgd(twice(0.1))",
      }),
    ),
  ).toMatchObject({ epochs: 10, optimizer: { use: { arguments: { rate: 0.2 } } } });
});

test("a run is right for every value of its hypers", () => {
  const head = "hyper m = 0.9 in 0.5 .. 1\nhyper n = 3 in { 0, 3 }";
  const text = spec({ head, train: "batch: 32 * n\n  optimizer: sgd(0.1, momentum: m)" });
  expect(findings(text)).toEqual(["NN0324 32 * n", "NN0324 m"]);
  expect(message(text)).toBe(
    "with `n = 0`, which the domain allows: `batch` must be at least 1, found `32 * n` (0)",
  );
});

test("every error of a run is reported, not the first alone", () => {
  const train =
    "epochs: 2.5\n  optimizer: sgdd\n  schedule: cosin\n  keep: best(test.loss)\n  clip: 3\n  for weights(hiden) { init: zeros }";
  expect(findings(spec({ train }))).toEqual([
    "NN0405 2.5",
    "NN0411 sgdd",
    "NN0411 cosin",
    "NN0720 test.loss",
    "NN0725 3",
    "NN0502 hiden",
  ]);
});
