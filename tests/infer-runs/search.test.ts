import { describe, expect, test } from "vitest";
import { explainPath } from "../../src/compiler/typed/explain.ts";
import { checkWithoutLints } from "../support/check-text.ts";
import { findings, message, program, spec } from "./specs.ts";

const head = "hyper lr = 1e-3 in log 1e-5 .. 1e-1\nhyper width = 64 in { 32, 64 }";
const body = "return image -> dense(width) -> relu -> dense(10) as logits";
const searched = (tail: string) => spec({ head, body, train: "optimizer: adam(lr)", tail });

describe("searches, ensembles and budgets", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["search Nett { goal: minimize(validation.loss) }", ["NN0705 Nett"]],
    ["search Net { gaol: minimize(validation.loss) }", ["NN0701 gaol"]],
    ["search Net { goal: validation.loss }", ["NN0805 validation.loss"]],
    ["search Net { goal: minimize(test.loss) }", ["NN0720 test.loss"]],
    ["search Net { goal: minimize(validation.mae) }", ["NN0721 validation.mae"]],
    ["search Net { method: randm(trials: 3) }", ["NN0806 randm"]],
    ["search Net { method: random }", ["NN0403 random"]],
    ["search Net { method: random(trials: 0) }", ["NN0406 0"]],
    ["search Net { method: grid(over: (width, depth)) }", ["NN0804 depth"]],
    ["search Net { method: grid(over: lr) }", ["NN0810 lr"]],
    ["search Net { seed: 0.5 }", ["NN0405 0.5"]],
    ["search Net { stop: trials }", ["NN0723 trials"]],
    [
      "search Net { method: grid(over: width, epochs: 5) then random(trials: 60, epochs: 20), goal: maximize(validation.accuracy), stop: time > 2 hours, seed: 3 }",
      [],
    ],
    ["ensemble All { members: runs(Net, count: 5) }", []],
    ["ensemble All { members: snapshots(Net, last: 4), combine: vote }", ["NN0813 All"]],
    [
      "train Net on Digits as Saving { loss: cross_entropy(logits, label), save: every(2 epochs) }\nensemble All { members: snapshots(Saving, last: 4) }",
      [],
    ],
    [
      "train Net on Digits as Other { loss: cross_entropy(logits, label), seed: 3 }\nensemble All { members: (Net, Other) }",
      ["NN0812 All"],
    ],
    [
      "model Five(image: f32[B, px: 64]) -> f32[B, 5] { return image -> dense(5) as logits }\ntrain Five on Digits { loss: mean_squared_error(logits, logits) }\nensemble All { members: (Net, Five) }",
      ["NN0812 All"],
    ],
    ["ensemble All { members: (Net, Net) }", []],
    ["ensemble All { members: runs(Net, count: 1) }", ["NN0406 1"]],
    ["ensemble All { members: runs(Nett, count: 2) }", ["NN0705 Nett"]],
    ["ensemble All { members: copies(Net) }", ["NN0806 copies(Net)"]],
    ["ensemble All { combine: vote }", ["NN0403 All"]],
    ["ensemble All { members: Net, combine: sum }", ["NN0408 sum"]],
    ["budget Nett { parameters < 3k }", ["NN0705 Nett"]],
    ["budget Net { parametrs < 3k }", ["NN0808 parametrs"]],
    ["budget Net { parameters < 64 KiB }", ["NN0809 64 KiB"]],
    ["budget Net { parameters > 3k }", ["NN0809 parameters > 3k"]],
    ["budget Net { weights_size(int9) < 3 KiB }", ["NN0408 int9"]],
    [
      "budget Net { parameters < 4811, parameters <= 4810, multiply_adds <= 4736, weights_size(int8) < 5 KB, training_memory < 1 MiB, inference_memory < 1 MiB }",
      [],
    ],
    ["budget Net { parameters < 4810 }", ["NN0807 parameters < 4810"]],
    ["budget Net { multiply_adds < 4736 }", ["NN0807 multiply_adds < 4736"]],
  ];
  test.each(wrong)("%s", (tail, expected) => expect(findings(searched(tail))).toEqual(expected));
});

