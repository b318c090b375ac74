import { describe, expect, test } from "vitest";
import { print } from "../../src/compiler/ir/dim.ts";
import { checkFiles, findings } from "../support/in-memory.ts";

/** The value that a hyper comes to, or the codes that it gives. */
function valueOf(
  expression: string,
  before = "",
  set: Readonly<Record<string, string>> = {},
): unknown {
  const { value, diagnostics } = checkFiles(
    { "main.nnspec": `nnspec 1\n${before}hyper x = ${expression}\n` },
    set,
  );
  const hyper = value?.hypers.find(({ name }) => name === "x");
  return hyper ? hyper.value : diagnostics.map(({ code }) => code).join();
}

/** A size as it is printed, over two open dims. */
function sizeOf(formula: string): string {
  const { value, diagnostics } = checkFiles({
    "main.nnspec": `nnspec 1\ndim B\ndim T in 2 .. 512\ndim S in 1 .. 64\ndata D {\n  x: f32[B, t: T, s: S, size: ${formula}]\n}\n`,
  });
  return value
    ? print(value.data[0]!.fields[0]!.type.axes[3]!.size)
    : diagnostics.map(({ code }) => code).join();
}

describe("numbers", () => {
  test.each<[string, unknown]>([
    ["1 + 2 * 3 ^ 2", 19],
    ["-2 ^ 2", -4],
    ["2 ^ -1", 0.5],
    ["2 ^ 3 ^ 2", 512],
    ["7 / 2", 3.5],
    ["8 / 2", 4],
    ["0.1 * 256 / 256", 0.1],
    ["50%", 0.5],
    ["2k + 1M", 1_002_000],
    ["ceil(7 / 2) + floor(7 / 2)", 7],
    ["ceil(2.1) + floor(-2.1)", 0],
    ["mod(17, 5)", 2],
    ["min(3, 1.5, 2)", 1.5],
    ["max(3, 7)", 7],
    ["sqrt(16)", 4],
    ["if 2 < 3 and not (1 == 2) then 5 else 6", 5],
    ["if 1 >= 2 or 1 != 1 then 5 else 6", 6],
    ["on", true],
    ["not on", false],
    ["relu", "relu"],
    ['"a.csv"', "a.csv"],
    ["(5)", 5],
  ])("%s", (expression, expected) => expect(valueOf(expression)).toEqual(expected));

  test.each([
    ["1 / 0", "NN0321"],
    ["0 / 0", "NN0321"],
    ["mod(3, 0)", "NN0321"],
    ["10 ^ 400 * 1.0", "NN0320"],
    ["1e300 * 1e300", "NN0321"],
    ["3 + on", "NN0311"],
    ['"a" * 2', "NN0311"],
    ["if 1 then 2 else 3", "NN0311"],
    ["1 and on", "NN0311"],
    ["relu + 1", "NN0201"],
    ["nothing + 1", "NN0201"],
    ["1 < on", "NN0311"],
    ["on == 1", "NN0311"],
    ["ceil(1, 2)", "NN0216"],
    ["sqrt(1, 2)", "NN0216"],
    ["x + 1", "NN0205"],
  ])("%s is no value", (expression, code) => expect(valueOf(expression)).toBe(code));
});

describe("sizes are exact", () => {
  test.each([
    ["T + T", "2 * T"],
    ["(T + 1) * (T - 1) + 2", "T ^ 2 + 1"],
    ["ceil(ceil(T / 2) / 2)", "ceil(T / 4)"],
    ["ceil(T / 2 + 1)", "ceil(T / 2) + 1"],
    ["ceil((T + 1) / 2 - 1 / 2)", "ceil(T / 2)"],
    ["floor(T / 2)", "floor(T / 2)"],
    ["4 * T / 2", "2 * T"],
    ["T * (T + 1) / 2", "(T ^ 2 + T) / 2"],
    ["T / 2", "NN0305"],
    ["T * S / S", "T"],
    ["max(T, 1)", "T"],
    ["min(T, 600)", "T"],
    ["min(T, S)", "min(S, T)"],
    ["mod(T, 4) + 1", "mod(T, 4) + 1"],
    ["if T > 600 then 3 else 4", "4"],
    ["if T > 100 then 3 else 4", "NN0306"],
    ["T ^ T", "NN0311"],
  ])("%s", (formula, expected) => expect(sizeOf(formula)).toBe(expected));
});

describe("definitions and `--set`", () => {
  test("a definition is worked out for numbers, nested in itself too", () => {
    expect(valueOf("f(f(2), k: 3)", "define f(t, k = 2) = k * t + 1\n")).toBe(16);
    expect(valueOf("f(2)", "define f(t) = f(t)\n")).toBe("NN0205");
    expect(valueOf("f(1, 2, 3)", "define f(t, k = 2) = k * t\n")).toBe("NN0216");
    expect(valueOf("f(k: 2)", "define f(t, k = 2) = k * t\n")).toBe("NN0216");
  });
  test("an option takes an expression of the language over the file's names", () => {
    expect(valueOf("1", "hyper y = 4\n", { x: "2 * y + 1" })).toBe(9);
    expect(valueOf("y", "hyper y = 4\n", { y: "5" })).toBe(5);
    expect(valueOf("1", "", { x: "2 +" })).toMatch(/^NN01/);
    expect(valueOf("1", "", { x: "2\nhyper z = 3" })).toBe("NN0218");
    expect(valueOf("1", "", { x: "2 in { 1, 2 }" })).toBe("NN0218");
  });
  test("a dim becomes fixed, within its range", () => {
    const text =
      "nnspec 1\ndim B\ndim T in 1 .. 9\nmodel Net(x: f32[B, t: T]) -> f32[B, 3] { return x -> dense(3) }\n";
    expect(findings(text)).toEqual(["NN0329 «dense(3)»"]);
    expect(findings(text, { T: "4" })).toEqual([]);
    expect(findings(text, { T: "10" })).toContain("NN0801 «10»");
  });
  test("hypers and dims that depend on each other in a circle are named", () => {
    const { diagnostics } = checkFiles({
      "main.nnspec": "nnspec 1\nhyper a = c\nhyper c = a + 1\n",
    });
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "NN0205 these need each other: `a` → `c` → `a`",
    ]);
  });
});

