import { alignColumns } from "./align-columns.ts";
import type { RawColumn, RawData } from "./dataset.ts";
import type { NumberValues } from "./number-array.ts";
import type { TableLayout } from "./table-layout.ts";

/**
 * Sixteen hexadecimal digits that differ, but for an accident, where anything of the rows differs: what the fields hold and which rows
 * belong together, of the first `rows` rows. It tells change, and is no protection against forgery.
 */
function fingerprintOf(data: RawData, rows: number = data.rows): string {
  let [low, high] = [0x811c9dc5, 0x2545f491];
  const mix = (word: number): void => {
    low = Math.imul(low ^ word, 0x9e3779b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ word, 0x85ebca77) + low;
    high = (high << 15) | (high >>> 17);
  };
  for (const [name, column] of data.columns) {
    mixText(name, mix);
    mixColumn(column, rows, mix);
  }
  for (const group of data.groups?.slice(0, rows) ?? []) mixText(group, mix);
  mix(rows);
  return finished(low ^ high) + finished(high);
}

function mixColumn({ shape, values }: RawColumn, rows: number, mix: (word: number) => void): void {
  const count = rows * shape.reduce((product, size) => product * size, 1);
  for (const size of shape) mix(size);
  if (!isNumbers(values)) {
    for (let index = 0; index < count; index++) mixText(values[index]!, mix);
    return;
  }
  const words = (count * values.BYTES_PER_ELEMENT) / 4;
  for (const word of new Uint32Array(values.buffer, values.byteOffset, words)) mix(word);
}

const isNumbers = (values: RawColumn["values"]): values is NumberValues => !Array.isArray(values);

/** The same with the columns of a table in the order of an earlier one: a heading in another order is the same table. */
export function alignedFingerprint(
  layout: TableLayout | undefined,
  data: RawData,
  rows?: number,
): string {
  return fingerprintOf(alignColumns(layout, data), rows);
}

/** With its length, so that "ab", "c" is not "a", "bc". */
function mixText(text: string, mix: (word: number) => void): void {
  mix(text.length);
  for (let index = 0; index < text.length; index++) mix(text.charCodeAt(index));
}

/** MurmurHash3's mixer: all bits of the result depend on all of the hash. */
function finished(hash: number): string {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
