import { unknownLint, wrongConfiguration } from "../base/diagnostics/catalogue/lint-settings.ts";
import { diagnostic, type Diagnostic } from "../base/diagnostics/diagnostic.ts";
import type { Source, Span } from "../base/source.ts";
import { suggest } from "../base/suggest.ts";
import type { Level } from "./lint.ts";
import { lints } from "./lints.ts";

const levels: readonly Level[] = ["off", "warning", "error"];

/** How loudly each lint is heard, and what is wrong with the file that says so. */
interface Configuration {
  readonly levels: ReadonlyMap<string, Level>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads `{ "lints": { "l2-with-adam": "off" } }`. */
export function readConfiguration(source: Source): Configuration {
  const parsed = parse(source);
  if ("problem" in parsed)
    return { levels: new Map(), diagnostics: [wrong(source, undefined, parsed.problem)] };
  const { value } = parsed;
  if (!isRecord(value))
    return {
      levels: new Map(),
      diagnostics: [wrong(source, undefined, "found something else than an object")],
    };
  const others = Object.keys(value).filter((key) => key !== "lints");
  const strange = others.map((key) => wrong(source, key, `there is no key "${key}"`));
  const configured = value["lints"] ?? {};
  if (!isRecord(configured))
    return {
      levels: new Map(),
      diagnostics: [...strange, wrong(source, "lints", `"lints" is no object`)],
    };
  const read = Object.entries(configured).map(([name, level]) => readLevel(source, name, level));
  return {
    levels: new Map(read.flatMap(({ entry }) => (entry ? [entry] : []))),
    diagnostics: [...strange, ...read.flatMap(({ found }) => (found ? [found] : []))],
  };
}

function readLevel(
  source: Source,
  name: string,
  level: unknown,
): { readonly entry?: readonly [string, Level]; readonly found?: Diagnostic } {
  const known = lints.map((lint) => lint.name);
  if (!known.includes(name)) {
    const span = place(source, name);
    const suggestion = suggest(name, known);
    const edit = {
      span: { source, start: span.start + 1, end: span.end - 1 },
      text: suggestion ?? "",
    };
    const fixes =
      suggestion === undefined || span.end - span.start < 2
        ? []
        : [{ title: `Write "${suggestion}"`, edits: [edit] }];
    return { found: diagnostic(unknownLint, span, { name, suggestion }, { fixes }) };
  }
  const heard = levels.find((each) => each === level);
  if (heard !== undefined) return { entry: [name, heard] };
  return { found: wrong(source, name, `"${name}" has ${JSON.stringify(level)}`) };
}

function parse(source: Source): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(source.text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(source: Source, key: string | undefined, problem: string): Diagnostic {
  return diagnostic(
    wrongConfiguration,
    key === undefined ? { source, start: 0, end: 1 } : place(source, key),
    { problem },
  );
}

/** Where a key stands in the file. */
function place(source: Source, key: string): Span {
  const text = JSON.stringify(key);
  const start = source.text.indexOf(text);
  return start < 0 ? { source, start: 0, end: 1 } : { source, start, end: start + text.length };
}
