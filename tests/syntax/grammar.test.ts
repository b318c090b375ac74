import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printExpression, productions } from "../../src/compiler/syntax/grammar.ts";

const written = productionsOf(readFileSync("grammar/nnspec.ebnf", "utf8").split("(* Tokens.")[0]!);
const parsed = new Map(
  productions().map(({ name, expression }) => [name, printExpression(expression)]),
);
const comments = new Map(
  ["parser", "body-rules", "expression-rules"].flatMap((file) =>
    [
      ...readFileSync(`src/compiler/syntax/${file}.ts`, "utf8").matchAll(
        /^ {2}\/\/ ([a-z]+) = (.*)$/gm,
      ),
    ].map(([, name, right]) => [name!, right!] as const),
  ),
);

function productionsOf(text: string): ReadonlyMap<string, string> {
  const bare = text.replace(/\(\*[\s\S]*?\*\)/g, "");
  const lines = bare
    .trim()
    .split(/\n(?=[a-z]+ +=)/)
    .map((line) => line.trim().replace(/\s+/g, " "));
  return new Map(
    lines.map(
      (line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf("= ") + 2)] as const,
    ),
  );
}

test("the grammar and the parser have the same productions", () => {
  expect([...written.keys()].sort()).toEqual([...parsed.keys()].sort());
  expect([...comments.keys()].sort()).toEqual([...parsed.keys()].sort());
});

describe.each([...parsed])("%s", (name, expression) => {
  test("is what the grammar says, and what stands above the method", () => {
    expect(written.get(name)).toBe(expression);
    expect(comments.get(name)).toBe(expression);
  });
});

test("the chapter on grammar shows each production as it is", () => {
  const blocks = [
    ...readFileSync("spec/02-grammar.md", "utf8").matchAll(/```ebnf\n([\s\S]*?)```/g),
  ].map(([, text]) => text!);
  expect(productionsOf(blocks.join("\n"))).toEqual(written);
});
