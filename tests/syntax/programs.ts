import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import type { Source } from "../../src/compiler/base/source.ts";
import { lex } from "../../src/compiler/syntax/lexer/lex.ts";
import { endOf } from "../../src/compiler/syntax/tokens.ts";

const folder = "tests/syntax/fixtures";

/** Complete files that parse. */
export const programs: readonly Source[] = readdirSync(folder)
  .sort()
  .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(`${folder}/${name}`, "utf8") }));

/** Everything in a tree but where it stands. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "span" && key !== "operatorSpan")
      .map(([key, child]) => [key, withoutSpans(child)]),
  );
}

/** Every span of a tree. */
export function spansOf(
  value: unknown,
): readonly { readonly start: number; readonly end: number }[] {
  if (Array.isArray(value)) return value.flatMap(spansOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === "span" || key === "operatorSpan"
      ? [child as { start: number; end: number }]
      : spansOf(child),
  );
}

/** A program whose blanks, ends of lines and comments between tokens are others. */
export const relaidOut: fc.Arbitrary<Source> = fc
  .tuple(
    fc.constantFrom(...programs),
    fc.infiniteStream(
      fc.constantFrom(
        " ",
        " ",
        " ",
        " ",
        "\n",
        "  ",
        "\n\n\n",
        " // a note\n",
        "\n// a line\n",
        "\t",
        "\r\n",
      ),
    ),
  )
  .map(([program, gaps]) => ({ path: program.path, text: relay(program, gaps) }));

function relay(program: Source, gaps: Iterator<string>): string {
  let text = "";
  let end = 0;
  for (const token of lex(program).tokens) {
    const gap = program.text.slice(end, token.startOffset);
    const next: string = gaps.next().value as string;
    text += gap.includes("//") ? gap : gap === "" && !next.includes("/") ? "" : next;
    text += program.text.slice(token.startOffset, endOf(token));
    end = endOf(token);
  }
  return text + program.text.slice(end);
}