describe("a model is proved for every value of its hypers", () => {
  const net = (hypers: string, body: string): string =>
    `nnspec 1\ndim B\n${hypers}\nmodel Net(x: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {\n  return x -> ${body} -> flatten -> dense(10)\n}\n`;
  test.each([
    [
      "every choice",
      net("hyper k = 3 in { 3, 5, 9 }", "conv(4, k, padding: valid)"),
      ["NN0324 «conv(4, k, padding: valid)»"],
    ],
    [
      "both ends of an interval of integers",
      net("hyper k = 3 in 1 .. 9", "conv(4, k, padding: valid)"),
      ["NN0324 «conv(4, k, padding: valid)»"],
    ],
    [
      "every step",
      net("hyper k = 1 in 1 .. 9 by 2", "conv(4, k, padding: valid)"),
      ["NN0324 «conv(4, k, padding: valid)»"],
    ],
    [
      "hypers that only some values ask for",
      net("hyper deep = off in { on, off }\nhyper k = 3 in { 3, 9 }", "Maybe(deep, k)").replace(
        "model",
        "block Maybe(deep, k)(x: f32[B, h, w, c]) { return if deep then x -> conv(4, k, padding: valid) else x }\nmodel",
      ),
      ["NN0324 «conv(4, k, padding: valid)»"],
    ],
    [
      "combinations",
      net(
        "hyper k = 1 in { 1, 5 }\nhyper p = 1 in { 1, 5 }",
        "conv(4, k, padding: valid) -> max_pool(p)",
      ),
      ["NN0324 «max_pool(p)»"],
    ],
    ["activations", net("hyper act = relu in { relu, tanh }", "act"), []],
    [
      "what `when` excludes is none",
      net(
        "hyper deep = off in { on, off }\nhyper k = 3 in { 3, 9 } when deep == 3 > 4",
        "conv(4, k, padding: valid)",
      )
        .replace("deep == 3 > 4", "1 == 2")
        .replace("hyper deep = off in { on, off }\n", ""),
      [],
    ],
  ])("%s", (_, text, expected) => expect(findings(text)).toEqual(expected));

  test("the value is named, and the domain that allows it", () => {
    const [found] = checkFiles({
      "main.nnspec": net("hyper k = 3 in { 3, 9 }", "conv(4, k, padding: valid)"),
    }).diagnostics;
    expect(found!.message).toContain("with `k = 9`, which the domain allows");
    expect(found!.related[0]!.message).toBe("the domain of `k`");
  });
  test("more than 256 combinations are proved in part, and that is said", () => {
    const { value, diagnostics } = checkFiles({
      "main.nnspec": net(
        "hyper a = 1 in 1 .. 40\nhyper b = 1 in 1 .. 40",
        "conv(a, 3) -> conv(b, 3)",
      ),
    });
    expect(value).toBeDefined();
    expect(diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual(["NN0325 note"]);
  });
});

describe("what cannot end", () => {
  const main = (blocks: string, first: string): string =>
    `nnspec 1\ndim B\n${blocks}\nmodel Net(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> ${first} }\n`;
  const messageOf = (text: string): string | undefined =>
    checkFiles({ "main.nnspec": text }).diagnostics.find(({ code }) => code === "NN0327")?.message;

  test("a block that uses itself is told so, directly and by way of others", () => {
    expect(
      messageOf(
        main(
          "block Loop(k = 1)(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> Loop(k + 1) -> relu }",
          "Loop",
        ),
      ),
    ).toMatch(
      /^`Loop` uses itself, and each use is written out, here more than 64 deep: end it with `if`/,
    );
    const two =
      "block Ping()(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> Pong }\nblock Pong()(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> relu -> Ping }";
    expect(messageOf(main(two, "Ping"))).toMatch(
      /^`P[io]ng` uses itself \(P[io]ng → P[io]ng → P[io]ng\)/,
    );
  });

  test("a recursion that ends is a model like any other", () => {
    const block =
      "block Down(k)(x: f32[B, c: 4]) -> f32[B, c: 4] { return if k == 0 then x else x -> dense(4) -> Down(k - 1) }";
    expect(
      checkFiles({ "main.nnspec": main(block, "Down(5)") }).diagnostics.filter(
        ({ severity }) => severity === "error",
      ),
    ).toEqual([]);
  });
});

test("a broken --set is told once", () => {
  const text =
    "nnspec 1\ndim B\nhyper width = 4 in 1 .. 8\nmodel Net(x: f32[B, px: 4]) -> f32[B, width] { return x -> dense(width) }\n";
  const codes = (value: string): readonly string[] =>
    checkFiles({ "main.nnspec": text }, { width: value }).diagnostics.map(({ code }) => code);
  expect(codes("1e-")).toEqual(["NN0106"]);
  expect(codes("6")).toEqual([]);
  for (const value of ["", "(", "1 +", ")", "4 in 1 .. 3"])
    expect(codes(value).length, value).toBe(1);
});
