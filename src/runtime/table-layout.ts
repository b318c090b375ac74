import type { Encoding } from "./files.ts";

/** How the cells of a table are told apart and read. */
export interface TableForm {
  /** One character; a comma when left out. */
  readonly delimiter?: string;
  /** UTF-8 where nothing is said. */
  readonly encoding?: Encoding;
}

/** How the table of a training was laid out: another one for its model is bound by the names of its columns. */
export interface TableLayout {
  /** Whether its first line named the columns; without, they are called "1", "2", … */
  readonly header: boolean;
  /** All its columns in their order, also those that are no field's. */
  readonly names: readonly string[];
  /** Field → its columns, in the order of its numbers. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly form: TableForm;
}

/** Whether a value of a file is a layout. */
export function isTableLayout(value: unknown): value is TableLayout {
  if (typeof value !== "object" || value === null) return false;
  const { header, names, fields, form } = value as Partial<Record<keyof TableLayout, unknown>>;
  return (
    typeof header === "boolean" &&
    isTexts(names) &&
    typeof fields === "object" &&
    fields !== null &&
    Object.values(fields).every(isTexts) &&
    typeof form === "object" &&
    form !== null
  );
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
