import { describe, expect, test } from "vitest";
import { costOf } from "../../src/compiler/cost.ts";
import { checkWithoutLints } from "../support/check-text.ts";
import { programOf } from "../support/run-of.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { compileInspection } from "../../src/compiler/inspect.ts";

const header = "nnspec 1\ndim B\ndim T in 1 .. 512\n";
const found = (text: string): readonly string[] =>
  checkWithoutLints(`${header}${text}\n`).diagnostics.map(
    ({ code, message }) => `${code} ${message}`,
  );
const model = (input: string, body: string, result: string): string =>
  `model M(x: ${input}) -> ${result} { return ${body} }`;

test("cells and their last place are proved for every length that the dim allows", () => {
  expect(
    found(
      model(
        "class[B, t: T] of 9",
        "x -> embedding(3) -> gru(8) -> lstm(7) -> rnn(6, activation: relu)",
        "f32[B, t: T, c: 6]",
      ),
    ),
  ).toEqual([]);
  expect(found(model("f32[B, c: 3, t: T]", "x -> lstm(8)", "f32[B, c: 8, t: T]"))).toEqual([]);
  expect(
    found(model("f32[B, t: T, c: 3]", "x -> gru(8) -> last(over: t)", "f32[B, c: 8]")),
  ).toEqual([]);
  expect(found(model("class[B] of 9", "x -> embedding(3)", "f32[B, c: 3]"))).toEqual([]);
});

describe("what does not fit, in words", () => {
  test.each([
    [
      "labels in a cell",
      model("class[B, t: T] of 5", "x -> gru(8)", "f32[B, t: T, c: 8]"),
      "NN0302 `gru` expects numbers (`f32`) and found labels (`class` of 5); make numbers of the labels first: `embedding(64)`",
    ],
    [
      "no sequence",
      model("f32[B, c: 3]", "x -> lstm(8)", "f32[B, c: 8]"),
      "NN0302 `lstm` runs along one axis besides the batch and `c`, and found 0: [c: 3]; a recurrent layer needs a sequence: `f32[B, t: 16, c: 64]`; use `dense` where there is none",
    ],
    [
      "no features",
      model("f32[B, t: T]", "x -> rnn(8)", "f32[B, t: T, c: 8]"),
      "NN0302 `rnn` expects an axis `c` (the features of a place) and found [t: T]; name it in the type of the input (`f32[B, t: 16, c: 64]`), or give it with `reshape`",
    ],
    [
      "an image",
      model("f32[B, h: 4, w: 4, c: 3]", "x -> rnn(8)", "f32[B, c: 8]"),
      "NN0302 `rnn` runs along one axis besides the batch and `c`, and found 2: [h: 4, w: 4, c: 3]; make one sequence of them first: `flatten(over: (h, w), into: t) -> rnn(…)`",
    ],
    [
      "numbers to embed",
      model("f32[B, t: T, c: 3]", "x -> embedding(8)", "f32[B, c: 8]"),
      "NN0302 `embedding` expects labels (`class`) and found numbers (`f32`); give the input a type such as `class[B, t: 16] of 96`, or map numbers with `dense`",
    ],
    [
      "labels along c",
      model("class[B, c: 4] of 5", "x -> embedding(8)", "f32[B, c: 8]"),
      "NN0302 `embedding` would make a second axis `c`: its operand is [c: 4], labels of 5; give the axis of the labels another name, such as `t`",
    ],
    [
      "no such axis",
      model("f32[B, t: T, c: 3]", "x -> last(over: h)", "f32[B, c: 3]"),
      "NN0302 `last` was told `over: h`, but its operand has `t`, `c` besides the batch: [t: T, c: 3]; choose among `t`, `c`",
    ],
    [
      "another activation",
      model("f32[B, t: T, c: 3]", "x -> rnn(8, activation: sigmoid)", "f32[B, t: T, c: 8]"),
      "NN0408 `activation` is one of `tanh` or `relu`, found `sigmoid`",
    ],
    [
      "a window beyond the dim",
      'data D { a: class[B, t: T] of 9, b: class[B, t: T] of 9, source: text("a.txt", window: 600) }',
      "NN0612 `source` expects sequences of 600 places, as `window: 600` says, found `a` and `b`",
    ],
    [
      "a window of another size",
      'data D { a: class[B, t: 64] of 9, b: class[B, t: 64] of 9, source: text("a.txt", window: 32) }',
      "NN0612 `source` expects sequences of 32 places, as `window: 32` says, found `a` and `b`",
    ],
    [
      "two alphabets",
      'data D { a: class[B, t: T] of 9, b: class[B, t: T] of 8, source: text("a.txt") }',
      "NN0612 `source` expects for `text` two fields, the characters and those that come next, such as `class[B, t: T] of 96` both, found `a` and `b`",
    ],
  ])("%s", (_, text, message) => expect(found(text)).toContain(message));
});

test("the window is the length that a program is generated for, and initialisers work gate by gate", () => {
  const { runs } = programOf(`dim T in 1 .. 512
data D { a: class[B, t: T] of 9, b: class[B, t: T] of 9, source: text("a.txt", window: 24) }
model M(a: class[B, t: T] of 9) -> f32[B, t: T, c: 9] {
  return a -> embedding(4) -> gru(5) -> lstm(3) -> dense(9, over: c) as logits
  for weights of gru { init: orthogonal }
  for weights of lstm { init: xavier }
}
train M on D { loss: cross_entropy(logits, b), batch: 4 }`);
  const { fields, parameters } = compileRun(runs[0]!);
  expect(fields.map(({ shape }) => shape)).toEqual([[24], [24]]);
  // The report on how a run begins closes the same sizes.
  expect(compileInspection(runs[0]!).run.fields).toEqual(fields);
  const initial = Object.fromEntries(
    parameters.map(({ path, initial: distribution }) => [path, distribution]),
  );
  expect(initial["gru_1.input_weight"]).toEqual({ kind: "orthogonal", gain: 1, parts: 3 });
  expect(initial["lstm_1.hidden_weight"]).toMatchObject({
    kind: "normal",
    deviation: Math.sqrt(2 / (3 + 3)),
  });
  expect(initial["gru_1.hidden_bias"]).toEqual({
    kind: "uniform",
    low: -1 / Math.sqrt(5),
    high: 1 / Math.sqrt(5),
  });
});

test("the cost of a sequence is that of all its places", () => {
  const { models } = programOf(
    "model M(a: class[B, t: 6] of 9) -> f32[B, t: 6, c: 9] { return a -> embedding(4) -> gru(5) -> lstm(3) -> rnn(5) -> dense(9, over: c) }",
  );
  const { layers } = costOf(models[0]!);
  const costs = Object.fromEntries(
    layers.map(({ name, parameters, multiplyAdds }) => [name, [parameters, multiplyAdds]]),
  );
  expect(costs).toEqual({
    embedding_1: [9 * 4, 6 * 9 * 4],
    gru_1: [15 * (4 + 5 + 2), 6 * 15 * (4 + 5)],
    lstm_1: [12 * (5 + 3 + 2), 6 * 12 * (5 + 3)],
    rnn_1: [5 * (3 + 5 + 2), 6 * 5 * (3 + 5)],
    dense_1: [9 * 6, 6 * 5 * 9],
  });
});
