import { createToken, type IToken, type TokenType } from "chevrotain";
import { contextualWords, reservedWords, type ContextualWord, type ReservedWord } from "./words.ts";

/** A token of the text, or one that a repair put in its place (`virtual`: what it says is not in the text). */
export interface Token extends IToken {
  readonly virtual?: boolean;
}

function type(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label, categories, pattern: /NA/ });
}

export const Identifier = type("Identifier", "a name");
export const NumberToken = type("Number", "a number");
/** Digits only: what the header and a path's brackets take. */
export const Integer = type("Integer", "an integer", [NumberToken]);
export const Text = type("Text", "a text in quotes");
export const Compare = type("Compare", "a comparison");

/** Something that the language does not have; a repair replaces it or it is reported and dropped before parsing. */
export const Stray = type("Stray", "nothing of the language");

export const symbols = {
  "{": type("LeftBrace", "`{`"),
  "}": type("RightBrace", "`}`"),
  "(": type("LeftParenthesis", "`(`"),
  ")": type("RightParenthesis", "`)`"),
  "[": type("LeftBracket", "`[`"),
  "]": type("RightBracket", "`]`"),
  ",": type("Comma", "`,`"),
  ":": type("Colon", "`:`"),
  "=": type("Equals", "`=`"),
  "->": type("Arrow", "`->`"),
  "..": type("Range", "`..`"),
  ".": type("Point", "`.`"),
  "+": type("Plus", "`+`"),
  "-": type("Minus", "`-`"),
  "*": type("Times", "`*`"),
  "/": type("Divide", "`/`"),
  "^": type("Power", "`^`"),
} as const;

export type Symbol = keyof typeof symbols;

/** Each word's token type: reserved words are no names, the others are names too. */
export const words = Object.fromEntries([
  ...reservedWords.map((word) => [word, type(capitalised(word), `\`${word}\``)] as const),
  ...contextualWords.map(
    (word) => [word, type(capitalised(word), `\`${word}\``, [Identifier])] as const,
  ),
]) as Readonly<Record<ReservedWord | ContextualWord, TokenType>>;

function capitalised(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}Word`;
}

export const vocabulary: TokenType[] = [
  Identifier,
  NumberToken,
  Integer,
  Text,
  Compare,
  Stray,
  ...Object.values(symbols),
  ...Object.values(words),
];

/** The type of a word as it is written. */
export function wordType(image: string): TokenType {
  return Object.hasOwn(words, image) ? words[image as keyof typeof words] : Identifier;
}

export function token(tokenType: TokenType, image: string, start: number): Token {
  return {
    tokenType,
    tokenTypeIdx: tokenType.tokenTypeIdx!,
    image,
    startOffset: start,
    endOffset: start + image.length - 1,
  };
}

/** A token that stands for the text from `start` to `end` and reads `image`; `start === end` when there is no text. */
export function virtual(tokenType: TokenType, image: string, start: number, end: number): Token {
  return {
    tokenType,
    tokenTypeIdx: tokenType.tokenTypeIdx!,
    image,
    startOffset: start,
    endOffset: end - 1,
    virtual: true,
  };
}

export function isWord(
  one: Token | undefined,
  ...candidates: readonly (ReservedWord | ContextualWord)[]
): boolean {
  return one !== undefined && candidates.some((word) => one.tokenType === words[word]);
}

export function isSymbol(one: Token | undefined, ...candidates: readonly Symbol[]): boolean {
  return one !== undefined && candidates.some((symbol) => one.tokenType === symbols[symbol]);
}

export function isReserved(one: Token | undefined): boolean {
  return one !== undefined && reservedWords.some((word) => one.tokenType === words[word]);
}

/** Whether a token may be read as a name. */
export function isName(one: Token | undefined): boolean {
  return (
    one !== undefined &&
    (one.tokenType === Identifier || (one.tokenType.CATEGORIES?.includes(Identifier) ?? false))
  );
}

export function isNumber(one: Token | undefined): boolean {
  return one !== undefined && (one.tokenType === NumberToken || one.tokenType === Integer);
}

export function isText(one: Token | undefined): boolean {
  return one?.tokenType === Text;
}

export function isCompare(one: Token | undefined): boolean {
  return one?.tokenType === Compare;
}

/** The offset after a token. */
export function endOf(one: Token): number {
  return (one.endOffset ?? one.startOffset) + 1;
}
