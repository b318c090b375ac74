import { describe, expect, test } from "vitest";
import { checkFiles } from "../support/in-memory.ts";

const declarations = `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
  split: (train: 80%, validation: 20%)
}
data Faces {
  face: f32[B, px: 64]
  source: csv("faces.csv")
  split: (train: 80%, validation: 20%)
}
define double(v) = 2 * v
define half(v) = v / 2
block Small()(x: f32[B, c]) -> f32[B, 4] { return x -> dense(4) }
block Large(width = 8)(x: f32[B, c]) -> f32[B, 4] { return x -> dense(width) -> dense(4) }
model One(x: f32[B, px: 64]) -> f32[B, 10] { return x -> dense(10) }
model Two(x: f32[B, px: 64]) -> f32[B, 10] { return x -> dense(10) }
recipe Slow { epochs: 3 }
`;

/** What is compared, by what it may be compared with: everything with its own class, and nothing with itself alone where it has none. */
const values: readonly (readonly [written: string, comparedWith: string | undefined])[] = [
  ["3", "number"],
  ["0.5", "number"],
  ["double(2)", "number"],
  ["on", "switch"],
  ["off", "switch"],
  ['"a"', "text"],
  ['"b"', "text"],
  ["relu", "name"],
  ["tanh", "name"],
  ["anything", "name"],
  ["Small", "name"],
  ["Large", "name"],
  ["double", "name"],
  ["half", "name"],
  ["One", "name"],
  ["Two", "name"],
  ["Digits", "name"],
  ["Faces", "name"],
  ["Slow", "name"],
  ["Large(16)", undefined],
  ["adam(0.1)", undefined],
  ["5 epochs", undefined],
  ["90 deg", undefined],
  ["3 MiB", undefined],
  ["2x", undefined],
  ["(1, 2)", undefined],
  ["(a: 1, b: 2)", undefined],
  ["(1 .. 2)", undefined],
];

/** What each test comes to: whether it holds, or the code of what is said of it. */
function answersOf(tests: readonly string[]): ReadonlyMap<string, boolean | string> {
  const text = (some: readonly string[]): string =>
    `nnspec 1\ndim B\n${declarations}\n${some.map((test, place) => `hyper h${place} = ${test}\n`).join("")}`;
  const whole = checkFiles({ "main.nnspec": text(tests) });
  const codes = new Map<string, string>();
  for (const { severity, code, span } of whole.diagnostics) {
    if (severity !== "error") continue;
    const line = span.source.text.slice(0, span.start).split("\n").length - 1;
    codes.set(span.source.text.split("\n")[line]!.replace(/^hyper h\d+ = /, ""), code);
  }
  const fine = tests.filter((test) => !codes.has(test));
  const { value } = checkFiles({ "main.nnspec": text(fine) });
  for (const hyper of value!.hypers)
    codes.set(fine[Number(hyper.name.slice(1))]!, hyper.value as string);
  return codes;
}

/** Each value beside each, and the answer that belongs to `==`. */
const pairs = values.flatMap(([left, leftClass], place) =>
  values.map(([right, rightClass], other) => ({
    pair: [left, right] as const,
    same: leftClass !== undefined && leftClass === rightClass ? place === other : undefined,
  })),
);

// A list of findings is cut at 100, so the pairs are asked a few at a time.
function answers(operator: string): ReadonlyMap<string, boolean | string> {
  const tests = pairs.map(({ pair }) => pair.join(` ${operator} `));
  const found = new Map<string, boolean | string>();
  for (let start = 0; start < tests.length; start += values.length)
    for (const [test, answer] of answersOf(tests.slice(start, start + values.length)))
      found.set(test, answer);
  return found;
}

describe("every two kinds of value are compared rightly or not at all", () => {
  test.each([
    ["==", (same: boolean) => same],
    ["!=", (same: boolean) => !same],
  ])("%s", (operator, answer) => {
    const expected = pairs.map(({ pair, same }) => [
      pair.join(` ${operator} `),
      same === undefined ? "NN0311" : answer(same),
    ]);
    expect(answers(operator)).toEqual(new Map(expected as [string, boolean | string][]));
  });

  test("only numbers have an order", () => {
    const expected = values.map(([written, comparedWith]) => [
      `${written} <= 4`,
      comparedWith === "number" ? true : "NN0311",
    ]);
    expect(answersOf(values.map(([written]) => `${written} <= 4`))).toEqual(
      new Map(expected as [string, boolean | string][]),
    );
  });
});

const choosing = (kinds: string, test: string): string => `nnspec 1
dim B
${kinds}
model Net(x: f32[B, c: 4]) -> f32[B, c: 4] {
  return if ${test} then x -> dense(3) -> dense(4) else x -> dense(4)
}
`;

describe("a choice of blocks", () => {
  const blocks = `hyper kind = Large in { Large, Small }
block Large()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) }
block Small()(x: f32[B, c]) -> f32[B, c] { return x -> relu }`;

  test.each([
    ["kind == Large", [2, 1]],
    ["kind == Small", [1, 2]],
    ["kind != Small", [2, 1]],
    ["Large == kind", [2, 1]],
  ])("`%s` takes another branch for each", (condition, layers) => {
    const { value } = checkFiles({ "main.nnspec": choosing(blocks, condition) });
    const all = [value!.models[0]!, ...value!.variations!.models.map(({ of }) => of)];
    expect([...new Set(all.map(({ layers }) => layers.length))]).toEqual(layers);
  });

  test("--set takes the branch of what it sets", () => {
    const { value } = checkFiles(
      { "main.nnspec": choosing(blocks, "kind == Large") },
      { kind: "Small" },
    );
    expect(value!.models[0]!.layers).toHaveLength(1);
  });

  test.each([
    ["kind == Lrge", blocks],
    ["kind == relu", blocks],
    ["algorithm == sgdd", "hyper algorithm = sgd in { sgd, adam }"],
    ["sgdd != algorithm", "hyper algorithm = sgd in { sgd, adam }"],
  ])("`%s`, which no choice is, is refused", (condition, kinds) => {
    const { diagnostics } = checkFiles({ "main.nnspec": choosing(kinds, condition) });
    expect(
      diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
    ).toEqual(["NN0801"]);
  });

  test("a parameter is compared by what it is bound to, also under another name in another file", () => {
    const { value, diagnostics } = checkFiles({
      "blocks.nnspec": `nnspec 1
dim B
block Wide()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) }
block Choose(body)(x: f32[B, c]) -> f32[B, c] {
  return if body == Wide then x -> body -> body else x -> body
}
`,
      "main.nnspec": `nnspec 1
import { Choose, Wide as Broad } from "blocks.nnspec"
dim B
block Wide()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) }
model Same(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> Choose(Broad) }
model Other(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> Choose(Wide) }
`,
    });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(value!.models.map(({ layers }) => layers.length)).toEqual([2, 1]);
  });
});

test("a choice that two files call alike is one of the domain only where it is the same block", () => {
  const files = {
    "kinds.nnspec": `nnspec 1
dim B
block Large()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) }
`,
    "main.nnspec": `nnspec 1
import { Large as Imported } from "kinds.nnspec"
dim B
block Large()(x: f32[B, c]) -> f32[B, c] { return x -> relu }
hyper kind = Imported in { Large, Imported }
model Net(x: f32[B, c: 4]) -> f32[B, c: 4] { return if kind == Large then x -> relu else x -> kind }
`,
  };
  const { value, diagnostics } = checkFiles(files);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(value!.models[0]!.layers).toHaveLength(1);
});
