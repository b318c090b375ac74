import { statSync } from "node:fs";
import { dataDoesNotFit, dataNotReadable } from "../../compiler/base/diagnostics/catalogue/data.ts";
import { diagnostic, type Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { suggest } from "../../compiler/base/suggest.ts";
import { known } from "../../compiler/ir/dim.ts";
import type { Program, TypedData } from "../../compiler/typed/program.ts";
import { readRecords } from "../../runtime/csv.ts";
import { checkCharacters, textSourceOf } from "./check-characters.ts";
import { checkFolder } from "./check-folder.ts";
import { readHeader, type ArrayHeader, type Header } from "./data-headers.ts";
import { pathsByField } from "./data-paths.ts";
import { UsageError } from "./exit.ts";
import { reasonOf } from "./sources.ts";

type Field = TypedData["fields"][number];

/** Whether the files that `--data Name=path` binds fit their declarations, as far as their headers tell. */
export function checkData(
  program: Program,
  bound: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  return [...bound].flatMap(([name, path]) => {
    const data = program.data.find((each) => each.name === name);
    if (data) return checkFile(data, path);
    const names = program.data.map((each) => each.name);
    const near = suggest(name, names);
    throw new UsageError(
      `${program.path} has no data ${name}${near ? `; did you mean ${near}?` : `; it has ${names.join(", ") || "none"}`}`,
    );
  });
}

function checkFile(data: TypedData, path: string): readonly Diagnostic[] {
  const broken = (problem: string): readonly Diagnostic[] => [
    diagnostic(dataNotReadable, data.span, { problem }),
  ];
  const parts = pathsByField(path);
  try {
    if (parts) return checkParts(data, parts, path);
    if (statSync(path).isDirectory()) return checkFolder(data, path);
    const text = textSourceOf(data);
    if (text) return checkCharacters(data, text, path);
    const header = readHeader(path);
    return header === undefined
      ? broken(
          `${path} cannot be read: its name does not tell what it is (.csv, .tsv, .npz, .npy, .idx)`,
        )
      : compare(data, header, path);
  } catch (error) {
    return broken(
      error instanceof Error && "code" in error
        ? `cannot read ${path}: ${reasonOf(error)}`
        : reasonOf(error),
    );
  }
}

/** A file of one array for each field. */
function checkParts(
  data: TypedData,
  parts: ReadonlyMap<string, string>,
  where: string,
): readonly Diagnostic[] {
  const headers = data.fields.map((field) => {
    const file = parts.get(field.name);
    if (file === undefined) throw new Error(`${where} names no file for the field ${field.name}`);
    const header = readHeader(file);
    if (header?.kind !== "array") throw new Error(`${file} is no file of one array (.npy, .idx)`);
    return { field, file, array: header.array };
  });
  const rows = headers[0]?.array.shape[0];
  return headers.flatMap(({ field, file, array }) =>
    compareArray(field, array, rows, (_, expected, found) =>
      diagnostic(dataDoesNotFit, field.span ?? data.span, {
        field: field.name,
        expected,
        found,
        file,
      }),
    ),
  );
}

function compare(data: TypedData, header: Header, path: string): readonly Diagnostic[] {
  const misfit = (field: Field, expected: string, found: string): Diagnostic =>
    diagnostic(dataDoesNotFit, field.span ?? data.span, {
      field: field.name,
      expected,
      found,
      file: path,
    });
  if (header.kind === "table") return compareTable(data, header, misfit, path);
  // One array is the first field's.
  const arrays =
    header.kind === "arrays" ? header.arrays : new Map([[data.fields[0]!.name, header.array]]);
  const rows = [...arrays.values()][0]?.shape[0];
  return (header.kind === "array" ? data.fields.slice(0, 1) : data.fields).flatMap((field) => {
    const name = data.sources[0]?.source.fieldArguments[field.name] ?? field.name;
    const array = arrays.get(name);
    if (!array)
      return [
        misfit(
          field,
          `an array \`${name}\``,
          `only ${[...arrays.keys()].map((each) => `\`${each}\``).join(", ") || "nothing"}`,
        ),
      ];
    return compareArray(field, array, rows, misfit);
  });
}

type Misfit = (field: Field, expected: string, found: string) => Diagnostic;

const readable = /^(b1|[iu][1248]|f[48])$/;

/** The first axis is the rows; the others must have the field's sizes, where these are known. */
function compareArray(
  field: Field,
  { shape, type }: ArrayHeader,
  rows: number | undefined,
  misfit: Misfit,
): readonly Diagnostic[] {
  const { element, axes } = field.type;
  const sizes = axes.slice(1).map(({ size }) => known(size));
  const found = `[${shape.join(", ")}]`;
  const expected = `[rows${sizes.map((size) => `, ${size ?? "any"}`).join("")}]`;
  const agrees =
    shape.length === sizes.length + 1 &&
    sizes.every((size, axis) => size === undefined || size === shape[axis + 1]);
  return [
    ...(agrees
      ? []
      : [
          misfit(
            field,
            element.kind === "class" && sizes.length === 0 ? "one label a row, [rows]" : expected,
            found,
          ),
        ]),
    ...(type === undefined || readable.test(type)
      ? []
      : [
          misfit(
            field,
            "numbers (integers of 1 to 8 bytes, f4, f8, booleans)",
            `numbers of type ${type}`,
          ),
        ]),
    ...(agrees && shape[0] !== rows
      ? [misfit(field, `as many rows as the first field, ${rows}`, String(shape[0]))]
      : []),
  ];
}

/** The heading against the columns that fields take, and the first rows against the numbers and classes. */
function compareTable(
  data: TypedData,
  header: Header & { readonly kind: "table" },
  misfit: Misfit,
  where: string,
): readonly Diagnostic[] {
  const settings: Readonly<Record<string, unknown>> =
    data.sources.find(({ source }) => source.use.definition.reads === "table")?.source.use
      .arguments ?? {};
  const records = firstRecords(header, settings, where);
  const [first] = records;
  if (!first) return data.fields.slice(0, 1).map((field) => misfit(field, "rows", "none"));
  const headed = settings["header"] !== false;
  const names = headed
    ? first.map((name) => name.trim())
    : first.map((_, place) => String(place + 1));
  const columns = columnsOf(data, names, settings);
  return data.fields.flatMap((field) => {
    const places = columns.get(field.name)!;
    const wanted = field.type.axes
      .slice(1)
      .reduce<number | undefined>(
        (product, { size }) =>
          product === undefined
            ? undefined
            : known(size) === undefined
              ? undefined
              : product * known(size)!,
        1,
      );
    if (typeof places === "string")
      return [
        misfit(
          field,
          `a column \`${places}\``,
          `the columns ${names
            .slice(0, 12)
            .map((name) => `\`${name}\``)
            .join(", ")}${names.length > 12 ? ", …" : ""}`,
        ),
      ];
    if (wanted !== undefined && wanted !== places.length)
      return [misfit(field, `${wanted} columns`, `${places.length} for it`)];
    return compareCells(field, records.slice(headed ? 1 : 0), places, misfit);
  });
}

function firstRecords(
  { text, delimiter, whole }: Header & { readonly kind: "table" },
  settings: Readonly<Record<string, unknown>>,
  where: string,
): readonly (readonly string[])[] {
  const records: (readonly string[])[] = [];
  const complete = whole ? text : text.slice(0, text.lastIndexOf("\n") + 1);
  const written =
    typeof settings["delimiter"] === "string" && delimiter === ","
      ? settings["delimiter"]
      : delimiter;
  readRecords(
    complete,
    {
      where,
      delimiter: written,
      skip: typeof settings["skip"] === "number" ? settings["skip"] : 0,
    },
    (cells) => void records.push([...cells]),
  );
  return records;
}

/** The places of each field's columns, or the column that is not there; a field without a column of its own takes all that are left. */
function columnsOf(
  data: TypedData,
  names: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, readonly number[] | string> {
  const own = data.sources[0]?.source.fieldArguments ?? {};
  const target = typeof settings["target"] === "string" ? settings["target"] : undefined;
  const columnOf = ({ name }: Field, place: number): string | undefined =>
    own[name] ??
    (place === 1
      ? (target ?? (names.includes(name) ? name : undefined))
      : names.includes(name)
        ? name
        : undefined);
  const taken = new Set(data.fields.map(columnOf));
  const ignored = new Set([settings["ignore"]].flat());
  const rest = names.flatMap((name, place) =>
    taken.has(name) || ignored.has(name) ? [] : [place],
  );
  return new Map(
    data.fields.map((field, place) => {
      const column = columnOf(field, place);
      if (column === undefined) return [field.name, rest];
      return [field.name, names.includes(column) ? [names.indexOf(column)] : column];
    }),
  );
}

/** Numbers where numbers belong, and no more labels than there are classes. */
function compareCells(
  field: Field,
  rows: readonly (readonly string[])[],
  places: readonly number[],
  misfit: Misfit,
): readonly Diagnostic[] {
  const cells = rows.flatMap((row) => places.map((place) => row[place]?.trim() ?? ""));
  const { element } = field.type;
  if (element.kind !== "class") {
    const wrong = cells.find((cell) => cell === "" || !Number.isFinite(Number(cell)));
    return wrong === undefined
      ? []
      : [misfit(field, "numbers", wrong === "" ? "an empty cell" : `\`${wrong}\``)];
  }
  const classes = known(element.count);
  const labels = new Set(cells);
  return classes === undefined || labels.size <= classes
    ? []
    : [misfit(field, `${classes} classes`, `at least ${labels.size} different labels`)];
}
