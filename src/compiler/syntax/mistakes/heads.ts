import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import { suggest } from "../../base/suggest.ts";
import { spanIn } from "../lexer/lexed.ts";
import { describeToken } from "../run-parser.ts";
import {
  Identifier,
  Integer,
  isName,
  isReserved,
  isSymbol,
  isWord,
  symbols,
  virtual,
  words,
  type Token,
} from "../tokens.ts";
import { contextualWords, itemWords, type ItemWord } from "../words.ts";
import {
  beginsLine,
  endsValue,
  frameOf,
  peek,
  placeOf,
  previous,
  put,
  replacing,
  report,
  spanOfToken,
  type Cursor,
} from "./cursor.ts";
import { startsDeclaration } from "./declarations.ts";
import { portsOnly } from "./frames.ts";

/** The file must begin with `nnspec 1`. */
export function missingHeader(cursor: Cursor): void {
  const first = peek(cursor);
  if (isWord(first, "nnspec")) return;
  const at = first?.startOffset ?? 0;
  const span = first ? spanOfToken(cursor, first) : spanIn(cursor.source, 0, 0);
  const found = first ? describeToken(first) : "an empty file";
  const start = spanIn(
    cursor.source,
    cursor.source.text.startsWith("\ufeff") ? 1 : 0,
    cursor.source.text.startsWith("\ufeff") ? 1 : 0,
  );
  report(
    cursor,
    messages.missingHeader,
    span,
    { found },
    replacing("begin the file with `nnspec 1`", start, "nnspec 1\n"),
  );
  cursor.out.push(virtual(words.nnspec, "nnspec", at, at), virtual(Integer, "1", at, at));
}

const examples = {
  dim: "dim B",
  hyper: "hyper lr = 1e-3",
  define: "define double(x) = 2 * x",
  data: "data Table { x: f32[B, 4], y: f32[B, 1] }",
  block: "block Layer(width)(x: f32[B, 4]) { return x -> dense(width) -> relu }",
  model: "model Net(x: f32[B, 4]) -> f32[B, 1] { return x -> dense(1) }",
  recipe: "recipe Common { epochs: 20 }",
  train: "train Net on Table { loss: mean_squared_error(x, y) }",
  search: "search Net { method: random(trials: 40), goal: minimize(validation.loss) }",
  ensemble: "ensemble Team { members: runs(Net, count: 5) }",
  budget: "budget Net { parameters < 100k }",
} as const satisfies Record<ItemWord, string>;

/** `model = Sequential([…])`: a declaration is not assigned. */
export function assignedDeclaration(cursor: Cursor): boolean {
  const word = peek(cursor);
  const sign = peek(cursor, 1);
  if (
    frameOf(cursor) !== "top" ||
    !isWord(word, ...itemWords) ||
    !isSymbol(sign, "=") ||
    !beginsLine(cursor)
  )
    return false;
  report(cursor, messages.assignedDeclaration, spanOfToken(cursor, sign!), {
    word: word!.image,
    example: examples[word!.image as ItemWord],
  });
  skipDeclaration(cursor);
  return true;
}

/** `dim` at the end of its line, and the next declaration after it: its word is no name for this one. */
export function unfinishedDeclaration(cursor: Cursor): boolean {
  const next = peek(cursor, 1);
  if (
    frameOf(cursor) !== "top" ||
    !isWord(peek(cursor), "import", ...itemWords) ||
    !beginsLine(cursor)
  )
    return false;
  if (!next || !beginsLine(cursor, 1) || !startsDeclaration(cursor.tokens, cursor.at + 1))
    return false;
  report(cursor, messages.unexpected, spanOfToken(cursor, next), {
    expected: "a name",
    found: describeToken(next),
  });
  cursor.at += 1;
  return true;
}

/** What classes, functions and stages are called elsewhere, and the declaration that comes nearest. */
const nearest: Readonly<Record<string, ItemWord>> = {
  class: "model",
  def: "define",
  function: "define",
  func: "define",
  fn: "define",
  network: "model",
  net: "model",
  module: "block",
  layer: "block",
  component: "block",
  dataset: "data",
  input: "data",
  const: "dim",
  let: "hyper",
  var: "hyper",
  param: "hyper",
  hyperparameter: "hyper",
  dimension: "dim",
  config: "recipe",
  training: "train",
  fit: "train",
  run: "train",
  tune: "search",
};

