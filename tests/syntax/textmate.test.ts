import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { IGrammar, StateStack } from "vscode-textmate";
import { lex } from "../../src/compiler/syntax/lexer/lex.ts";
import { isNumber, isReserved, isText } from "../../src/compiler/syntax/tokens.ts";
import { programs } from "./programs.ts";

// Both are CommonJS bundles without named exports for ES modules.
const require = createRequire(import.meta.url);
const { Registry, INITIAL, parseRawGrammar } =
  require("vscode-textmate") as typeof import("vscode-textmate");
const oniguruma = require("vscode-oniguruma") as typeof import("vscode-oniguruma");
const path = "grammar/nnspec.tmLanguage.json";

let grammar: IGrammar;
let initial: StateStack;

beforeAll(async () => {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(readFileSync(path, "utf8"), path),
  });
  grammar = (await registry.loadGrammar("source.nnspec"))!;
  initial = INITIAL;
});

interface Scoped {
  readonly start: number;
  readonly text: string;
  readonly scope: string;
}

/** The innermost scope of each piece of a text. */
function scopesOf(text: string): readonly Scoped[] {
  const found: Scoped[] = [];
  let state = initial;
  let offset = 0;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of tokens)
      found.push({
        start: offset + startIndex,
        text: line.slice(startIndex, endIndex),
        scope: scopes.at(-1)!,
      });
    state = ruleStack;
    offset += line.length + 1;
  }
  return found;
}

const scopeAt = (scopes: readonly Scoped[], offset: number): string =>
  scopes.findLast(({ start }) => start <= offset)!.scope;

describe("what a line's pieces are", () => {
  test.each([
    ["nnspec 1", ["nnspec keyword.control.header", "1 constant.numeric.version"]],
    ["/// documented", ["/// documented comment.line.documentation"]],
    ["//// a rule", ["//// a rule comment.line.double-slash"]],
    [
      "dim T in 1 .. 512 // any",
      [
        "dim storage.type.declaration",
        "T entity.name.type",
        "in keyword.control",
        "1 constant.numeric",
        ".. keyword.operator.range",
        "512 constant.numeric",
        "// any comment.line.double-slash",
      ],
    ],
    [
      "  image: f32[B, px: 64]",
      [
        "image variable.parameter.key",
        ": punctuation.separator.key",
        "f32 storage.type.tensor",
        "[ punctuation.section",
        "B variable.other",
        ", punctuation.separator",
        "px variable.parameter.key",
        ": punctuation.separator.key",
        "64 constant.numeric",
        "] punctuation.section",
      ],
    ],
    [
      "  return x -> dense(10) as h",
      [
        "return keyword.control",
        "x variable.other",
        "-> keyword.operator.arrow",
        "dense entity.name.function",
        "( punctuation.section",
        "10 constant.numeric",
        ") punctuation.section",
        "as keyword.control",
        "h variable.other",
      ],
    ],
    [
      "  epochs: 5 epochs",
      [
        "epochs variable.parameter.key",
        ": punctuation.separator.key",
        "5 constant.numeric",
        "epochs keyword.other.unit",
      ],
    ],
    [
      "a: 300k b: 0.1x c: 50%",
      [
        "a variable.parameter.key",
        ": punctuation.separator.key",
        "300 constant.numeric",
        "k keyword.other.unit",
        "b variable.parameter.key",
        ": punctuation.separator.key",
        "0.1 constant.numeric",
        "x keyword.other.unit",
        "c variable.parameter.key",
        ": punctuation.separator.key",
        "50 constant.numeric",
        "% keyword.other.unit",
      ],
    ],
    [
      's: csv("a\\n")',
      [
        "s variable.parameter.key",
        ": punctuation.separator.key",
        "csv entity.name.function",
        "( punctuation.section",
        '" string.quoted.double',
        "a string.quoted.double",
        "\\n constant.character.escape",
        '" string.quoted.double',
        ") punctuation.section",
      ],
    ],
    [
      "  for weights of conv { freeze: on }",
      [
        "for keyword.control.rule",
        "weights support.type.target",
        "of keyword.control",
        "conv variable.other",
        "{ punctuation.section",
        "freeze variable.parameter.key",
        ": punctuation.separator.key",
        "on constant.language",
        "} punctuation.section",
      ],
    ],
  ])("%s", (line, expected) => {
    const pieces = scopesOf(line).map(
      ({ text, scope }) => `${text.trim()} ${scope.replace(/\.nnspec$/, "")}`,
    );
    expect(pieces.filter((piece) => !piece.startsWith(" "))).toEqual(expected);
  });
});

describe.each(programs.map(({ path: name, text }) => [name, text] as const))("%s", (_, text) => {
  test("reserved words, numbers, texts and comments are what the lexer says", () => {
    const { tokens, comments } = lex({ path: "a.nnspec", text });
    const scopes = scopesOf(text);
    for (const { start, documentation } of comments)
      expect(scopeAt(scopes, start)).toMatch(
        documentation ? /^comment\.line\.documentation/ : /^comment\.line\.double-slash/,
      );
    for (const token of tokens) {
      const scope = scopeAt(scopes, token.startOffset);
      if (isReserved(token)) expect(scope, token.image).toMatch(/^keyword\./);
      else if (isNumber(token)) expect(scope, token.image).toMatch(/^constant\.numeric/);
      else if (isText(token)) expect(scope, token.image).toMatch(/^string/);
      else expect(scope, token.image).not.toMatch(/^(?:comment|string|constant\.numeric|invalid)/);
    }
  });
});
