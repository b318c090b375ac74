import { describe, expect, test } from "vitest";
import { textOf } from "../../src/compiler/base/source.ts";
import { printType } from "../../src/compiler/passes/2-infer/agreement.ts";
import { checkFiles, findings, modelOf } from "../support/in-memory.ts";

const header = "nnspec 1\ndim B\n";
const image = "image: f32[B, h: 28, w: 28, c: 1]";
const model = (inputs: string, result: string, body: string, before = ""): string =>
  `${header}${before}model Net(${inputs}) -> ${result} {\n  ${body}\n}\n`;

describe("broadcasting is by name only", () => {
  const sum = (a: string, b: string, operator = "+"): string =>
    model(`a: ${a}, b: ${b}`, "f32[B]", `y = a ${operator} b\n  return y`);
  const typeOf = (text: string): string => {
    const { diagnostics } = checkFiles({ "main.nnspec": text });
    const result = diagnostics.find(({ code }) => code === "NN0303");
    return result
      ? /its body gives `(.*?)`/.exec(result.message)![1]!
      : diagnostics.map(({ code }) => code).join();
  };
  test.each([
    ["one rank, equal", "f32[B, h: 2, c: 3]", "f32[B, h: 2, c: 3]", "f32[B, h: 2, c: 3]"],
    ["names from either side", "f32[B, 2, c: 3]", "f32[B, h: 2, 3]", "f32[B, h: 2, c: 3]"],
    ["one rank, other sizes", "f32[B, c: 3]", "f32[B, c: 4]", "NN0301"],
    ["one rank, size 1 does not stretch", "f32[B, c: 3]", "f32[B, c: 1]", "NN0301"],
    ["one rank, other names", "f32[B, h: 3]", "f32[B, w: 3]", "NN0301"],
    ["one rank, axes in another order", "f32[B, h: 3, w: 3]", "f32[B, w: 3, h: 3]", "NN0301"],
    [
      "a smaller one finds its axes",
      "f32[B, h: 2, w: 4, c: 3]",
      "f32[B, c: 3]",
      "f32[B, h: 2, w: 4, c: 3]",
    ],
    [
      "whichever side it is on",
      "f32[B, c: 3]",
      "f32[B, h: 2, w: 4, c: 3]",
      "f32[B, h: 2, w: 4, c: 3]",
    ],
    ["in the middle too", "f32[B, h: 2, w: 4, c: 3]", "f32[B, w: 4]", "f32[B, h: 2, w: 4, c: 3]"],
    ["not an axis without a name", "f32[B, h: 2, c: 3]", "f32[B, 3]", "NN0301"],
    ["not an axis that is not there", "f32[B, h: 2, c: 3]", "f32[B, q: 3]", "NN0301"],
    ["not another size", "f32[B, h: 2, c: 3]", "f32[B, c: 2]", "NN0301"],
    ["labels are no numbers", "f32[B, t: 2]", "class[B, t: 2] of 5", "NN0310"],
  ])("%s: %s and %s", (_, a, b, expected) => {
    expect(typeOf(sum(a, b))).toBe(expected);
    expect(typeOf(sum(a, b, "*"))).toBe(expected);
  });
  test("numbers fit everywhere", () => {
    const net = modelOf(
      model(
        "a: f32[B, h: 2, c: 3]",
        "f32[B, h: 2, c: 3]",
        "return 2 * a ^ 2 - a / 0.5 + 1",
        "hyper k = 3\n",
      ),
    );
    expect(printType(net.outputs[0]!.value.type)).toBe("f32[B, h: 2, c: 3]");
  });
  test("the places of the smaller operand's axes are handed on", () => {
    const net = modelOf(
      model(
        "a: f32[B, h: 2, w: 4, c: 3]",
        "f32[B, h: 2, w: 4, c: 3]",
        "parameter scale: f32[c: 3, h: 2] = ones\n  return a * scale",
      ),
    );
    const product = net.outputs[0]!.value.body;
    expect(product.kind === "arithmetic" && product.broadcasts).toEqual([
      [0, 1, 2, 3],
      [3, 1],
    ]);
  });
});

