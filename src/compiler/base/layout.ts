import type { Arithmetic } from "./arithmetic.ts";
import { returnedInLines } from "./arithmetic-lines.ts";

/**
 * Values of a generated file, and where their lines break: as prettier prints them, so that it changes nothing, without its being
 * loaded when a program is built. Where code is too long for its line, only prettier itself can break it (`isLaid`).
 */
export type Layout =
  /** Code that stands in one line. */
  | string
  | ListLayout
  | RecordLayout
  /** A call; `callee` is all that stands before its `(`. */
  | { readonly callee: string; readonly arguments: readonly Layout[] }
  /** `(x) =>` and what it gives. */
  | { readonly head: string; readonly body: Layout }
  | BlockLayout
  | ArithmeticLayout;

/** `(x) => {`, statements, what is returned after them, and `}`. */
export interface BlockLayout {
  readonly opening: string;
  readonly statements: readonly string[];
  readonly result: Layout;
  /** What follows the `}`. */
  readonly closing?: string;
}

/** An expression that a block returns; elsewhere it stands in one line. */
export interface ArithmeticLayout {
  readonly arithmetic: Arithmetic;
}

export interface ListLayout {
  readonly items: readonly Layout[];
  /** A comment above an item, by the item's place. */
  readonly comments?: readonly (string | undefined)[];
}

export interface RecordLayout {
  /** Keys as they are printed (`keyText`); without a value a key stands for the variable of its name. */
  readonly entries: readonly (readonly [key: string, value: Layout | undefined])[];
  /** Each entry in a line of its own, however short. */
  readonly isOpen?: boolean;
}

/** Most columns of a line. */
export const lineWidth = 100;

/** Where a value stands: the columns that its block is indented by, those before it in its line, and those after it. */
interface Place {
  readonly indent: number;
  readonly before: number;
  readonly after: number;
}

// Control and invisible characters, bidirectional overrides, line separators.
const escaped =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff]/g;

