import { describe, expect, test } from "vitest";
import { checkText } from "../support/check-text.ts";

const spec = (hypers: string, body: string, train: string): string => `nnspec 1
dim B
${hypers}
data D {
  x: f32[B, px: 8]
  label: class[B] of 3
  source: csv("d.csv", target: "label")
  normalize: standardize
}
model Net(x: f32[B, px: 8]) -> f32[B, 3] {
  return x ${body} -> dense(3) as logits
}
${train}
`;
const run = (settings: string): string =>
  `train Net on D { loss: cross_entropy(logits, label) ${settings} }`;

function findings(text: string): readonly string[] {
  return checkText(text)
    .diagnostics.filter(({ code }) => code.startsWith("NN2"))
    .map(({ code, message }) => `${code} ${message}`);
}

describe("lints look at every value of every hyper", () => {
  test("how far a search may go in an interval is its own matter", () => {
    expect(
      findings(spec("hyper lr = 1e-3 in log 1e-5 .. 1e-1", "", run("optimizer: adam(lr)"))).filter(
        (each) => each.startsWith("NN2012"),
      ),
    ).toEqual([]);
  });

  test("a rate that only one of its choices exceeds is named with that value, without a fix", () => {
    const text = spec("hyper lr = 1e-3 in { 1e-4, 1e-3, 1e-1 }", "", run("optimizer: adam(lr)"));
    const { diagnostics } = checkText(text);
    const found = diagnostics.filter(({ code }) => code === "NN2012");
    expect(found).toHaveLength(1);
    expect(found[0]!.message).toMatch(/^with `lr = 0\.1`: /);
    expect(found[0]!.fixes).toEqual([]);
  });

  test("what holds for the default is told as ever, once, whatever other values do", () => {
    const found = findings(spec("hyper lr = 0.5 in { 0.5, 0.9 }", "", run("optimizer: adam(lr)")));
    expect(found.filter((each) => each.startsWith("NN2012"))).toHaveLength(1);
    expect(found.join()).not.toContain("with `");
  });

  test("a choice of the activation: linear layers in a row for that choice only", () => {
    const text = spec(
      "hyper activation = relu in { relu, identity }",
      "-> dense(8) as a -> activation -> dense(8) as b -> relu",
      run(""),
    );
    const found = findings(text);
    expect(
      found.some((each) => /^NN20(05|18) with `activation = identity`: /.test(each)),
      found.join("\n"),
    ).toBe(true);
  });

  test("a combination of two: a tiny batch, and batch normalisation that is switched on", () => {
    const hypers = "hyper rows = 32 in { 32, 2 }\nhyper norm = off in { on, off }";
    const text = spec(
      hypers,
      "-> dense(8, bias: off) as a -> (if norm then (a -> batch_norm) else a) -> relu",
      run("batch: rows"),
    ).replace(
      "return x -> dense(8, bias: off) as a -> (if norm then (a -> batch_norm) else a)",
      "a = x -> dense(8, bias: off)\n  n = if norm then a -> batch_norm else a\n  return n",
    );
    const found = findings(text);
    expect(
      found.filter((each) => each.startsWith("NN2008")),
      found.join("\n"),
    ).toEqual([
      expect.stringMatching(/^NN2008 with `(rows = 2, norm = on|norm = on, rows = 2)`: /),
    ]);
  });

  test("a model that no run trains, and an allow comment", () => {
    const model = spec(
      "hyper depth = 2 in { 2, 9 }",
      "-> repeat depth Layer",
      "block Layer()(x: f32[B, c]) -> f32[B, c: 8] { return x -> dense(8) -> tanh }",
    ).replace("-> repeat", "-> dense(8) -> tanh -> repeat");
    const found = findings(model).filter((each) => each.startsWith("NN2004"));
    expect(found).toEqual([expect.stringMatching(/^NN2004 with `depth = 9`: /)]);
    const allowed = model.replace(
      "block Layer()(x: f32[B, c]) -> f32[B, c: 8] { return x -> dense(8) -> tanh }",
      "block Layer()(x: f32[B, c]) -> f32[B, c: 8] {\n  // allow(deep-saturating-stack): shown on purpose\n  return x -> dense(8) -> tanh\n}",
    );
    expect(findings(allowed).filter((each) => each.startsWith("NN2004"))).toEqual([]);
  });
});
