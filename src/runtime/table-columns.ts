import { sizeOf, type Field } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { own } from "./own.ts";
import { nearest } from "./suggest.ts";
import type { TableLayout } from "./table-layout.ts";

/** What is said of the columns of a table. */
export interface ColumnsSource {
  readonly path: string;
  /** The column of the second field. */
  readonly target?: string;
  /** Columns that are left out. */
  readonly ignore?: readonly string[];
  /** Whether the first line names the columns (default); without, they are called "1", "2", … */
  readonly header?: boolean;
  /** Columns of labels that are numbers: `7`, `07` and `7.0` are one. */
  readonly numbers?: readonly string[];
  /** Field → its column. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The column whose equal rows a split keeps together. */
  readonly group?: string;
  /** Whether columns that none of the fields is read from may be absent: the target, where it is to be predicted. */
  readonly partial?: boolean;
}

/** Which columns of a table are whose, by their places. */
export interface TableColumns {
  readonly names: readonly string[];
  /** Whether the first record is their names. */
  readonly hasHeading: boolean;
  /** Of each field, in the order of the fields. */
  readonly places: readonly (readonly number[])[];
  readonly group?: number;
  /** Columns that are nobody's, in a sentence. */
  readonly notes: readonly string[];
}

/** The columns as the spec declares them: named ones first; the one field that is left takes the columns that are left, in order. */
export function declaredColumns(
  fields: readonly Field[],
  first: readonly string[],
  line: number,
  source: ColumnsSource,
): TableColumns {
  const hasHeading = source.header !== false;
  const names = hasHeading ? trimmed(first) : first.map((_, index) => String(index + 1));
  requireUnique(names, source.path, line);
  const named = declaredNames(fields, names, source);
  const said = [
    ...named.values(),
    ...(source.ignore ?? []),
    ...(source.group === undefined ? [] : [source.group]),
  ];
  const taken = new Set(said);
  const free = names.filter((name) => !taken.has(name));
  const placesOf = (wanted: readonly string[]) =>
    wanted.map((name) => placeOf(names, name, source.path));
  if (source.partial !== true) placesOf([...said, ...(source.numbers ?? [])]);
  const places = fields.map((field) => {
    const column = named.get(field.name);
    return requireSize(field, placesOf(column === undefined ? free : [column]), names, source.path);
  });
  const isRestTaken = fields.some(({ name }) => !named.has(name));
  return {
    names,
    hasHeading,
    places,
    ...(source.group === undefined || source.partial === true
      ? {}
      : { group: placeOf(names, source.group, source.path) }),
    notes: isRestTaken ? [] : unused(source.path, free, "no field takes them"),
  };
}

/** Field → its column: as it is said, and of several fields without one, the column of the field's own name. */
function declaredNames(
  fields: readonly Field[],
  names: readonly string[],
  source: ColumnsSource,
): ReadonlyMap<string, string> {
  const named = new Map(Object.entries(source.fields ?? {}));
  const second = fields[1];
  if (source.target !== undefined && second !== undefined) named.set(second.name, source.target);
  const without = (): readonly Field[] => fields.filter(({ name }) => !named.has(name));
  if (without().length > 1)
    for (const { name, shape } of without())
      if (sizeOf(shape) === 1 && names.includes(name)) named.set(name, name);
  const rest = without();
  if (rest.length > 1) {
    throw new UserError(
      `${source.path}: it is not said which columns are ${rest.map(({ name }) => `"${name}"`).join(" and ")}.`,
      [
        `Name the target (\`target: ${JSON.stringify(names.at(-1))}\`), or a column for each field but one.`,
      ],
    );
  }
  return named;
}

/** The columns as training had them, by their names wherever they stand now; by their places where they have no names. */
export function recordedColumns(
  fields: readonly Field[],
  first: readonly string[],
  line: number,
  source: ColumnsSource,
  layout: TableLayout,
): TableColumns {
  const where = source.path;
  const wanted = fields.map(({ name }) => own(layout.fields, name) ?? []);
  const asked = layout.names.filter((name) => wanted.flat().includes(name));
  const hasHeading = layout.header && source.header !== false;
  const names = hasHeading ? trimmed(first) : withoutHeading(asked, first, line, where, layout);
  if (hasHeading && !names.some((name) => layout.names.includes(name)))
    throw noHeading(asked, names, where, layout);
  const surplus = names.filter((name) => !layout.names.includes(name));
  requireUnique(
    names.filter((name) => !surplus.includes(name)),
    where,
    line,
  );
  const places = fields.map((field, index) =>
    requireSize(
      field,
      (wanted[index] as readonly string[]).map((name) => placeOf(names, name, where)),
      names,
      where,
    ),
  );
  return { names, hasHeading, places, notes: unused(where, surplus, "training did not have them") };
}

/** What the columns are called by their places: there are as many as training had, or as many as are asked for. */
function withoutHeading(
  wanted: readonly string[],
  first: readonly string[],
  line: number,
  where: string,
  { names }: TableLayout,
): readonly string[] {
  if (first.length === names.length) return names;
  if (first.length === wanted.length) return wanted;
  throw new UserError(
    `${where}, line ${line}: without names of the columns, ${wanted.length} are expected${names.length === wanted.length ? "" : `, or all ${names.length} of the training`}; found ${first.length}.`,
    [`In their order: ${listed(wanted)}.`],
  );
}

function noHeading(
  wanted: readonly string[],
  found: readonly string[],
  where: string,
  { names }: TableLayout,
): UserError {
  const fits = found.length === wanted.length || found.length === names.length;
  return new UserError(
    `${where}: the first line names none of the columns that training had: ${listed(wanted)}.`,
    [
      fits
        ? `Write their names above, or predict with \`--header off\` where the columns stand in this order.`
        : `It has: ${listed(found)}.`,
    ],
  );
}

const trimmed = (cells: readonly string[]): readonly string[] => cells.map((cell) => cell.trim());

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}`;

const unused = (where: string, names: readonly string[], why: string): readonly string[] =>
  names.length === 0 ? [] : [`${where}: columns that are left out, as ${why}: ${listed(names)}`];

function requireUnique(names: readonly string[], where: string, line: number): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError(
      `${where}, line ${line}: two columns are called ${JSON.stringify(twice)}.`,
      ["If the first line holds no names, write `header: off`."],
    );
  }
}

function placeOf(names: readonly string[], name: string, where: string): number {
  const place = names.indexOf(name);
  if (place !== -1) return place;
  const near = nearest(name, names);
  throw new UserError(`${where} has no column ${JSON.stringify(name)}.`, [
    near === undefined ? `It has: ${listed(names)}.` : `Did you mean ${JSON.stringify(near)}?`,
  ]);
}

function requireSize(
  field: Field,
  places: readonly number[],
  names: readonly string[],
  where: string,
): readonly number[] {
  const size = sizeOf(field.shape);
  if (size === places.length) return places;
  const shown = places
    .slice(0, 6)
    .map((place) => JSON.stringify(names[place]))
    .join(", ");
  throw new UserError(
    `${where}: the field "${field.name}" is declared with ${size} numbers a row; ${places.length} columns are left for it.`,
    [
      places.length === 0
        ? "Every column belongs to another field."
        : `They are ${shown}${places.length > 6 ? ", …" : ""}. Leave some out with \`ignore:\`, or change the declared size.`,
    ],
  );
}
