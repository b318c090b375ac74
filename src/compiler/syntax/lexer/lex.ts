import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import type { Source } from "../../base/source.ts";
import {
  Compare,
  Identifier,
  Stray,
  symbols,
  token,
  virtual,
  wordType,
  type Symbol,
} from "../tokens.ts";
import { reportCharacter, reportHidden } from "./hidden.ts";
import { matchAt, spanIn, type Lexed, type Scanner } from "./lexed.ts";
import { lexNumber } from "./number.ts";
import { lexText } from "./text.ts";

/** Cuts a text into tokens and comments. What newcomers write for a token is reported and read as what they meant. */
export function lex(source: Source): Lexed {
  const scanner: Scanner = {
    source,
    text: source.text,
    at: source.text.startsWith("\ufeff") ? 1 : 0,
    tokens: [],
    comments: [],
    diagnostics: [],
  };
  while (scanner.at < scanner.text.length) lexOne(scanner);
  return scanner;
}

const readers: readonly ((scanner: Scanner) => boolean)[] = [
  lexBlank,
  lexComment,
  lexForeignComment,
  lexWord,
  lexNumber,
  lexText,
  lexForeignSymbol,
  lexSymbol,
  lexForeignWord,
  lexControl,
];

function lexOne(scanner: Scanner): void {
  for (const read of readers) if (read(scanner)) return;
  const image = String.fromCodePoint(scanner.text.codePointAt(scanner.at)!);
  scanner.tokens.push(token(Stray, image, scanner.at));
  scanner.at += image.length;
}

function lexBlank(scanner: Scanner): boolean {
  const blank = matchAt(scanner, /[ \t\r\n]+/y);
  scanner.at += blank?.length ?? 0;
  return blank !== undefined;
}

function lexComment(scanner: Scanner): boolean {
  const image = matchAt(scanner, /\/\/[^\r\n]*/y);
  if (image === undefined) return false;
  keepComment(scanner, image, /^\/\/\/(?!\/)/.test(image));
  return true;
}

function keepComment(scanner: Scanner, image: string, documentation: boolean): void {
  const start = scanner.at;
  scanner.at += image.length;
  scanner.comments.push({ start, end: start + image.trimEnd().length, documentation });
  reportHidden(scanner, start, image);
}