describe("each error stands where it was made", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "dense after conv",
      model(image, "f32[B, 10]", "return image -> conv(8, 3) -> dense(10)"),
      ["NN0302 «dense(10)»"],
    ],
    [
      "conv without c",
      model(
        "image: f32[B, 28, 28, 1]",
        "f32[B, 10]",
        "return image -> conv(8, 3) -> flatten -> dense(10)",
      ),
      ["NN0302 «conv(8, 3)»"],
    ],
    [
      "a window too large, of a named stage",
      model(image, "f32[B, 10]", "return image -> max_pool(40) as pooled -> flatten -> dense(10)"),
      ["NN0302 «max_pool(40) as pooled»"],
    ],
    [
      "groups",
      model(image, "f32[B, 10]", "return image -> conv(8, 3, groups: 2) -> flatten -> dense(10)"),
      ["NN0302 «groups: 2»"],
    ],
    [
      "an axis that is not there",
      model(image, "f32[B, 10]", "return image -> avg_pool(over: (h, q)) -> dense(10)"),
      ["NN0302 «over: (h, q)»"],
    ],
    [
      "a sum",
      model(
        "x: f32[B, px: 4]",
        "f32[B, 3]",
        "a = x -> dense(3)\n  b = x -> dense(2)\n  return (a + b) -> relu",
      ),
      ["NN0301 «a + b»"],
    ],
    [
      "a function of two",
      model("x: f32[B, px: 4]", "f32[B, 3]", "a = x -> dense(3)\n  return max(a, x)"),
      ["NN0301 «x»"],
    ],
    [
      "a result",
      model("x: f32[B, px: 4]", "f32[B, 3]", "return x -> dense(4)"),
      ["NN0303 «x -> dense(4)»"],
    ],
    [
      "the rank of a result",
      model(image, "f32[B, 3]", "return image -> conv(3, 3)"),
      ["NN0303 «image -> conv(3, 3)»"],
    ],
    [
      "the name of a result's axis",
      model("x: f32[B, px: 4]", "f32[B, h: 3]", "return x -> dense(3)"),
      ["NN0303 «x -> dense(3)»"],
    ],
    [
      "a block's input",
      model(
        "x: f32[B, px: 4]",
        "f32[B, 3]",
        "return x -> Unit -> dense(3)",
        "block Unit()(x: f32[B, t: 5]) { return x -> relu }\n",
      ),
      ["NN0304 «Unit»"],
    ],
    [
      "a test on the batch",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "return if B > 2 then x else x -> relu"),
      ["NN0306 «B > 2»"],
    ],
    [
      "a repetition on an open dim",
      model("x: f32[B, t: T]", "f32[B, t: T]", "return x -> repeat T relu", "dim T in 1 .. 9\n"),
      ["NN0306 «T»"],
    ],
    [
      "a repetition of a fraction",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "return x -> repeat 1.5 relu"),
      ["NN0312 «1.5»"],
    ],
    [
      "a repetition below 0",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "return x -> repeat -1 relu"),
      ["NN0312 «-1»"],
    ],
    [
      "a repetition without end",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "return x -> repeat 1G relu"),
      ["NN0312 «1G»"],
    ],
    [
      "nine axes",
      model("x: f32[B, 2, 2, 2, 2, 2, 2, 2, 2]", "f32[B, 2]", "return x -> flatten -> dense(2)"),
      ["NN0307 «f32[B, 2, 2, 2, 2, 2, 2, 2, 2]»"],
    ],
    [
      "too many elements",
      model("x: f32[B, px: 4]", "f32[B, 2]", "return x -> dense(3G) -> dense(2)"),
      ["NN0308 «dense(3G)»"],
    ],
    [
      "a weight with too many",
      model("x: f32[B, px: 64k]", "f32[B, 2]", "return x -> dense(64k) -> dense(2)"),
      ["NN0308 «dense(64k)»"],
    ],
    ["a size of 0", model("x: f32[B, px: 0]", "f32[B, 2]", "return x -> dense(2)"), ["NN0309 «0»"]],
    [
      "a size that is no integer",
      model("x: f32[B, px: 0.5]", "f32[B, 2]", "return x -> dense(2)"),
      ["NN0311 «0.5»"],
    ],
    [
      "labels where numbers belong",
      model("x: class[B, t: 4] of 5", "f32[B, 2]", "return x -> relu"),
      ["NN0310 «relu»"],
    ],
    [
      "two axes of one name",
      model("x: f32[B, h: 4, h: 4]", "f32[B, 2]", "return x -> flatten -> dense(2)"),
      ["NN0314 «h»"],
    ],
    [
      "an element type that there is not",
      model("x: float[B, px: 4]", "f32[B, 2]", "return x -> dense(2)"),
      ["NN0315 «float»"],
    ],
    ["no return", model("x: f32[B, px: 4]", "f32[B, 2]", "y = x -> dense(2)"), ["NN0316 «Net»"]],
    [
      "two returns",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "return x\n  return x"),
      ["NN0317 «return x»"],
    ],
    [
      "two values into one",
      model("x: f32[B, px: 4]", "f32[B, 2]", "return (x, x) -> dense(2)"),
      ["NN0318 «dense(2)»"],
    ],
    [
      "a list in a sum",
      model("x: f32[B, px: 4]", "f32[B, px: 4]", "p = (x, x -> relu)\n  return p + x"),
      ["NN0319 «p»"],
    ],
    [
      "a batch of a fixed size",
      model("x: f32[32, px: 4]", "f32[32, 2]", "return x -> dense(2)"),
      ["NN0322 «32»"],
    ],
    [
      "a tied weight of another shape",
      model(
        "x: f32[B, px: 4]",
        "f32[B, 4]",
        "return x -> dense(3) as a -> dense(4, weight: a.weight)",
      ),
      ["NN0326 «a.weight»"],
    ],
    [
      "a shared stage on two types",
      model("x: f32[B, px: 4]", "f32[B, 3]", "shared m = dense(3)\n  return x -> m -> m"),
      ["NN0302 «m»"],
    ],
    [
      "a quotient that may not be whole",
      model("x: f32[B, t: T]", "f32[B, t: T / 2]", "return x", "dim T in 2 .. 9\n"),
      ["NN0305 «T / 2»"],
    ],
    [
      "a window that is too large for some lengths",
      model(
        "x: f32[B, t: T, c: 3]",
        "f32[B, t: T - 2, c: 3]",
        "return x -> conv(3, 3, padding: valid)",
        "dim T in 1 .. 9\n",
      ),
      ["NN0302 «conv(3, 3, padding: valid)»"],
    ],
  ])("%s", (_, text, expected) =>
    expect(findings(text).filter((each) => !each.startsWith("NN1003"))).toEqual(expected),
  );
});

