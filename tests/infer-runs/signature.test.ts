import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { known } from "../../src/compiler/ir/dim.ts";
import { findings } from "../support/in-memory.ts";
import { programOf } from "../support/run-of.ts";

const data = (name: string, width: number, classes = 3): string =>
  `data ${name} { x: f32[B, px: ${width}] label: class[B] of ${classes} }\n`;
const model =
  "model M(x: f32[B, _: n]) -> f32[B, 3] { return x -> dense(2 * n) as h -> relu -> dense(3) as logits }\n";
const settings = "{ loss: cross_entropy(logits, label) }\n";

describe("a run binds the symbols of its model's signature", () => {
  test("each run to the sizes of its own data; weights and cost follow", () => {
    const program = programOf(
      `${data("A", 4)}${data("C", 7)}${model}train M on A as Four ${settings}train M on C as Seven ${settings}`,
    );
    const shapes = program.runs.map(({ model: own }) =>
      own.weights.map(({ shape }) => shape.map((size) => known(size)).join("x")),
    );
    expect(shapes).toEqual([
      ["4x8", "8", "8x3", "3"],
      ["7x14", "14", "14x3", "3"],
    ]);
    expect(program.models.map(({ weights }) => known(weights[0]!.shape[0]!))).toEqual([4, 7]);
    expect(compileRun(program.runs[1]!).parameters.map(({ shape }) => shape.join("x"))).toEqual([
      "7x14",
      "14",
      "14x3",
      "3",
    ]);
  });

  test("with hypers, for all of their values", () => {
    const text = `nnspec 1\ndim B\nhyper k = 2 in { 2, 3 }\n${data("A", 4)}${model.replace("2 * n", "k * n")}train M on A ${settings}`;
    expect(findings(text)).toEqual([]);
  });

  test("sizes that two inputs share must agree, and what the model asks of a size is held against the data's", () => {
    const two =
      "data D { a: f32[B, p: 4] b: f32[B, q: 5] label: class[B] of 3 }\nmodel M(a: f32[B, _: n], b: f32[B, _: n]) -> f32[B, 3] { return a + b -> dense(3) as logits }\n";
    expect(findings(`nnspec 1\ndim B\n${two}train M on D ${settings}`)[0]).toMatch(/^NN0710/);
    const halved =
      `${data("A", 5)}model M(x: f32[B, h: n, c: 1]) -> f32[B, 3] { return x -> reshape(h: n / 2, c: 2) -> flatten -> dense(3) as logits }\n`.replace(
        "px: 5",
        "h: 5, c: 1",
      );
    expect(findings(`nnspec 1\ndim B\n${halved}train M on A ${settings}`).length).toBeGreaterThan(
      0,
    );
  });

  test("a dim of the file is no such symbol: it stands for all sizes of its range", () => {
    const text = `nnspec 1\ndim B\ndim T in 1 .. 8\n${data("A", 4)}model M(x: f32[B, px: T]) -> f32[B, px: T] { return x -> relu as y }\ntrain M on A { loss: mean_squared_error(y, x) }\n`;
    expect(findings(text)).toEqual(["NN0710 «M»"]);
  });
});
