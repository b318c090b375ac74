import { ts } from "ts-morph";
import { expect, test } from "vitest";
import { comment, key, literal } from "../../src/targets/trainer/code.ts";
import { numbersFrom } from "../support/networks.ts";

// What every text of a spec goes through on its way into generated code, for ten thousand random mixtures of what tries to get out. Each
// slot of the generated modules meets each of five hundred such texts in tests/emit/injection.test.ts.

const pieces = [
  '"',
  "'",
  "`",
  "\\",
  "${",
  "}",
  "*/",
  "/*",
  "//",
  "\n",
  "\r",
  "\u2028",
  "\u2029",
  "\u0000",
  "\u001b[2J",
  "\u202e",
  "\u200b",
  "</script>",
  "<!--",
  "]]>",
  "__proto__",
  "constructor",
  "@ts-ignore",
  "prettier-ignore",
  "process.exit(1)",
  ");",
  "];",
  "});",
  "import('node:fs')",
  "\\u0022",
  "\\x22",
  "\ud800",
  "\udfff",
  "\ufeff",
  "🦀",
  "a",
  " ",
  "\t",
  "#!",
  "=>",
  "0x",
  "-",
  ".",
  ",",
] as const;

function texts(count: number): readonly string[] {
  const next = numbersFrom(20_26);
  const below = (bound: number): number => Math.min(bound - 1, Math.floor(next() * bound));
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(8) }, () => pieces[below(pieces.length)]!).join(""),
  );
}

const hostile = [...new Set(texts(13_000))].slice(0, 10_000);

function kindsOf(text: string): readonly ts.SyntaxKind[] {
  const file = ts.createSourceFile(
    "file.ts",
    text,
    ts.ScriptTarget.Latest,
    false,
    ts.ScriptKind.TS,
  );
  expect(
    (file as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics,
  ).toEqual([]);
  const kinds: ts.SyntaxKind[] = [];
  const visit = (node: ts.Node): void => {
    kinds.push(node.kind);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return kinds;
}

test("ten thousand texts, all different", () => expect(hostile).toHaveLength(10_000));

test("a literal evaluates to its text, on one line, without a character that could end it, a line or a script element", () => {
  for (const text of hostile) {
    const { code } = literal(text);
    expect(JSON.parse(code), code).toBe(text);
    expect(/[<\n\r\u2028\u2029]/.test(code) || code.includes("\u0000"), code).toBe(false);
  }
});

test("a comment ends where it should, and directs nothing", () => {
  const expected = kindsOf("const x = 1;");
  for (const text of hostile) {
    const { code } = comment(text);
    expect(kindsOf(`${code}\nconst x = 1;`), code).toEqual(expected);
    expect(code, text).not.toMatch(/^[\s*/]*@ts-/m);
  }
});

test("a key is that property, the prototype's name included", () => {
  const expected = kindsOf('const x = { ["a"]: 1 };');
  for (const text of hostile.filter((_, index) => index % 10 === 0)) {
    const { code } = key(text);
    const made = new Function(`return { ${code}: 1 };`)() as object;
    expect(Object.keys(made), code).toEqual([text]);
    if (code.startsWith("[")) expect(kindsOf(`const x = { ${code}: 1 };`), code).toEqual(expected);
  }
});
