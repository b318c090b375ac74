import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format } from "../../src/compiler/syntax/format.ts";
import { lex } from "../../src/compiler/syntax/lexer/lex.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { programs, relaidOut, withoutSpans } from "./programs.ts";

const fmt = (text: string): string | undefined => format({ path: "a.nnspec", text }).value;
const tree = (text: string): unknown => withoutSpans(parse({ path: "a.nnspec", text }).value);
const commentsOf = (text: string): readonly string[] => {
  const { comments } = lex({ path: "a.nnspec", text });
  return comments.map(({ start, end }) => text.slice(start, end));
};

describe("the canonical form", () => {
  const examples = programs.filter(({ path }) => !path.endsWith("everything.nnspec"));
  test.each(examples.map(({ path, text }) => [path, text] as const))("%s is in it", (_, text) => {
    expect(fmt(text)).toBe(text);
  });

  test.each([
    [
      "blanks",
      "nnspec   1\ndim  C=3\ndim D   =4*-C^ 2",
      "nnspec 1\ndim C = 3\ndim D = 4 * -C ^ 2\n",
    ],
    [
      "blank lines between declarations",
      "nnspec 1\ndim B\ndefine f(x) = x\ndefine g(x) = x",
      "nnspec 1\ndim B\n\ndefine f(x) = x\n\ndefine g(x) = x\n",
    ],
    ["at most one blank line", "nnspec 1\n\n\n\ndim B", "nnspec 1\n\ndim B\n"],
    [
      "commas of settings on lines of their own",
      "nnspec 1\nrecipe R { epochs: 3,\n batch: 2, }",
      "nnspec 1\n\nrecipe R {\n  epochs: 3\n  batch: 2\n}\n",
    ],
    [
      "commas of settings on one line",
      "nnspec 1\nrecipe R { epochs: 3 batch: 2, }",
      "nnspec 1\n\nrecipe R { epochs: 3, batch: 2 }\n",
    ],
    [
      "a broken list",
      "nnspec 1\nrecipe R { metrics: (accuracy,\n loss) }",
      "nnspec 1\n\nrecipe R {\n  metrics: (\n    accuracy,\n    loss,\n  )\n}\n",
    ],
    [
      "empty brackets",
      "nnspec 1\nblock A()(x: f32[B, c]) { return x -> relu() -> dense( 3 ) }",
      "nnspec 1\n\nblock A()(x: f32[B, c]) { return x -> relu -> dense(3) }\n",
    ],
    [
      "an operator before its line",
      "nnspec 1\ndefine f(x) = x +\n  3",
      "nnspec 1\n\ndefine f(x) = x\n  + 3\n",
    ],
    [
      "a broken chain",
      "nnspec 1\nmodel M(x: f32[B]) -> f32[B] { return x ->\nrelu -> tanh\n-> elu }",
      "nnspec 1\n\nmodel M(x: f32[B]) -> f32[B] {\n  return x\n    -> relu -> tanh\n    -> elu\n}\n",
    ],
    [
      "units",
      "nnspec 1\nrecipe R { epochs: 3   epochs }",
      "nnspec 1\n\nrecipe R { epochs: 3 epochs }\n",
    ],
    ["line ends", "nnspec 1\r\ndim B\r\n// c\r\ndim C\r\n", "nnspec 1\ndim B\n// c\ndim C\n"],
    ["a byte-order mark", "\ufeffnnspec 1\n", "nnspec 1\n"],
    [
      "comments",
      "nnspec 1 // one\nrecipe R { // two\n  epochs: 3, // three\n  // four\n\n  batch: 2\n  // five\n} // six\n// seven",
      "nnspec 1 // one\n\nrecipe R { // two\n  epochs: 3 // three\n  // four\n\n  batch: 2\n  // five\n} // six\n// seven\n",
    ],
    [
      "a comment in a list",
      "nnspec 1\nrecipe R { metrics: (accuracy, // why\n loss // so\n) }",
      "nnspec 1\n\nrecipe R {\n  metrics: (\n    accuracy, // why\n    loss, // so\n  )\n}\n",
    ],
    [
      "a comment in a chain",
      "nnspec 1\ndefine f(x) = x // a\n  + 1 // b",
      "nnspec 1\n\ndefine f(x) = x // a\n  + 1 // b\n",
    ],
  ])("%s", (_, text, expected) => {
    expect(fmt(text)).toBe(expected);
  });

  test("a chain is broken at the margin", () => {
    const stages = Array.from({ length: 20 }, (_, index) => `dense(${index + 10})`).join(" -> ");
    const text = fmt(`nnspec 1\nmodel M(x: f32[B]) -> f32[B] {\n  return x -> ${stages}\n}`)!;
    const lines = text.split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.startsWith("    -> dense")).length).toBe(2);
  });

  test("what does not parse is left alone", () => {
    const { value, diagnostics } = format({ path: "a.nnspec", text: "nnspec 1\ndim" });
    expect(value).toBeUndefined();
    expect(diagnostics).toHaveLength(1);
  });
});

test("any layout of a program: comments and tree stay, and formatting again changes nothing", () => {
  fc.assert(
    fc.property(relaidOut, ({ text }) => {
      expect(parse({ path: "a.nnspec", text }).diagnostics).toEqual([]);
      const formatted = fmt(text)!;
      expect(tree(formatted)).toEqual(tree(text));
      expect(commentsOf(formatted)).toEqual(commentsOf(text));
      expect(fmt(formatted)).toBe(formatted);
    }),
    { numRuns: 100, seed: 1 },
  );
});
