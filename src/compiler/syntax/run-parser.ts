import {
  EOF,
  type CstNode,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type TokenType,
} from "chevrotain";
import { NnspecParser } from "./parser.ts";
import { Identifier, NumberToken, symbols, Text, type Token } from "./tokens.ts";

export interface Parsed {
  readonly tree: CstNode;
  readonly errors: readonly IRecognitionException[];
}

/** Made once a process, when first needed: its self-analysis takes most of a small file's time. */
const made: { parser?: NnspecParser } = {};

export function runParser(tokens: readonly Token[]): Parsed {
  const parser = (made.parser ??= new NnspecParser({ errorMessageProvider: expectations }));
  parser.input = [...tokens];
  const tree = parser.file();
  return { tree: tree ?? { name: "file", children: {} }, errors: parser.errors };
}

/** What stood where something else was expected, as an enumeration: the message of an error is only what was expected. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName, previous }) =>
    describeMismatch(expected, ruleName, previous),
  buildNotAllInputParsedMessage: () => "a declaration",
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) =>
    describeAlternatives(ruleName, expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) =>
    describeAlternatives(ruleName, expectedIterationPaths),
};

function describeMismatch(expected: TokenType, rule: string, _previous: Token): string {
  if (expected === EOF) return "a declaration or the end of the file";
  if (expected === Identifier) return nameOfWhat[rule] ?? "a name";
  return expected.LABEL ?? expected.name;
}

/** What a name stands for in a production, where that says more than "a name". */
const nameOfWhat: Readonly<Record<string, string>> = {
  call: "a stage, like `dense(10)`",
  tensor: "a tensor type, like `f32[B, px: 784]`",
  setting: "a setting, like `epochs: 30`",
  field: "a field, like `image: f32[B, px: 64]`",
  port: "an input, like `image: f32[B, px: 64]`",
  parameter: "a parameter, like `channels` or `stride = 1`",
};

const ofRule: Readonly<Record<string, string>> = {
  atom: "a value",
  expression: "a value",
  statement: "a statement: a name and `=`, `return`, `shared`, `parameter` or `for`",
  settings: "a setting, like `epochs: 30`, or a rule",
  item: "a declaration",
  domain: "a domain, like `{ 64, 128 }` or `1 .. 10`",
  field: "a tensor type or a value",
  result: "a tensor type, like `f32[B, 10]`",
};

function describeAlternatives(rule: string, paths: readonly (readonly TokenType[])[]): string {
  const known = ofRule[rule];
  if (known !== undefined) return known;
  const labels = [...new Set(paths.map(([first]) => first?.LABEL ?? "something else"))];
  return labels.length < 2
    ? (labels[0] ?? "something else")
    : `${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}`;
}

/** A token as a message calls it. */
export function describeToken(token: Token): string {
  if (token.tokenType === EOF) return "the end of the file";
  if (
    token.tokenType === NumberToken ||
    token.tokenType === Text ||
    Object.values(symbols).includes(token.tokenType as never)
  )
    return `\`${token.image}\``;
  return `\`${token.image}\``;
}
