import { invariant } from "../../../compiler/base/invariant.ts";
import type { Condition, Declaration, Lines, Piece } from "./piece.ts";

/** What a run decides. */
export type Decides = (name: string) => boolean;

/** A declaration as it stands in one program. */
export interface Chosen {
  readonly text: string;
  readonly uses: ReadonlySet<string>;
  readonly reads: ReadonlySet<string>;
}

type Kept =
  | { readonly kind: "lines"; readonly lines: Lines; readonly named?: string }
  | { readonly kind: "members"; readonly piece: Extract<Piece, { members: unknown }> };

/** The pieces that a run keeps; of variables and members those that are read, members anywhere in the program (`isRead`). */
export function choose(
  declaration: Declaration,
  decides: Decides,
  isRead: (name: string) => boolean,
): Chosen {
  const { isType } = declaration;
  let kept = declaration.pieces.flatMap((piece) => keep(piece, decides));
  for (;;) {
    const reads = new Set(kept.flatMap(readsOf));
    const read = (name: string): boolean => (isType ? isRead(name) : reads.has(name));
    const left = kept.flatMap((piece) => prune(piece, read));
    const isSame =
      left.length === kept.length && left.every((piece, place) => piece === kept[place]);
    if (isSame) return { text: joined(kept), uses: new Set(kept.flatMap(usesOf)), reads };
    kept = left;
  }
}

function keep(piece: Piece, decides: Decides): readonly Kept[] {
  if ("when" in piece)
    return (holds(piece.when, decides) ? piece.then : piece.otherwise).flatMap((inner) =>
      keep(inner, decides),
    );
  if ("conditions" in piece) {
    const digits = piece.conditions.reduce(
      (sum, name, place) => sum + (decides(name) ? 2 ** place : 0),
      0,
    );
    return keep(piece.variants[digits]!, decides);
  }
  if ("named" in piece)
    return keep(piece.piece, decides).map((inner) => {
      invariant(inner.kind === "lines", "a variable is lines");
      return { ...inner, named: piece.named };
    });
  if ("members" in piece) return piece.members.length === 0 ? [] : [{ kind: "members", piece }];
  return piece.text === "" ? [] : [{ kind: "lines", lines: piece }];
}

export function holds(condition: Condition, decides: Decides): boolean {
  if (typeof condition === "boolean") return condition;
  if (typeof condition === "string") return decides(condition);
  if ("not" in condition) return !holds(condition.not, decides);
  if ("and" in condition) return condition.and.every((each) => holds(each, decides));
  return condition.or.some((each) => holds(each, decides));
}

function prune(kept: Kept, read: (name: string) => boolean): readonly Kept[] {
  if (kept.kind === "lines") return kept.named === undefined || read(kept.named) ? [kept] : [];
  const members = kept.piece.members.filter(({ name }) => read(name));
  if (members.length === kept.piece.members.length) return [kept];
  return members.length === 0 ? [] : [{ kind: "members", piece: { ...kept.piece, members } }];
}

function readsOf(kept: Kept): readonly string[] {
  return kept.kind === "lines" ? kept.lines.reads : kept.piece.from.reads;
}

function usesOf(kept: Kept): readonly string[] {
  return kept.kind === "lines" ? kept.lines.uses : kept.piece.from.uses;
}

/** Most columns of a line. */
const width = 100;

/** The lines one after the other; an empty line never begins a block. */
function joined(kept: readonly Kept[]): string {
  let text = "";
  for (const piece of kept) {
    const own = piece.kind === "lines" ? piece.lines.text : destructuring(piece.piece);
    const begins = text === "" || text.endsWith("{");
    text += `${text === "" ? "" : "\n"}${begins ? own.replace(/^\n+/, "") : own}`;
  }
  return text;
}

/** As prettier prints it. */
function destructuring({ members, from, indent }: Extract<Piece, { members: unknown }>): string {
  const space = "  ".repeat(indent);
  const blank = from.text.startsWith("\n") ? "\n" : "";
  const source = from.text.trim();
  const list = members.map(({ text }) => text);
  const line = `${space}const { ${list.join(", ")} } = ${source};`;
  if (line.length <= width) return blank + line;
  const inner = list.map((text) => `${space}  ${text},\n`).join("");
  return `${blank}${space}const {\n${inner}${space}} = ${source};`;
}
