import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format } from "../../src/compiler/syntax/format.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { NnspecParser } from "../../src/compiler/syntax/parser.ts";
import { programs, spansOf, withoutSpans } from "./programs.ts";

const codesOf = (text: string): readonly string[] =>
  parse({ path: "a.nnspec", text }).diagnostics.map(({ code }) => code);

describe("complete programs", () => {
  test.each(programs.map((program) => [program.path, program] as const))(
    "%s parses, and every span lies in it",
    (_, program) => {
      const { value, diagnostics } = parse(program);
      expect(diagnostics).toEqual([]);
      const spans = spansOf(value);
      expect(spans.length).toBeGreaterThan(20);
      for (const { start, end } of spans)
        expect(start >= 0 && start < end && end <= program.text.length).toBe(true);
    },
  );
});

test("the grammar is free of ambiguities: the validations that a run skips", () => {
  expect(() => new NnspecParser({ skipValidations: false })).not.toThrow();
});

const expression = (text: string) => {
  const { value, diagnostics } = parse({
    path: "a.nnspec",
    text: `nnspec 1\nrecipe R { a: ${text} }`,
  });
  expect(diagnostics).toEqual([]);
  const [item] = value!.items;
  return item?.kind === "recipe" && item.settings.entries[0]?.kind === "setting"
    ? show(item.settings.entries[0].value)
    : undefined;
};

/** A tree with all its brackets. */
function show(value: unknown): string {
  const node = value as { readonly kind: string } & Readonly<Record<string, unknown>>;
  switch (node.kind) {
    case "number":
      return `${node["value"]}${node["suffix"] === "x" ? "x" : ""}${node["unit"] ? ` ${node["unit"]}` : ""}`;
    case "text":
      return JSON.stringify(node["value"]);
    case "reference": {
      const path = (node["path"] as readonly { readonly text: string }[])
        .map(({ text }) => text)
        .join(".");
      return node["arguments"] ? `${path}(${showAll(node["arguments"])})` : path;
    }
    case "group":
      return `(${showAll(node["arguments"])})`;
    case "unary":
      return `[${node["operator"]} ${show(node["operand"])}]`;
    case "binary":
      return `[${show(node["left"])} ${node["operator"]} ${show(node["right"])}]`;
    case "range":
      return `[${show(node["from"])} .. ${show(node["to"])}]`;
    case "conditional":
      return `[if ${show(node["condition"])} then ${show(node["then"])} else ${show(node["else"])}]`;
    case "sequence":
      return `[${(node["parts"] as readonly unknown[]).map(show).join(" then ")}]`;
    default:
      return `[${show(node["source"])} -> ${(node["stages"] as readonly Stage[]).map(showStage).join(" -> ")}]`;
  }
}

type Stage = {
  readonly repeat?: { readonly index?: { readonly text: string }; readonly count: unknown };
  readonly call: { readonly name: { readonly text: string }; readonly arguments?: unknown };
  readonly alias?: { readonly text: string };
};

function showStage({ repeat, call, alias }: Stage): string {
  const times = repeat
    ? `repeat ${repeat.index ? `${repeat.index.text} in ` : ""}${show(repeat.count)} `
    : "";
  return `${times}${call.name.text}${call.arguments ? `(${showAll(call.arguments)})` : ""}${alias ? ` as ${alias.text}` : ""}`;
}

function showAll(list: unknown): string {
  return (list as readonly { readonly name?: { readonly text: string }; readonly value: unknown }[])
    .map(({ name, value }) => `${name ? `${name.text}: ` : ""}${show(value)}`)
    .join(", ");
}

