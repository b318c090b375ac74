import { statSync } from "node:fs";
import { dataDoesNotFit } from "../../compiler/base/diagnostics/catalogue/data.ts";
import { diagnostic, type Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { known } from "../../compiler/ir/dim.ts";
import type { TypedData, TypedSource } from "../../compiler/typed/program.ts";
import { charactersOf } from "../../runtime/read-text.ts";
import { beginning } from "./data-headers.ts";

/** The source of a data declaration that reads a text. */
export function textSourceOf({ sources }: TypedData): TypedSource | undefined {
  return sources.find(({ source }) => source.use.definition.reads === "characters")?.source;
}

/** Whether a text fits its declaration: long enough for a row, and, as far as its beginning tells, of no more characters than there are classes. */
export function checkCharacters(
  data: TypedData,
  source: TypedSource,
  path: string,
): readonly Diagnostic[] {
  const [field] = data.fields;
  const { bytes, whole } = beginning(path);
  // A character may be cut off at the end of what is read.
  const characters = charactersOf(new TextDecoder().decode(bytes, { stream: !whole }));
  const misfit = (expected: string, found: string): Diagnostic =>
    diagnostic(dataDoesNotFit, field?.span ?? data.span, {
      field: field?.name ?? data.name,
      expected,
      found,
      file: path,
    });
  const window = Number(source.use.arguments["window"]);
  const classes =
    field?.type.element.kind === "class" ? known(field.type.element.count) : undefined;
  const alphabet = new Set(characters).size;
  return [
    ...(whole && characters.length < window + 1
      ? [
          misfit(
            `a text of at least ${window + 1} characters`,
            `${characters.length} (${statSync(path).size} bytes)`,
          ),
        ]
      : []),
    ...(classes !== undefined && alphabet > classes
      ? [misfit(`${classes} different characters`, `${whole ? "" : "at least "}${alphabet}`)]
      : []),
  ];
}