/** `class Net`, `layer x`: a word at the beginning of a line that begins no declaration. */
export function unknownDeclaration(cursor: Cursor): boolean {
  const word = peek(cursor);
  const known: readonly string[] = contextualWords;
  if (
    frameOf(cursor) !== "top" ||
    !beginsLine(cursor) ||
    !isName(word) ||
    known.includes(word!.image) ||
    !endsHead(cursor)
  )
    return false;
  const suggestion =
    nearest[word!.image.toLowerCase()] ?? suggest(word!.image, [...itemWords, "import"]);
  const span = spanOfToken(cursor, word!);
  const mechanical =
    suggestion !== undefined &&
    suggest(word!.image, [suggestion]) !== undefined &&
    isName(peek(cursor, 1));
  report(
    cursor,
    messages.unknownDeclaration,
    span,
    { found: word!.image, words: itemWords, suggestion },
    mechanical ? replacing(`write \`${suggestion}\``, span, suggestion) : undefined,
  );
  skipDeclaration(cursor);
  return true;
}

/** Whether what stands before is complete, so that a new declaration must begin here. */
function endsHead(cursor: Cursor): boolean {
  const before = previous(cursor);
  return endsValue(before) && !isWord(before, "import", "on", "from", ...itemWords);
}

/** Drops everything up to the next declaration. */
function skipDeclaration(cursor: Cursor): void {
  let depth = 0;
  for (cursor.at += 1; cursor.at < cursor.tokens.length; cursor.at++) {
    const token = peek(cursor);
    if (isSymbol(token, "{", "(", "[")) depth += 1;
    else if (isSymbol(token, "}", ")", "]")) depth -= 1;
    else if (
      depth <= 0 &&
      beginsLine(cursor) &&
      (startsDeclaration(cursor.tokens, cursor.at) ||
        (isWord(token, ...itemWords) && isSymbol(peek(cursor, 1), "=")))
    )
      return;
  }
}

/** `model Net(…) { … }`: what it gives is missing. */
export function missingResult(cursor: Cursor): boolean {
  const brace = peek(cursor);
  if (
    cursor.item !== "model" ||
    frameOf(cursor) !== "top" ||
    !isSymbol(brace, "{") ||
    !isSymbol(previous(cursor), ")", "->") ||
    cursor.lists !== 1
  )
    return false;
  const given = cursor.out.findLast(
    (token, index) => isName(token) && isWord(cursor.out[index - 1], "model"),
  );
  report(cursor, messages.missingResult, spanOfToken(cursor, brace!), {
    name: given?.image ?? "Net",
  });
  if (!isSymbol(previous(cursor), "->")) put(cursor, "->", 0);
  putType(cursor);
  return false;
}

/** A type that stands for the one that is missing. */
export function putType(cursor: Cursor): void {
  const at = placeOf(cursor);
  const parts: readonly Token[] = [
    virtual(Identifier, "f32", at, at),
    virtual(symbols["["], "[", at, at),
    virtual(Identifier, "B", at, at),
    virtual(symbols["]"], "]", at, at),
  ];
  cursor.out.push(...parts);
}

/** `block Name(x: f32[…]) …`: the brackets of the parameters are missing. */
export function missingParameters(cursor: Cursor): boolean {
  if (frameOf(cursor) !== "top" || cursor.lists !== 0 || !portsOnly(cursor)) return false;
  const opener = peek(cursor)!;
  const name = previous(cursor);
  if (!isName(name) || isReserved(name)) return false;
  const span = spanOfToken(cursor, opener);
  report(
    cursor,
    messages.missingParameters,
    span,
    { name: name!.image },
    replacing("write the empty brackets", { ...span, end: span.start }, "()"),
  );
  put(cursor, "(", 0);
  put(cursor, ")", 0);
  cursor.lists = 1;
  return false;
}
