import { describe, expect, test } from "vitest";
import { showFormula, showSchedule, showStop } from "../../src/compiler/typed/show.ts";
import { findings, run, spec } from "./specs.ts";

const of = (train: string, head = "") => run(spec({ train, head }));

describe("schedules", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["schedule: cosin(to: 0)", ["NN0411 cosin"]],
    ["schedule: 0.1", ["NN0405 0.1"]],
    ["schedule: plateau(validation.loss, factor: 0.1, patience: 3 epochs)", []],
    ["schedule: plateau(test.loss)", ["NN0720 plateau(test.loss)"]],
    [
      "optimizer: sgd(0.1, momentum: plateau(validation.loss))",
      ["NN0405 plateau(validation.loss)"],
    ],
    ["schedule: plateau(validation.loss) then cosine(to: 0)", ["NN0717 plateau(validation.loss)"]],
    ["average: swa(every: 3 minutes)", ["NN0728 swa(every: 3 minutes)"]],
    ["schedule: constant then cosine(to: 0)", ["NN0717 constant"]],
    ["schedule: halving(5) then cosine(to: 0)", ["NN0717 halving(5)"]],
    ["schedule: warmup(2 minutes) then cosine(to: 0)", ["NN0728 warmup(2 minutes)"]],
    ["schedule: halving(steps: 5)", ["NN0401 steps"]],
    ["schedule: halving(5, 6)", ["NN0404 6"]],
    ["schedule: cosine(to: 0) then", ["NN0109"]],
    ["epochs: 20\n  schedule: warmup(30 epochs) then cosine(to: 0)", ["NN0718 warmup(30 epochs)"]],
    ["epochs: 20\n  schedule: warmup(20 epochs) then cosine(to: 0)", ["NN0718 cosine(to: 0)"]],
    [
      "epochs: 20\n  schedule: step(at: (10 epochs, 20 epochs), factor: 0.1)",
      ["NN0718 step(at: (10 epochs, 20 epochs), factor: 0.1)"],
    ],
    [
      "epochs: 20\n  schedule: warmup(5 epochs) then step(at: 15 epochs, factor: 0.1)",
      ["NN0718 step(at: 15 epochs, factor: 0.1)"],
    ],
    ["steps: 100\n  schedule: warmup(200 steps) then cosine(to: 0)", ["NN0718 warmup(200 steps)"]],
    ["schedule: inverse_sqrt\n  guarantee: robbins_monro", ["NN0727 guarantee: robbins_monro"]],
    ["schedule: inverse_time(decay: 1e-3)\n  guarantee: robbins_monro", []],
    ["epochs: 20\n  schedule: warmup(5 epochs) then step(at: 14 epochs, factor: 0.1)", []],
  ];
  const head = "define halving(t, n = 500) = 0.5 ^ floor((t - 1) / n)";
  test.each(wrong)("%s", (train, expected) => {
    const found = findings(spec({ train, head })).filter((each) => !each.startsWith("NN1003"));
    if (expected[0]?.startsWith("NN01") === true)
      expect(found.every((each) => each.startsWith("NN01"))).toBe(true);
    else expect(found).toEqual(expected);
  });

  test("parts, with multiples of the rate", () => {
    expect(
      showSchedule(
        of("schedule: warmup(200 steps) then cosine(10 epochs, to: 0.1x) then constant").schedule
          .parts,
      ),
    ).toBe(
      "warmup(duration: 200 steps, from: 0) then cosine(duration: 10 epochs, to: 0.1x, grow: 1) then constant",
    );
  });

  test("a definition of the file is a factor of the rate", () => {
    const [part] = of("schedule: halving(400)", head).schedule.parts;
    expect(part).toMatchObject({ kind: "formula", name: "halving", variable: "t" });
    expect(part?.kind === "formula" && showFormula(part.expression)).toBe(
      "0.5 ^ floor((t - 1) / 400)",
    );
  });
});

describe("stop, keep and save", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["stop: early(validation.loss)", ["NN0403 early(validation.loss)"]],
    ["stop: early(validation.los, patience: 5 epochs)", ["NN0721 validation.los"]],
    ["stop: early(train.accuracy, patience: 5 epochs)", ["NN0721 train.accuracy"]],
    ["stop: early(validation.mae, patience: 5 epochs)", ["NN0721 validation.mae"]],
    ["stop: early(test.loss, patience: 5 epochs)", ["NN0720 test.loss"]],
    ["stop: early(3, patience: 5 epochs)", ["NN0405 3"]],
    ["stop: erly(validation.loss, patience: 5 epochs)", ["NN0725 erly"]],
    ["stop: train.loss", ["NN0723 train.loss"]],
    ["stop: train.loss == 0", ["NN0723 train.loss == 0"]],
    ["stop: 1 < 2", ["NN0723 1 < 2"]],
    ["stop: not (epoch > 3)", ["NN0723 not (epoch > 3)"]],
    ["stop: epoch > 3 or test.loss < 1", ["NN0720 test.loss"]],
    ["stop: time > 10", ["NN0724 10"]],
    ["stop: gradient_nrm < 1", ["NN0721 gradient_nrm"]],
    ["keep: best(validation.acc)", ["NN0721 validation.acc"]],
    ["keep: best(test.accuracy)", ["NN0720 test.accuracy"]],
    ["keep: best", ["NN0403 best"]],
    ["save: every(1)", ["NN0407 1"]],
  ];
  test.each(wrong)("%s", (train, expected) => expect(findings(spec({ train }))).toEqual(expected));

  test("without a validation part nothing watches one", () => {
    expect(
      findings(
        spec({
          split: "",
          train: "stop: early(validation.loss, patience: 5 epochs)\n  keep: best(validation.loss)",
        }),
      ),
    ).toEqual(["NN0719 validation.loss", "NN0719 validation.loss"]);
    expect(
      findings(spec({ split: "", train: "stop: early(train.loss, patience: 5 epochs)" })),
    ).toEqual([]);
  });

  test("conditions", () => {
    const shown = (stop: string) => showStop(of(`stop: ${stop}`).stop!);
    expect(shown("early(validation.accuracy, patience: 10 epochs, least: 1e-4)")).toBe(
      "early(validation.accuracy, patience: 10 epochs, least: 0.0001)",
    );
    expect(
      shown("train.loss < 1e-3 * initial.loss or gradient_norm < 2 or time > 10 minutes"),
    ).toBe("train.loss < 0.001 * initial.loss or gradient_norm < 2 or time > 600");
    expect(shown("validation.accuracy > 99% and epoch > 20 or step >= 5k")).toBe(
      "validation.accuracy > 0.99 and epoch > 20 or step >= 5000",
    );
    expect(shown("epoch > 3 and (train.loss < 1 or time > 1 hour)")).toBe(
      "epoch > 3 and (train.loss < 1 or time > 3600)",
    );
  });

  test("what is better is known of every number", () => {
    expect(of("stop: early(validation.accuracy, patience: 5 epochs)").stop).toMatchObject({
      better: "higher",
    });
    expect(of("keep: best(validation.accuracy)").keep).toEqual({
      kind: "best",
      metric: "validation.accuracy",
      better: "higher",
    });
    expect(of("keep: last\n  save: every(2 epochs)")).toMatchObject({
      keep: { kind: "last" },
      saveEvery: { amount: 2, unit: "epoch" },
    });
  });
});
