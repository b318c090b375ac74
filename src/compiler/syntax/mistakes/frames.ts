import { isName, isSymbol, isWord, type Token } from "../tokens.ts";
import { afterBracket, frameOf, peek, previous, type Cursor } from "./cursor.ts";
import type { Frame } from "./frame.ts";

type Kind = Frame["kind"];

/** Enters the bracket at the cursor. */
export function enter(cursor: Cursor, opener: Token, kind = kindOf(cursor, opener)): void {
  const inBody = kind === "body" || (kind === "group" && cursor.frames.at(-1)?.inBody === true);
  cursor.frames.push({ kind, inBody });
}

function kindOf(cursor: Cursor, opener: Token): Kind {
  if (isSymbol(opener, "{")) return braceKind(cursor);
  if (isSymbol(opener, "(")) return parenthesisKind(cursor);
  return frameOf(cursor) === "targets" ? "path" : isName(previous(cursor)) ? "tensor" : "list";
}

const bodies = {
  import: "imports",
  hyper: "domain",
  dim: "domain",
  define: "body",
  data: "data",
  block: "body",
  model: "body",
  budget: "budget",
} as const;

function braceKind(cursor: Cursor): Kind {
  const around = frameOf(cursor);
  if (around === "top")
    return (cursor.item !== undefined && bodies[cursor.item as keyof typeof bodies]) || "settings";
  return around === "body" && !cursor.inRule ? "body" : "settings";
}

function parenthesisKind(cursor: Cursor): Kind {
  if (cursor.inRule) return "targets";
  if (frameOf(cursor) !== "top") return "group";
  const inHead =
    isSymbol(previous(cursor), "->") || isName(previous(cursor)) || isSymbol(previous(cursor), ")");
  cursor.lists += 1;
  if (cursor.item === "define") return cursor.lists === 1 ? "parameters" : "group";
  if (cursor.item === "block" && inHead)
    return cursor.lists === 1 && !portsOnly(cursor) ? "parameters" : "ports";
  return cursor.item === "model" && inHead ? "ports" : "group";
}

/** `block Name(x: f32[…])`: the first brackets of a block hold its inputs, and no second follow. */
export function portsOnly(cursor: Cursor): boolean {
  if (
    cursor.item !== "block" ||
    !isSymbol(peek(cursor), "(") ||
    !isName(peek(cursor, 1)) ||
    !isSymbol(peek(cursor, 2), ":")
  )
    return false;
  return !isSymbol(cursor.tokens[afterBracket(cursor.tokens, cursor.at)], "(");
}

/** Takes the token at the cursor as it is. */
export function take(cursor: Cursor, token: Token): void {
  if (isSymbol(token, "{", "(", "[")) enter(cursor, token);
  else if (isSymbol(token, "}", ")", "]")) cursor.frames.pop();
  if (isWord(token, "for")) cursor.inRule = true;
  else if (isSymbol(token, "{")) cursor.inRule = false;
  if (isWord(token, "repeat")) cursor.repeats += 1;
  cursor.out.push(token);
  cursor.at += 1;
  cursor.dropped = false;
}