describe("what binds how", () => {
  test.each([
    ["1 - 2 - 3 * 4", "[[1 - 2] - [3 * 4]]"],
    ["-2 ^ 2", "[- [2 ^ 2]]"],
    ["2 ^ 3 ^ -2", "[2 ^ [3 ^ [- 2]]]"],
    ["a or b and not c < 1 .. 2 + 3", "[a or [b and [not [c < [1 .. [2 + 3]]]]]]"],
    ["a + b -> relu -> dense(2) as x", "[[a + b] -> relu -> dense(2) as x]"],
    ["a + (b -> relu)", "[a + ([b -> relu])]"],
    ["if a then b else c then d", "[[if a then b else c] then d]"],
    ["if a then x else x -> relu -> tanh", "[if a then x else [x -> relu -> tanh]]"],
    [
      "x -> repeat 3 Block -> repeat i in 1 .. n Block(i)",
      "[x -> repeat 3 Block -> repeat i in [1 .. n] Block(i)]",
    ],
    ["x -> repeat n Block", "[x -> repeat n Block]"],
    ["warmup(2 epochs) then cosine(to: 0.1x)", "[warmup(2 epoch) then cosine(to: 0.1x)]"],
    ["(train: 80%, test: 20%,)", "(train: 0.8, test: 0.2)"],
    ["300k", "300000"],
    ["1.1M", "1100000"],
    ["64 MiB", "64 MiB"],
    ["1e-3", "0.001"],
    ["relu()", "relu"],
    ["teacher.logits", "teacher.logits"],
    ["if", undefined],
  ])("%s", (text, expected) => {
    if (expected === undefined)
      expect(codesOf(`nnspec 1\nrecipe R { a: ${text} }`)).toEqual(["NN0101"]);
    else expect(expression(text)).toBe(expected);
  });

  test("escapes of texts", () => {
    expect(expression(String.raw`"\" \\ \n \t \u{1F600} é"`)).toBe(
      JSON.stringify('" \\ \n \t 😀 é'),
    );
  });

  test("a number with a suffix may have a unit as well", () => {
    const [item] = parse({
      path: "a.nnspec",
      text: "nnspec 1\nrecipe R { save: every(2.5k steps) batch: 1k\n steps: 50k epochs: 2 }\n",
    }).value!.items;
    const values =
      item?.kind === "recipe"
        ? item.settings.entries.map((entry) => (entry.kind === "setting" ? entry.value : undefined))
        : [];
    expect(values[0]?.kind === "reference" && values[0].arguments?.[0]?.value).toMatchObject({
      kind: "number",
      value: 2500,
      unit: "step",
      suffix: "k",
    });
    expect(values.slice(1)).toMatchObject([{ value: 1000 }, { value: 50_000 }, { value: 2 }]);
    for (const text of ["50% steps", "2x steps"])
      expect(
        parse({ path: "a.nnspec", text: `nnspec 1\nrecipe R { save: every(${text}) }\n` })
          .diagnostics.length,
        text,
      ).toBeGreaterThan(0);
  });

  test("words are names where the grammar does not ask for them", () => {
    expect(expression("(train: data, log: step, by: from, on: shared)")).toBe(
      "(train: data, log: step, by: from, on: shared)",
    );
    expect(
      codesOf(
        "nnspec 1\ndim data\ndim model = data\nblock block(train)(x: f32[B]) { log = x -> model(train) return log }\nhyper log = 3 in log 1 .. 2\n",
      ),
    ).toEqual([]);
  });
});

test("documentation belongs to what follows it", () => {
  const text =
    "nnspec 1\n/// A run.\n/// Of two lines.\ntrain M on D {\n  /// how long\n  epochs: 3 /// not this\n  // nor this\n  batch: 2\n}\n";
  const [item] = parse({ path: "a.nnspec", text }).value!.items;
  expect(item?.documentation).toBe("A run.\nOf two lines.");
  expect(
    item?.kind === "train" && item.settings?.entries.map(({ documentation }) => documentation),
  ).toEqual(["how long", undefined]);
});

