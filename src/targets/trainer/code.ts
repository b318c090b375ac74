import { invariant } from "../../compiler/base/invariant.ts";
import {
  escapeHidden,
  keyText,
  numberText,
  stringText,
  type Layout,
} from "../../compiler/base/layout.ts";

/**
 * TypeScript text that is known to be harmless. The only ways to make it are `ts` with a template of this compiler, and
 * `literal` and `comment`, which escape: text of a spec cannot become code.
 */
export interface Code {
  readonly code: string;
}

/** A plain value as it may stand in the generated program. */
export type Plain =
  string | number | boolean | undefined | readonly Plain[] | { readonly [key: string]: Plain };

/** Code with pieces of code in it; lists are joined by line ends. A piece that is nothing and has a line to itself takes the line with it. */
export function ts(
  template: TemplateStringsArray,
  ...parts: readonly (Code | readonly Code[])[]
): Code {
  const pieces = parts.map((part) =>
    "code" in part ? part.code : part.map(({ code }) => code).join("\n"),
  );
  const isEmptyLine = (index: number): boolean =>
    pieces[index] === "" &&
    /\n[ \t]*$/.test(template[index]!) &&
    template[index + 1]!.startsWith("\n");
  return {
    code: template
      .map(
        (text, index) =>
          (isEmptyLine(index) ? text.replace(/\n[ \t]*$/, "") : text) + (pieces[index] ?? ""),
      )
      .join(""),
  };
}

export const nothing: Code = { code: "" };

export function join(parts: readonly Code[], separator: Code): Code {
  return { code: parts.map(({ code }) => code).join(separator.code) };
}

/** A literal: texts escaped so that no character of theirs can end the string, the line or a script element. */
export function literal(value: Plain): Code {
  return { code: print(value) };
}

function print(value: Plain): string {
  if (isList(value)) return `[${value.map(print).join(", ")}]`;
  if (!isRecord(value)) return printScalar(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{ ${entries.map(([name, entry]) => `${keyText(name)}: ${print(entry)}`).join(", ")} }`;
}

function printScalar(value: Exclude<Plain, readonly Plain[] | PlainRecord>): string {
  if (value === undefined) return "undefined";
  if (typeof value === "string") return stringText(value);
  return typeof value === "number" ? printNumber(value) : String(value);
}

/** The same, with the lines that it takes. */
export function plainLayout(value: Plain): Layout {
  if (isList(value)) return { items: value.map(plainLayout) };
  if (!isRecord(value)) return printScalar(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return { entries: entries.map(([name, entry]) => [keyText(name), plainLayout(entry)]) };
}

interface PlainRecord {
  readonly [key: string]: Plain;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isRecord(value: Plain): value is PlainRecord {
  return typeof value === "object" && !isList(value);
}

/** The key of a property: any text. `__proto__: x` in a literal would set the prototype; in brackets it is a key like any other. */
export function key(text: string): Code {
  return { code: keyText(text) };
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "Number.NaN";
  if (!Number.isFinite(value))
    return value > 0 ? "Number.POSITIVE_INFINITY" : "Number.NEGATIVE_INFINITY";
  return Object.is(value, -0) ? "-0" : numberText(value);
}

/** A documentation comment; nothing in `text` can end it or be a directive to a compiler. */
export function comment(...texts: readonly (string | undefined)[]): Code {
  const paragraphs = texts
    .filter((text) => text !== undefined && text.trim() !== "")
    .map((text) => commentLines(text!));
  if (paragraphs.length === 0) return nothing;
  const lines = paragraphs.flatMap((paragraph, index) =>
    index === 0 ? paragraph : ["", ...paragraph],
  );
  if (lines.length === 1) return { code: `/** ${lines[0]} */` };
  return { code: ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n") };
}

function commentLines(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map(commentLine);
}

function commentLine(line: string): string {
  return escapeHidden(line.replace(/[\u0000-\u001f]/g, " "))
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replaceAll("*/", "*\\/")
    .replaceAll("</", "<\\/")
    .replace(/^[\s*/]*(?=@)/, "\\")
    .replace(/^[\s*/]*(?=prettier-|#)/, "\\")
    .trimEnd();
}

/** A name of this compiler's own choosing, checked to be a plain identifier. */
export function name(text: string): Code {
  invariant(/^[A-Za-z_][A-Za-z0-9_]*$/.test(text), `${JSON.stringify(text)} is not an identifier`);
  return { code: text };
}
