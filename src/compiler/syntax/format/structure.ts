import type { File, Settings, Statement } from "../ast.ts";
import type { Lexed } from "../lexer/lexed.ts";
import { endOf, isSymbol } from "../tokens.ts";

/** What the layout needs of the tree, by offsets in the text. */
export interface Structure {
  /** Where the header, imports and declarations begin. */
  readonly declarations: ReadonlyMap<number, string>;
  /** Where statements (in bodies) and settings, rules, fields, limits (in other braces) begin. */
  readonly entries: ReadonlyMap<number, "statement" | "setting">;
  /** Brackets of calls that hold nothing: they are not written. */
  readonly dropped: ReadonlySet<number>;
}

export function structureOf(file: File, lexed: Lexed): Structure {
  const entries = new Map<number, "statement" | "setting">();
  const declarations = new Map<number, string>();
  if (lexed.tokens[0]) declarations.set(lexed.tokens[0].startOffset, "header");
  for (const item of [...file.imports, ...file.items]) declarations.set(item.span.start, item.kind);
  for (const item of file.items) {
    if (item.kind === "block" || item.kind === "model") addStatements(entries, item.body);
    else if (item.kind === "data")
      for (const entry of [...item.fields, ...item.settings])
        entries.set(entry.span.start, "setting");
    else if (item.kind === "budget")
      for (const limit of item.limits) entries.set(limit.span.start, "setting");
    else if ("settings" in item && item.settings) addSettings(entries, item.settings);
  }
  return { declarations, entries, dropped: droppedBrackets(file, lexed) };
}

function addStatements(
  entries: Map<number, "statement" | "setting">,
  body: readonly Statement[],
): void {
  for (const statement of body) {
    entries.set(statement.span.start, "statement");
    if (statement.kind === "rule") addSettings(entries, statement.settings);
  }
}

function addSettings(entries: Map<number, "statement" | "setting">, settings: Settings): void {
  for (const entry of settings.entries) {
    entries.set(entry.span.start, "setting");
    if (entry.kind === "rule") addSettings(entries, entry.settings);
  }
}

/** The offsets of `(` and `)` at the ends of calls without arguments. */
function droppedBrackets(file: File, { source, tokens, comments }: Lexed): ReadonlySet<number> {
  const ends = new Set<number>();
  const pending: unknown[] = [file];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null || next === source) continue;
    const call = next as {
      readonly kind?: string;
      readonly span?: { readonly end: number };
      readonly name?: unknown;
      readonly path?: unknown;
      readonly arguments?: unknown;
      readonly value?: unknown;
    };
    const callable =
      call.kind === "reference" ||
      (call.kind === undefined && call.name !== undefined && call.value === undefined);
    if (
      callable &&
      call.arguments === undefined &&
      call.span &&
      source.text[call.span.end - 1] === ")"
    )
      ends.add(call.span.end);
    for (const [key, value] of Object.entries(next)) if (key !== "span") pending.push(value);
  }
  const dropped = new Set<number>();
  for (const [index, token] of tokens.entries()) {
    const opener = tokens[index - 1];
    if (!ends.has(endOf(token)) || !isSymbol(token, ")") || !isSymbol(opener, "(")) continue;
    if (comments.some(({ start }) => start > opener!.startOffset && start < token.startOffset))
      continue;
    dropped.add(opener!.startOffset).add(token.startOffset);
  }
  return dropped;
}