test("a budget holds for every value of every hyper", () => {
  const text = spec({
    head: head.replace("= 64", "= 32"),
    body,
    train: "optimizer: adam(lr)",
    tail: "budget Net { parameters < 3k }",
  });
  expect(findings(text)).toEqual(["NN0807 parameters < 3k"]);
  const [found] = checkWithoutLints(text, "main.nnspec").diagnostics;
  expect(found?.notes).toEqual(["with width = 64, which the domain allows"]);
  expect(message(text)).toBe("`Net` has 4810 parameters, and its budget allows < 3k");
});

describe("hypers", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["hyper k = 5 in { 1, 2 }", ["NN0801 5"]],
    ["hyper k = 5 in 1 .. 4", ["NN0801 5"]],
    ["hyper k = 0.25 in 0 .. 1 by 0.1", ["NN0801 0.25"]],
    ["hyper k = 0.3 in 0 .. 1 by 0.1", []],
    ["hyper k = relu in { relu, tanh }", []],
    ["hyper k = gelu in { relu, tanh }", ["NN0801 gelu"]],
    ["hyper k = 1 in 4 .. 1", ["NN0802 4 .. 1"]],
    ["hyper k = 1 in log 0 .. 1", ["NN0802 0"]],
    ["hyper k = 1 in 0 .. 1 by 2", ["NN0802 2"]],
    ["hyper k = 1 in { 1, 2, 1 }", ["NN0802 1"]],
    ["hyper k = 1 in 0 .. 1 when 3", ["NN0405 3"]],
    ["hyper k = (1, 2)", ["NN0405 (1, 2)"]],
  ];
  test.each(wrong)("%s", (hyper, expected) => {
    expect(findings(`nnspec 1\n${hyper}\n`).filter((each) => !each.startsWith("NN1003"))).toEqual(
      expected,
    );
  });

  test("--set must stay inside the domain", () => {
    const text = searched("");
    const set = (value: string) =>
      checkWithoutLints(text, "main.nnspec", new Map([["width", value]])).diagnostics.map(
        ({ code }) => code,
      );
    expect(set("32")).toEqual([]);
    expect(set("48")).toEqual(["NN0801"]);
  });
});

describe("explain", () => {
  const text = spec({
    rules: "for weights { regularize: l2(1e-4) }",
    train: "optimizer: adam(1e-3)\n  for weights(logits) { lr: 0.1x }",
  });
  const explained = (path?: string) =>
    explainPath(program(text), path).facts.map(
      ({ subject, key, value, origin }) => `${subject} ${key}: ${value} (${origin.from})`,
    );
  test("a weight: every key, with the rule or the default", () => {
    expect(explained("logits.weight")).toEqual([
      "logits.weight init: xavier(distribution: normal, mode: average) (default of dense)",
      "logits.weight regularize: l2(lambda: 0.0001) (model Net)",
      "logits.weight optimizer: adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (run Net)",
      "logits.weight lr: 0.1x (run Net)",
      "logits.weight freeze: off (default: no rule says otherwise)",
    ]);
  });
  test("a stage: all below it; a run: its settings", () => {
    expect(new Set(explained("hidden").map((line) => line.split(" ")[0]))).toEqual(
      new Set(["hidden.weight", "hidden.bias"]),
    );
    expect(explained("Net")).toContain("run Net epochs: 20 (default of a run)");
    expect(explained("Net")).toContain(
      "run Net optimizer: adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (run Net)",
    );
  });
  test("everything that can be asked for", () => {
    expect(explainPath(program(text), "nothing")).toEqual({
      facts: [],
      paths: ["Net", "hidden.weight", "hidden.bias", "logits.weight", "logits.bias"],
    });
  });
});
