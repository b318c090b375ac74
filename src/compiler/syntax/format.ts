import { hasErrors, type Outcome } from "../base/outcome.ts";
import type { Source } from "../base/source.ts";
import { indent, line, type Document } from "./format/document.ts";
import { blankBefore, ownComments } from "./format/comments.ts";
import { entry } from "./format/entry.ts";
import { layoutOf, type Layout } from "./format/layout.ts";
import { render } from "./format/render.ts";
import { structureOf } from "./format/structure.ts";
import { parseLexed } from "./parse.ts";

/** The canonical form of a text; only what parses has one. Comments stay where they are, and the tree stays the same. */
export function format(source: Source): Outcome<string> {
  const { value, diagnostics } = parseLexed(source);
  if (!value || hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const layout = layoutOf(value.lexed, structureOf(value.file, value.lexed));
  return { value: render(declarations(layout)), diagnostics };
}

/** Declarations that may follow each other without a blank line, where the author left none: those of a line, and runs. */
const together: readonly ReadonlySet<string>[] = [
  new Set(["header", "import", "dim", "hyper"]),
  new Set(["train", "search", "ensemble", "budget"]),
];

function declarations(layout: Layout): readonly Document[] {
  const { tokens, structure } = layout;
  const starts = [...tokens.keys()].filter((index) =>
    structure.declarations.has(tokens[index]!.startOffset),
  );
  const content = starts.flatMap((from, index): readonly Document[] => {
    const to = starts[index + 1] ?? tokens.length;
    const kind = structure.declarations.get(tokens[from]!.startOffset)!;
    const previous =
      index === 0 ? undefined : structure.declarations.get(tokens[starts[index - 1]!]!.startOffset);
    const separated =
      previous !== undefined &&
      (blankBefore(layout, from) ||
        !together.some((kinds) => kinds.has(kind) && kinds.has(previous)));
    return [
      ...(index === 0 ? [] : [line("", separated)]),
      ...entry(layout, from, to, kind === "block" || kind === "model" ? 4 : 2),
    ];
  });
  const rest =
    layout.last.length === 0
      ? []
      : [line("", blankBefore(layout, tokens.length)), indent(0, ownComments(layout, layout.last))];
  return [...content, ...rest];
}