describe("an error says how it came about", () => {
  const only = (text: string) => checkFiles({ "main.nnspec": text }).diagnostics[0]!;
  test("the chain of shapes and the arithmetic", () => {
    const found = only(
      model(
        image,
        "f32[B, 10]",
        "return image -> conv(6, 5, padding: valid) -> max_pool(2) -> dense(10)",
      ),
    );
    expect(found.notes).toEqual([
      "the shapes that led here: image f32[B, h: 28, w: 28, c: 1] → conv_1 f32[B, h: 24, w: 24, c: 6] → max_pool_1 f32[B, h: 12, w: 12, c: 6]",
      "conv_1: h = floor((28 + 2 * 0 - 5) / 1) + 1 = 24",
      "conv_1: w = floor((28 + 2 * 0 - 5) / 1) + 1 = 24",
      "max_pool_1: h = floor((24 + 2 * 0 - 2) / 2) + 1 = 12",
      "max_pool_1: w = floor((24 + 2 * 0 - 2) / 2) + 1 = 12",
    ]);
    expect(found.fixes[0]!.edits.map(({ text }) => text)).toEqual(["flatten -> "]);
  });
  test("both places where two disagree", () => {
    const found = only(
      model(
        "x: f32[B, px: 4]",
        "f32[B, 3]",
        "a = x -> dense(3)\n  b = x -> dense(2)\n  return a + b",
      ),
    );
    expect(found.related.map(({ span, message }) => `${textOf(span)}: ${message}`)).toEqual([
      "a: this is f32[B, c: 3]",
      "b: this is f32[B, c: 2]",
    ]);
    expect(found.message).toContain("`c` is 3 on the left and 2 on the right");
  });
  test("the use of a block that led there", () => {
    const found = only(
      model(
        image,
        "f32[B, 10]",
        "return image -> Unit(4) -> flatten -> dense(10)",
        "block Unit(n)(x: f32[B, h, w, c]) -> f32[B, h, w, c: n] { return x -> conv(n, 3, stride: 2) }\n",
      ),
    );
    expect(found.code).toBe("NN0303");
    expect(found.related.at(-1)).toMatchObject({
      message: "in this use of `Unit`, on f32[B, h: 28, w: 28, c: 1]",
    });
    expect(textOf(found.related.at(-1)!.span)).toBe("Unit(4)");
  });
  test("what to write for a layer that is called, as a fix", () => {
    const text = model("x: f32[B, px: 4]", "f32[B, 3]", "return dense(x, 3) -> relu");
    const [fix] = only(text).fixes;
    const [{ span, text: replacement }] = fix!.edits as [(typeof fix & object)["edits"][number]];
    expect(findings(text.slice(0, span.start) + replacement + text.slice(span.end))).toEqual([]);
  });
});

test("one fault in a block that is used thirty times is told once", () => {
  expect(
    findings(
      model(
        image,
        "f32[B, 10]",
        "return image -> repeat 30 Unit -> flatten -> dense(10)",
        "block Unit()(x: f32[B, h, w, c]) -> f32[B, h, w, c] { return x -> conv(c, 3, stride: 2) -> conv(c, 3) }\n",
      ),
    ),
  ).toEqual(["NN0303 «x -> conv(c, 3, stride: 2) -> conv(c, 3)»"]);
});

test("at most a hundred findings", () => {
  const body = Array.from({ length: 150 }, (_, index) => `v${index} = x -> nothing${index}`).join(
    "\n  ",
  );
  const { diagnostics } = checkFiles({
    "main.nnspec": model("x: f32[B, px: 4]", "f32[B, px: 4]", `${body}\n  return x`),
  });
  expect(diagnostics.filter(({ code }) => code === "NN0206").length).toBe(100);
});

test("towers of blocks end, soon", () => {
  const blocks = Array.from(
    { length: 12 },
    (_, index) => `block L${index + 1}()(x: f32[B, _: n]) { return x -> repeat 10 L${index} }\n`,
  ).join("");
  const start = Date.now();
  expect(
    findings(
      model(
        "x: f32[B, px: 4]",
        "f32[B, px: 4]",
        "return x -> L12",
        `block L0()(x: f32[B, _: n]) { return x -> relu }\n${blocks}`,
      ),
    ),
  ).toEqual([expect.stringMatching(/^NN0313/)]);
  expect(Date.now() - start).toBeLessThan(10_000);
});
