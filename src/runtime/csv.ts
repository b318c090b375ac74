import { UserError } from "./errors.ts";

/** How a table is written. */
export interface CsvOptions {
  /** One character; a comma when left out. */
  readonly delimiter?: string;
  /** Lines left out before everything else. */
  readonly skip?: number;
  /** Names the file in messages. */
  readonly where?: string;
}

/**
 * Reads comma-separated values after RFC 4180: cells in double quotes may hold delimiters, line ends and doubled quotes;
 * lines end with LF, CRLF or CR; a byte-order mark and empty lines are passed over. Calls `record` with the cells of each
 * record, an array that is used again, and the number of the line where it begins, from 1.
 */
export function readRecords(
  text: string,
  options: CsvOptions,
  record: (cells: readonly string[], line: number) => void,
): void {
  const where = options.where ?? "The table";
  const delimiter = delimiterOf(options.delimiter ?? ",");
  const cells: string[] = [];
  const start = skipLines(text, options.skip ?? 0, where);
  let position = start.position;
  let line = start.line;
  let first = line;

  while (position < text.length) {
    const quoted = text.charCodeAt(position) === QUOTE;
    const end = quoted
      ? endOfQuoted(text, position, where, line)
      : endOfPlain(text, position, delimiter, where, line);
    const cell = quoted ? unquote(text.slice(position + 1, end - 1)) : text.slice(position, end);
    if (quoted) line += countLines(cell);
    cells.push(cell);
    position = end;
    const next = text.charCodeAt(position);
    if (next === delimiter) {
      position += 1;
      if (position < text.length) continue;
      cells.push("");
    } else if (position < text.length && next !== CARRIAGE_RETURN && next !== LINE_FEED) {
      throw new UserError(
        `${where}, line ${line}: after a quoted cell, a delimiter or the end of the line is expected.`,
        ['A quote inside a quoted cell is written twice: "say ""yes""".'],
      );
    }
    if (cells.length > 1 || cell !== "" || quoted) record(cells, first);
    cells.length = 0;
    if (next === CARRIAGE_RETURN && text.charCodeAt(position + 1) === LINE_FEED) position += 1;
    position += 1;
    line += 1;
    first = line;
  }
}

/** All records of a table; each knows the line where it begins. For large tables, `readRecords` spares the memory. */
export function parseCsv(
  text: string,
  options: CsvOptions = {},
): { readonly cells: readonly string[]; readonly line: number }[] {
  const records: { cells: readonly string[]; line: number }[] = [];
  readRecords(text, options, (cells, line) => records.push({ cells: [...cells], line }));
  return records;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

function delimiterOf(text: string): number {
  const code = text.charCodeAt(0);
  if (text.length !== 1 || code === QUOTE || code === LINE_FEED || code === CARRIAGE_RETURN) {
    throw new UserError(
      `A delimiter is one character, not a quote and not a line end; found ${JSON.stringify(text)}.`,
    );
  }
  return code;
}

function skipLines(
  text: string,
  count: number,
  where: string,
): { readonly position: number; readonly line: number } {
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let skipped = 0; skipped < count; skipped++) {
    while (
      position < text.length &&
      text.charCodeAt(position) !== LINE_FEED &&
      text.charCodeAt(position) !== CARRIAGE_RETURN
    )
      position += 1;
    if (position >= text.length)
      throw new UserError(`${where} has only ${skipped + 1} lines; ${count} were to be skipped.`);
    position +=
      text.charCodeAt(position) === CARRIAGE_RETURN && text.charCodeAt(position + 1) === LINE_FEED
        ? 2
        : 1;
  }
  return { position, line: count + 1 };
}

function endOfPlain(
  text: string,
  start: number,
  delimiter: number,
  where: string,
  line: number,
): number {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === delimiter || code === LINE_FEED || code === CARRIAGE_RETURN) return end;
    if (code === QUOTE)
      throw new UserError(
        `${where}, line ${line}: a quote stands inside a cell that does not begin with one.`,
      );
  }
  return end;
}

/** Past the closing quote. */
function endOfQuoted(text: string, start: number, where: string, line: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf('"', end + 2);
  if (end === -1)
    throw new UserError(`${where}, line ${line}: a quoted cell begins here and never ends.`);
  return end + 1;
}

const unquote = (text: string): string => (text.includes('"') ? text.replaceAll('""', '"') : text);

const countLines = (cell: string): number => cell.match(/\r\n|\r|\n/g)?.length ?? 0;