/** The characters that do not show, or show another order, as `\u…`; other text is left. */
export function escapeHidden(text: string): string {
  return text.replace(
    escaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A string literal that is safe in any file, and that says what it shows. */
export function stringText(text: string): string {
  return escapeHidden(JSON.stringify(text)).replaceAll("<", "\\u003c");
}

/** A number in the spelling of prettier. */
export function numberText(value: number): string {
  return String(value).replace("e+", "e");
}

/** A key of an object. `"__proto__": …` would set the prototype instead of a property. */
export function keyText(name: string): string {
  if (name === "__proto__") return `["__proto__"]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringText(name);
}

/** `const x = value;` and the like: `start` ends before the value, `end` is all that follows. */
export function layStatement(start: string, value: Layout, end: string, indent = 0): string {
  return assigned(start, value, { indent, before: start.length, after: end.length }) + end;
}

/** Whether all lines of a text are as prettier would have them: what is longer than a line is what prettier leaves as it is. */
export function isLaid(text: string): boolean {
  return text.split("\n").every((line) => line.length <= lineWidth || unbreakable.test(line));
}

/** Keys of fewer characters keep their string beside them. */
const shortKey = 5;

/** A comment, or a string that has a line to itself or a short key before it. */
const unbreakable = /^ *(?:\/\/|\/?\*|(?:\w{1,4}: )?"(?:[^"\\]|\\.)*"[,;]?$)/;

/** `start` and the value after it; a string that is too long for the line goes to the next. */
function assigned(start: string, value: Layout, place: Place): string {
  const isLong = typeof value === "string" && place.before + value.length + place.after > lineWidth;
  if (!isLong || !value.startsWith('"')) return start + lay(value, place);
  return `${start.trimEnd()}\n${" ".repeat(place.indent + 2)}${value}`;
}

function lay(value: Layout, place: Place): string {
  const flat = flatText(value);
  if (flat !== undefined && place.before + flat.length + place.after <= lineWidth) return flat;
  if (typeof value === "string") return value;
  if ("arithmetic" in value) return value.arithmetic.text;
  if ("items" in value) return layList(value, place);
  if ("entries" in value) return layRecord(value, place);
  if ("callee" in value) return layCall(value, place);
  if ("opening" in value) return layBlock(value, place.indent);
  return layFunction(value, place);
}

/** All in one line; nothing where it never stands so. */
export function flatText(value: Layout): string | undefined {
  if (typeof value === "string") return value;
  if ("arithmetic" in value) return value.arithmetic.text;
  if ("items" in value) {
    if (mustBreak(value)) return undefined;
    return between("[", value.items.map(flatText), "]");
  }
  if ("entries" in value) {
    if (value.isOpen === true && value.entries.length > 0) return undefined;
    const entries = value.entries.map(([key, entry]) => {
      const flat = entry === undefined ? "" : flatText(entry);
      return entry === undefined ? key : flat === undefined ? undefined : `${key}: ${flat}`;
    });
    return entries.length === 0 ? "{}" : between("{ ", entries, " }");
  }
  if ("callee" in value) return between(`${value.callee}(`, value.arguments.map(flatText), ")");
  if ("opening" in value) return undefined;
  const body = flatText(value.body);
  if (body === undefined) return undefined;
  return `${value.head} ${isRecord(value.body) ? `(${body})` : body}`;
}

function between(
  start: string,
  parts: readonly (string | undefined)[],
  end: string,
): string | undefined {
  return parts.includes(undefined) ? undefined : `${start}${parts.join(", ")}${end}`;
}

function isRecord(value: Layout): value is RecordLayout {
  return typeof value !== "string" && "entries" in value;
}

function isList(value: Layout): value is ListLayout {
  return typeof value !== "string" && "items" in value;
}

/** Lists of several lists or records have a line for each; so have those with comments in them. */
function mustBreak({ items, comments }: ListLayout): boolean {
  if (comments?.some((comment) => comment !== undefined) === true) return true;
  if (items.length < 2) return false;
  return (
    items.every((item) => isList(item) && item.items.length > 1) ||
    items.every((item) => isRecord(item) && item.entries.length > 1)
  );
}

function layList({ items, comments }: ListLayout, { indent }: Place): string {
  if (items.length > 1 && items.every(isNumber)) return filled(items as string[], indent);
  const inner = " ".repeat(indent + 2);
  const lines = items.map((item, place) => {
    const comment = comments?.[place];
    const above =
      comment === undefined ? "" : `${inner}${comment.replaceAll("\n", `\n${inner}`)}\n`;
    return `${above}${inner}${layInside(item, indent)},\n`;
  });
  return `[\n${lines.join("")}${" ".repeat(indent)}]`;
}

/** In a line of its own inside something that is indented by so much. */
function layInside(value: Layout, indent: number): string {
  return lay(value, { indent: indent + 2, before: indent + 2, after: 1 });
}

function isNumber(value: Layout): boolean {
  return typeof value === "string" && /^[-+]?[\d.]+(?:e-?\d+)?$/.test(value);
}

/** Numbers one after the other, as many in a line as there is room for. */
function filled(numbers: readonly string[], indent: number): string {
  const inner = " ".repeat(indent + 2);
  const lines: string[] = [];
  for (const number of numbers) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + number.length + 2 <= lineWidth)
      lines[lines.length - 1] = `${last} ${number},`;
    else lines.push(`${inner}${number},`);
  }
  return `[\n${lines.join("\n")}\n${" ".repeat(indent)}]`;
}

function layRecord({ entries }: RecordLayout, { indent }: Place): string {
  const inner = " ".repeat(indent + 2);
  const lines = entries.map(([key, value]) => {
    if (value === undefined) return `${inner}${key},\n`;
    const start = `${inner}${key}: `;
    const place = { indent: indent + 2, before: start.length, after: 1 };
    // What a line break after a short key would gain is less than it costs.
    const laid = key.length < shortKey ? start + lay(value, place) : assigned(start, value, place);
    return `${laid},\n`;
  });
  return `{\n${lines.join("")}${" ".repeat(indent)}}`;
}

/** A list or a record as the last argument opens in the line of the call. */
function layCall(
  { callee, arguments: given }: Extract<Layout, { callee: string }>,
  place: Place,
): string {
  const last = given.at(-1);
  const others = given.slice(0, -1).map(flatText);
  if (last !== undefined && (isList(last) || isRecord(last)) && !others.includes(undefined)) {
    const start = `${callee}(${others.map((other) => `${other}, `).join("")}`;
    if (place.before + start.length + 1 <= lineWidth)
      return `${start}${isList(last) ? layList(last, place) : layRecord(last, place)})`;
  }
  const inner = " ".repeat(place.indent + 2);
  const lines = given.map((each) => `${inner}${layInside(each, place.indent)},\n`);
  return `${callee}(\n${lines.join("")}${" ".repeat(place.indent)})`;
}

/** A record opens in the line of the arrow; everything else goes to the next. */
function layFunction({ head, body }: Extract<Layout, { head: string }>, place: Place): string {
  if (isRecord(body)) return `${head} (${layRecord(body, place)})`;
  const inner = " ".repeat(place.indent + 2);
  return `${head}\n${inner}${lay(body, { ...place, indent: place.indent + 2, before: inner.length })}`;
}

/** A block always has a line for each of its statements. */
export function layBlock(
  { opening, statements, result, closing }: BlockLayout,
  indent: number,
): string {
  const inner = " ".repeat(indent + 2);
  const lines = statements.map((statement) => `${inner}${statement}\n`);
  const returned = layReturned(result, indent + 2);
  return `${opening}\n${lines.join("")}${returned}\n${" ".repeat(indent)}}${closing ?? ""}`;
}

function layReturned(result: Layout, indent: number): string {
  const lines =
    typeof result !== "string" && "arithmetic" in result
      ? returnedInLines(result.arithmetic, indent, lineWidth)
      : undefined;
  return lines ?? layStatement(`${" ".repeat(indent)}return `, result, ";", indent);
}
