import { describe, expect, test } from "vitest";
import { findings } from "../support/in-memory.ts";

const header = "nnspec 1\ndim B\n";
const net = (body: string, before = ""): string =>
  `${header}${before}model Net(x: f32[B, px: 4]) -> f32[B, 4] {\n${body}\n}\n`;
const trained = `data D {\n  x: f32[B, px: 4]\n  y: class[B] of 4\n}\ntrain Net on D { loss: cross_entropy(logits, y) }\n`;

describe("one namespace for a file, another for runs", () => {
  test.each([
    ["two dims", `${header}dim B\n`, ["NN0202 «B»"]],
    [
      "a block and a hyper",
      `${header}hyper unit = 1\nblock unit()(x: f32[B, n]) { return x -> relu }\n`,
      ["NN0202 «unit»"],
    ],
    ["a run and a model may share a name", net("return x -> dense(4) as logits") + trained, []],
    [
      "two runs of one model",
      `${net("return x -> dense(4) as logits")}${trained}${trained.slice(trained.indexOf("train"))}`,
      ["NN0214 «Net»"],
    ],
    [
      "two runs by `as`",
      `${net("return x -> dense(4) as logits")}${trained}train Net on D as A { loss: cross_entropy(logits, y) }\ntrain Net on D as A { loss: cross_entropy(logits, y) }\n`,
      ["NN0202 «A»"],
    ],
  ])("%s", (_, text, expected) => expect(findings(text)).toEqual(expected));
});

describe("names of a body", () => {
  test.each([
    ["are bound once", net("h = x -> relu\n h = x -> tanh\n return h"), ["NN0202 «h»"]],
    ["an `as` binds too", net("h = x -> relu\n return x -> tanh as h"), ["NN0202 «h»"]],
    ["not over an input", net("x = x -> relu\n return x"), ["NN0202 «x»"]],
    ["not over a dim of the file", net("W = x -> relu\n return W", "dim W = 4\n"), ["NN0203 «W»"]],
    [
      "not over a block of the file",
      net("return x -> relu as unit", "block unit()(x: f32[B, px: n]) { return x -> relu }\n"),
      ["NN1001 «unit»", "NN0203 «unit»"],
    ],
    ["only after they are bound", net("a = b -> relu\n b = x -> relu\n return a"), ["NN0204 «b»"]],
    [
      "the two branches of an `if` may bind one name",
      net("return if on then x -> dense(4) as head else x -> dense(4, bias: off) as head"),
      [],
    ],
    [
      "a parameter may hide a hyper",
      `${header}hyper width = 3\nblock Wide(width)(x: f32[B, _: n]) -> f32[B, c: width] { return x -> dense(width) }\n${net("return x -> Wide(4)").slice(header.length)}`,
      [],
    ],
    [
      "a symbol may hide a hyper",
      `${header}hyper h = 3\nblock Id()(x: f32[B, h]) -> f32[B, h] { return x -> relu }\n`,
      [],
    ],
    [
      "a stage with the automatic name of another",
      net("return x -> dense(4) as dense_2 -> dense(4)"),
      ["NN0202 «dense_2»"],
    ],
  ])("%s", (_, text, expected) => expect([...findings(text)].sort()).toEqual([...expected].sort()));
});

describe("what is never used", () => {
  const used = net("return x -> dense(4) as logits") + trained;
  test.each([
    ["a hyper", `${used}hyper lr = 1e-3\n`, ["NN1003 «lr»"]],
    ["a dim", `${used}dim C = 3\n`, ["NN1003 «C»"]],
    ["a definition", `${used}define f(t) = 1 / t\n`, ["NN1003 «f»"]],
    ["a block", `${used}block Unit()(x: f32[B, n]) { return x -> relu }\n`, ["NN1003 «Unit»"]],
    ["a parameter", `${header}define f(t, k) = t\n`, ["NN1003 «k»"]],
    ["a value", net("h = x -> relu\n return x -> dense(4) as logits") + trained, ["NN1003 «h»"]],
    [
      "a value that only a rule names is used",
      net(
        "h = x -> dense(4) -> relu\n return h -> dense(4) as logits\n for activations(h) { regularize: l1(1e-4) }",
      ) + trained,
      [],
    ],
    ["an index", net("return x -> repeat i in 1 .. 2 tanh"), ["NN1003 «i»"]],
    ["a shared stage", net("shared enc = dense(4)\n return x -> relu"), ["NN1003 «enc»"]],
    [
      "in a file without runs declarations wait for importers",
      `${header}hyper lr = 1e-3\nblock Unit()(x: f32[B, n]) { return x -> relu }\n`,
      [],
    ],
  ])("%s", (_, text, expected) => expect(findings(text)).toEqual(expected));
});

describe("style", () => {
  test.each([
    [
      "a block",
      `${header}block my_unit()(x: f32[B, n]) { return x -> relu }\n`,
      ["NN1001 «my_unit»"],
    ],
    [
      "a dim",
      "nnspec 1\ndim b\nmodel Net(x: f32[b, px: 4]) -> f32[b, 4] { return x -> relu }\n",
      ["NN1001 «b»"],
    ],
    ["a hyper", `${header}hyper learningRate = 0.1\n`, ["NN1001 «learningRate»"]],
    ["a value", net("hiddenLayer = x -> relu\n return hiddenLayer"), ["NN1001 «hiddenLayer»"]],
    ["a name of the library", `${header}define relu(x) = max(x, 0)\n`, ["NN1002 «relu»"]],
  ])("%s", (_, text, expected) => expect(findings(text)).toEqual(expected));
});

describe("unknown names and what was meant", () => {
  test.each([
    ["a stage", net("return x -> Dense(4)"), ["NN0206 «Dense»"]],
    [
      "several in one flow",
      net("return x -> dens(4) -> rellu"),
      ["NN0206 «dens»", "NN0206 «rellu»"],
    ],
    ["a value", net("return xx -> dense(4)"), ["NN0201 «xx»"]],
    [
      "a size",
      `${header}model Net(x: f32[B, px: Width]) -> f32[B, 4] { return x -> dense(Widht) }\n`,
      ["NN0201 «Widht»"],
    ],
    ["a layer called on values", net("return dense(x, 4)"), ["NN0207 «dense(x, 4)»"]],
    [
      "an activation as an argument",
      net("return x -> dense(4, activation: relu)"),
      ["NN0217 «activation»"],
    ],
    ["a value as a stage", net("h = x -> relu\n return x -> h"), ["NN0208 «h»"]],
    ["a part of a record", net("p = (a: x, b: x -> relu)\n return p.a + p.c"), ["NN0215 «c»"]],
    [
      "a tensor of a stage",
      net("return x -> dense(4) as a -> dense(4, weight: transpose(b.weight))"),
      ["NN0211 «transpose(b.weight)»"],
    ],
    [
      "one more parameter than there is",
      `${header}block Id()(x: f32[B, px: n]) { return x -> relu }\n${net("return x -> Id(3)").slice(header.length)}`,
      ["NN0216 «3»"],
    ],
    ["dims that need each other", "nnspec 1\ndim A = C\ndim C = A\n", ["NN0205 «A»"]],
  ])("%s", (_, text, expected) =>
    expect(findings(text).filter((each) => !each.startsWith("NN1003"))).toEqual(expected),
  );
});