/** `# …` and slash-star pairs are comments elsewhere. */
function lexForeignComment(scanner: Scanner): boolean {
  const image = matchAt(scanner, /#[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)/y);
  if (image === undefined) return false;
  const mark = image.startsWith("#") ? "#" : "/*";
  const span = spanIn(scanner.source, scanner.at, scanner.at + mark.length);
  const single = !/[\r\n]/.test(image);
  const rest = image.slice(mark.length).replace(/\*\/$/, "").trimEnd();
  const edits = [
    { span: spanIn(scanner.source, scanner.at, scanner.at + image.length), text: `//${rest}` },
  ];
  scanner.diagnostics.push(
    diagnostic(
      messages.foreignComment,
      span,
      { found: mark },
      single ? { fixes: [{ title: "begin the comment with `//`", edits }] } : {},
    ),
  );
  scanner.at += image.length;
  return true;
}

function lexWord(scanner: Scanner): boolean {
  const image = matchAt(scanner, /[A-Za-z_][A-Za-z0-9_]*(?![\p{L}\p{N}_])/uy);
  if (image === undefined) return false;
  scanner.tokens.push(token(wordType(image), image, scanner.at));
  scanner.at += image.length;
  return true;
}

/** What other languages, papers and word processors write, and what it is here. */
const foreignSymbols = new Map<
  string,
  { readonly read: Symbol | "and" | "or" | "not" | "compare"; readonly write: string }
>([
  ["|>", { read: "->", write: "->" }],
  ["=>", { read: "->", write: "->" }],
  ["~>", { read: "->", write: "->" }],
  ["-->", { read: "->", write: "->" }],
  ["→", { read: "->", write: "->" }],
  ["⟶", { read: "->", write: "->" }],
  ["⇒", { read: "->", write: "->" }],
  ["**", { read: "^", write: "^" }],
  ["&&", { read: "and", write: "and" }],
  ["&", { read: "and", write: "and" }],
  ["||", { read: "or", write: "or" }],
  ["|", { read: "or", write: "or" }],
  ["===", { read: "compare", write: "==" }],
  ["!==", { read: "compare", write: "!=" }],
  ["≤", { read: "compare", write: "<=" }],
  ["≥", { read: "compare", write: ">=" }],
  ["≠", { read: "compare", write: "!=" }],
  ["×", { read: "*", write: "*" }],
  ["·", { read: "*", write: "*" }],
  ["−", { read: "-", write: "-" }],
  ["…", { read: "..", write: ".." }],
]);

function lexForeignSymbol(scanner: Scanner): boolean {
  const image = matchAt(
    scanner,
    /-[ \t]+>(?!=)|-->|\|>|=>|~>|===|!==|!(?!=)|\*\*|&&?|\|\|?|[→⟶⇒≤≥≠×·−…]/uy,
  );
  if (image === undefined) return false;
  const arrow = image.startsWith("- ") || image.startsWith("-\t");
  const { read, write } =
    image === "!"
      ? ({ read: "not", write: "not" } as const)
      : foreignSymbols.get(arrow ? "=>" : image)!;
  const end = scanner.at + image.length;
  const span = spanIn(scanner.source, scanner.at, end);
  const kind = write === "->" ? messages.wrongArrow : messages.foreignOperator;
  const text = spaced(scanner, write, end);
  scanner.diagnostics.push(
    diagnostic(
      kind,
      span,
      { found: image, expected: write },
      { fixes: [{ title: `write \`${write}\``, edits: [{ span, text }] }] },
    ),
  );
  const tokenType =
    read === "compare"
      ? Compare
      : read === "and" || read === "or" || read === "not"
        ? wordType(read)
        : symbols[read];
  scanner.tokens.push(virtual(tokenType, write, scanner.at, end));
  scanner.at = end;
  return true;
}

/** A word needs blanks where a symbol needed none: `a&&b` is `a and b`. */
function spaced(scanner: Scanner, write: string, end: number): string {
  if (!/^[a-z]/.test(write)) return write;
  const joinedBefore = /[^\s(]/.test(scanner.text[scanner.at - 1] ?? " ");
  const joinedAfter = /\S/.test(scanner.text[end] ?? " ");
  return `${joinedBefore ? " " : ""}${write}${joinedAfter ? " " : ""}`;
}

function lexSymbol(scanner: Scanner): boolean {
  const comparison = matchAt(scanner, /==|!=|<=|>=|<|>/y);
  const image = comparison ?? matchAt(scanner, /->|\.\.|[{}()[\],:=.+\-*/^]/y);
  if (image === undefined) return false;
  scanner.tokens.push(
    token(comparison === undefined ? symbols[image as Symbol] : Compare, image, scanner.at),
  );
  scanner.at += image.length;
  return true;
}

/** A name with letters beyond ASCII is reported once and stays a name. */
function lexForeignWord(scanner: Scanner): boolean {
  const image = matchAt(scanner, /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy);
  if (image === undefined) return false;
  const span = spanIn(scanner.source, scanner.at, scanner.at + image.length);
  scanner.diagnostics.push(diagnostic(messages.foreignName, span, { name: image }));
  scanner.tokens.push(virtual(Identifier, image, scanner.at, scanner.at + image.length));
  scanner.at += image.length;
  return true;
}

/** Characters that one does not see, other than the blanks of the language. */
function lexControl(scanner: Scanner): boolean {
  const image = matchAt(scanner, /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\p{Co}]/uy);
  if (image === undefined) return false;
  reportCharacter(scanner, scanner.at, image);
  scanner.at += image.length;
  return true;
}