describe("limits", () => {
  const nested = (depth: number) => `nnspec 1\ndim C = ${"(".repeat(depth)}1${")".repeat(depth)}\n`;
  test.each([
    ["64 brackets", nested(64), []],
    ["65 brackets", nested(65), ["NN0003"]],
    ["100,000 brackets", nested(90_000), ["NN0003"]],
    ["many unclosed", `nnspec 1\n${"{".repeat(100_000)}`, ["NN0003"]],
    ["else after else", `nnspec 1\ndim C = ${"if a then b else ".repeat(10_000)} 1`, ["NN0003"]],
    ["a tower of powers", `nnspec 1\ndim C = ${"2 ^ ".repeat(10_000)} 1`, ["NN0003"]],
    ["a long sum", `nnspec 1\ndim C = ${"1 + ".repeat(5_000)} 1`, ["NN0007"]],
    [
      "a long chain",
      `nnspec 1\nmodel M(x: f32[B]) -> f32[B] { return x ${"-> relu ".repeat(5_000)} }`,
      [],
    ],
    ["a long name", `nnspec 1\ndim ${"A".repeat(129)}`, ["NN0004"]],
    ["a name that is long enough", `nnspec 1\ndim ${"A".repeat(128)}`, []],
    ["a large file", `nnspec 1\n//${"x".repeat(1_000_000)}`, ["NN0001"]],
    ["many tokens", `nnspec 1\n${"//\n".repeat(200_000)}`, ["NN0002"]],
  ])("%s", (_, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  test("a hundred errors are shown, and that there are more", () => {
    const { diagnostics } = parse({
      path: "a.nnspec",
      text: `nnspec 1\nrecipe R {\n${"  a = 1\n".repeat(300)}}`,
    });
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)?.code).toBe("NN0005");
  });
});

const pieces = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ",",
  ":",
  "=",
  "->",
  "..",
  ".",
  "-",
  "^",
  "if",
  "then",
  "repeat 3",
  "for",
  "nnspec",
  "model",
  "train X on Y {",
  "\n",
  '"',
  "'",
  "//",
  "5epochs",
  "\u0000",
  "\ud800",
  "\u202e",
  "é",
  ";",
  "1,000",
  "None",
  "- >",
  "𝒳",
  "in",
];

/** A program with pieces deleted, inserted or swapped at random. */
const mutated = fc
  .tuple(
    fc.constantFrom(...programs),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(12),
        fc.constantFrom("", ...pieces),
      ),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([{ text }, changes]) =>
    changes.reduce((changed, [where, length, inserted]) => {
      const at = Math.floor(where * changed.length);
      return changed.slice(0, at) + inserted + changed.slice(at + length);
    }, text),
  );

test("nothing throws, and every span lies in the text", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        { weight: 5, arbitrary: mutated },
        {
          weight: 1,
          arbitrary: fc
            .array(fc.constantFrom(...pieces, " ", "x", "1"), { maxLength: 60 })
            .map((parts) => parts.join("")),
        },
        { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      ),
      (text) => {
        const source = { path: "a.nnspec", text };
        const { value, diagnostics } = parse(source);
        const places = [
          ...spansOf(value),
          ...diagnostics.flatMap(({ span, related, fixes }) => [
            span,
            ...related.map((one) => one.span),
            ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.span)),
          ]),
        ];
        for (const { start, end } of places)
          expect(start >= 0 && start <= end && end <= text.length, `${start} ${end}`).toBe(true);
        expect(value?.kind).toBe("file");
        expect(format(source).diagnostics.length).toBe(diagnostics.length);
      },
    ),
    { numRuns: 400, seed: 7 },
  );
}, 30_000);

test("a broken statement costs no other declaration", () => {
  const text =
    "nnspec 1\ndim\nrecipe A { epochs: * }\nrecipe B { epochs: 3 batch 2 }\nmodel M(x f32[B]) -> f32[B] { h = return x }\ntrain M on D\n";
  const { value, diagnostics } = parse({ path: "a.nnspec", text });
  expect(
    diagnostics.map(({ code, span }) => `${code} ${text.slice(span.start, span.end)}`),
  ).toEqual(["NN0101 recipe", "NN0101 *", "NN0101 2", "NN0101 f32", "NN0101 return"]);
  expect(withoutSpans(value?.items.at(-1))).toEqual({
    kind: "train",
    model: { text: "M" },
    data: { text: "D" },
    recipes: [],
  });
});
