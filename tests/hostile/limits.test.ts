import { describe, expect, test } from "vitest";
import { checkFiles, findings } from "../support/in-memory.ts";

// Limits of a whole program; those of one file stand in tests/syntax/parse.test.ts. Each is an error with a code, at the size itself nothing.

const codesOf = (files: Readonly<Record<string, string>>): readonly string[] => [
  ...new Set(checkFiles(files).diagnostics.map(({ code }) => code)),
];

/** A main file that imports a dim from each of `count` others, each with `padding` characters of comment. */
function importing(count: number, padding = 0): Readonly<Record<string, string>> {
  const others = Array.from(
    { length: count },
    (_, index) =>
      [
        `f${index}.nnspec`,
        `nnspec 1\n${padding > 0 ? `// ${"x".repeat(padding)}\n` : ""}dim C${index} = 1\n`,
      ] as const,
  );
  const imports = others.map(([path], index) => `import { C${index} } from "./${path}"`).join("\n");
  return {
    "main.nnspec": `nnspec 1\n${imports}\ndim B\nmodel M(x: f32[B, px: 4]) -> f32[B, px: 4] { return x -> relu }\n`,
    ...Object.fromEntries(others),
  };
}

describe("imports", () => {
  const unused = (codes: readonly string[]): readonly string[] =>
    codes.filter((code) => code.startsWith("NN002"));

  test("256 files, and no more", () => {
    expect(unused(codesOf(importing(256)))).toEqual([]);
    expect(unused(codesOf(importing(257)))).toEqual(["NN0025"]);
  });

  test("8 MB in all", () => {
    expect(unused(codesOf(importing(8, 900_000)))).toEqual([]);
    expect(unused(codesOf(importing(10, 900_000)))).toEqual(["NN0026"]);
  });

  test("a file that imports itself, and a ring of sixteen", () => {
    expect(
      codesOf({ "main.nnspec": 'nnspec 1\nimport { A } from "./main.nnspec"\ndim A = 1\n' }),
    ).toContain("NN0023");
    const ring = Object.fromEntries(
      Array.from({ length: 15 }, (_, index) => [
        `r${index}.nnspec`,
        `nnspec 1\nimport { C${(index + 1) % 15} } from "./r${(index + 1) % 15}.nnspec"\ndim C${index} = 1\n`,
      ]),
    );
    expect(
      codesOf({ "main.nnspec": 'nnspec 1\nimport { C0 } from "./r0.nnspec"\ndim B\n', ...ring }),
    ).toContain("NN0023");
  });
});

describe("tensors", () => {
  const model = (type: string, dims = ""): string =>
    `nnspec 1\ndim B\n${dims}model M(x: f32[${type}]) -> f32[${type}] { return x -> relu }\n`;
  const axes = (count: number): string =>
    ["B", ...Array.from({ length: count - 1 }, (_, index) => `a${index}: 2`)].join(", ");

  test("8 axes, not 9", () => {
    expect(findings(model(axes(8)))).toEqual([]);
    expect(findings(model(axes(9)))[0]).toMatch(/^NN0307/);
  });

  test("2^31 elements a row, not one more; products are exact far beyond what a number holds", () => {
    expect(findings(model("B, a: 65536, b: 32768"))).toEqual([]);
    expect(findings(model("B, a: 65536, b: 32769"))[0]).toMatch(/^NN0308/);
    expect(findings(model("B, a: 2147483649"))[0]).toMatch(/^NN0308/);
    for (const size of ["9007199254740993", "999999999999999999999999", "1000000000G"]) {
      const found = findings(model(`B, a: ${size}, b: ${size}`));
      expect(found.length, size).toBeGreaterThan(0);
      expect(
        found.every((each) => /^NN(03|01)/.test(each)),
        found.join(),
      ).toBe(true);
    }
  });

  test("a repetition without end and a power tower are refused before they are built", () => {
    const repeated = (count: string): string =>
      `nnspec 1\ndim B\nblock L()(x: f32[B, c]) -> f32[B, c] { return x -> dense(4) }\nmodel M(x: f32[B, c: 4]) -> f32[B, c: 4] { return x -> repeat ${count} L }\n`;
    for (const count of ["1000000000", "9 ^ 9 ^ 9", "2 ^ 62"]) {
      const start = performance.now();
      expect(findings(repeated(count)).length, count).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });
});
