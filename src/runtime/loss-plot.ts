import { formatNumber } from "./format-numbers.ts";

const ROWS = 6;
/** The dots of a Braille cell, by row and column: Unicode numbers them in this odd order. */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]] as const;

/** The course of the loss over the epochs as Braille dots, 2 × 4 to a cell; nothing for fewer than three epochs. */
export function plotLosses(losses: { readonly train: readonly number[]; readonly validation: readonly number[] }, columns: number): string[] {
  const finite = [...losses.train, ...losses.validation].filter(Number.isFinite);
  if (losses.train.length < 3 || finite.length === 0 || columns < 10) return [];
  const [least, greatest] = [Math.min(...finite), Math.max(...finite)];
  const cells = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  for (const series of [losses.train, losses.validation]) drawSeries(cells, series, columns, least, greatest);
  const labels = [formatNumber(greatest), ...Array<string>(ROWS - 2).fill(""), formatNumber(least)];
  const width = Math.max(...labels.map((label) => label.length));
  const title = losses.validation.length > 0 ? "loss of training and validation" : "loss of training";
  return [
    ...cells.map((row, index) => `${(labels[index] ?? "").padStart(width)} ┤${[...row].map((dots) => String.fromCodePoint(0x2800 + dots)).join("").trimEnd()}`),
    `${" ".repeat(width)} └ ${title}, epochs 1 to ${losses.train.length}`,
  ];
}

function drawSeries(cells: readonly Uint8Array[], series: readonly number[], columns: number, least: number, greatest: number): void {
  const height = ROWS * 4;
  const across = columns * 2;
  for (let x = 0; x < across; x++) {
    const value = series[Math.round((x / (across - 1)) * (series.length - 1))];
    if (value === undefined || !Number.isFinite(value)) continue;
    const share = greatest > least ? (greatest - value) / (greatest - least) : 0.5;
    const y = Math.round(share * (height - 1));
    const row = cells[y >> 2] as Uint8Array;
    row[x >> 1] = (row[x >> 1] as number) | (DOTS[y & 3]?.[x & 1] as number);
  }
}
