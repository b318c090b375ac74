import { describe, expect, test } from "vitest";
import { findings, spec } from "../infer-runs/specs.ts";

const all = (train: string) =>
  spec({
    train: `batch: all\n  ${train}`,
    body: "return image -> dense(4) as hidden -> relu -> dense(10) as logits",
  });

describe("methods that move all weights together", () => {
  test.each(["lbfgs", "lbfgs(0.5, history: 5)", "bfgs", "newton", "newton(damping: 1e-3)"])(
    "%s on the full batch is fine",
    (optimizer) => {
      expect(findings(all(`optimizer: ${optimizer}`))).toEqual([]);
      expect(
        findings(
          all(
            `optimizer: ${optimizer}\n  stop: gradient_norm < 1e-6 * initial.gradient_norm\n  for weights { regularize: l2(1e-3), freeze: on }`,
          ),
        ),
      ).toEqual([]);
    },
  );

  test.each([
    ["mini-batches by default", spec({ train: "optimizer: lbfgs" }), ["NN0740 lbfgs"]],
    ["mini-batches", spec({ train: "optimizer: bfgs\n  batch: 64" }), ["NN0740 64"]],
    [
      "dropout",
      spec({
        train: "optimizer: lbfgs, batch: all",
        body: "return image -> dense(4) -> dropout(0.5) -> dense(10) as logits",
      }),
      ["NN0741 dropout(0.5)"],
    ],
    [
      "dropout of nothing",
      spec({
        train: "optimizer: lbfgs, batch: all",
        body: "return image -> dense(4) -> dropout(0) -> dense(10) as logits",
      }),
      [],
    ],
    [
      "batch statistics",
      spec({
        train: "optimizer: lbfgs, batch: all",
        body: "return image -> dense(4) -> batch_norm -> relu -> dense(10) as logits",
      }),
      ["NN0741 batch_norm"],
    ],
    [
      "too many weights for Newton",
      spec({ train: "optimizer: newton, batch: all" }),
      ["NN0742 newton"],
    ],
    ["2410 weights for BFGS", spec({ train: "optimizer: bfgs, batch: all" }), []],
    [
      "too many weights for BFGS",
      spec({
        train: "optimizer: bfgs, batch: all",
        body: "return image -> dense(64) -> relu -> dense(10) as logits",
      }),
      ["NN0742 bfgs"],
    ],
    [
      "frozen weights do not count",
      spec({ train: "optimizer: newton, batch: all\n  for parameters(hidden) { freeze: on }" }),
      [],
    ],
    [
      "DropConnect",
      all("optimizer: lbfgs\n  for weights(hidden) { dropconnect: 0.5 }"),
      ["NN0741 0.5"],
    ],
    ["clip", all("optimizer: lbfgs\n  clip: norm(1)"), ["NN0743 clip: norm(1)"]],
    ["average", all("optimizer: lbfgs\n  average: ema(0.9)"), ["NN0743 average: ema(0.9)"]],
    ["a rate of its own", all("optimizer: lbfgs\n  for weights { lr: 0.1x }"), ["NN0743 0.1x"]],
    ["a decay", all("optimizer: lbfgs\n  for weights { decay: 0.1 }"), ["NN0513 0.1"]],
    [
      "another optimiser for some",
      all("optimizer: lbfgs\n  for weights(hidden) { optimizer: sgd(0.1) }"),
      ["NN0743 sgd(0.1)"],
    ],
    [
      "only for some",
      spec({ train: "for weights(hidden) { optimizer: lbfgs }" }),
      ["NN0743 lbfgs"],
    ],
  ])("%s", (_, text, expected) => {
    expect(
      findings(text).filter((each) => !each.startsWith("NN1") && !each.startsWith("NN09")),
    ).toEqual(expected);
  });
});

test("rows that are augmented are not the same rows twice", () => {
  const text = (augment: string) => `nnspec 1
dim B
data Pictures {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
}
model Net(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
  return image -> flatten -> dense(10) as logits
}
train Net on Pictures {
  loss: cross_entropy(logits, label)
  batch: all
  optimizer: lbfgs
  ${augment}
}
`;
  expect(findings(text("augment: shift(h: 10%, w: 10%)"))).toEqual([
    "NN0741 augment: shift(h: 10%, w: 10%)",
  ]);
  for (const nothing of ["", "augment: none"]) expect(findings(text(nothing))).toEqual([]);
});
