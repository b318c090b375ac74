import { formatNumber } from "./format-numbers.ts";

const ROWS = 6;
/** The dots of a Braille cell, by row and column: Unicode numbers them in this odd order. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The course of the loss over the epochs as Braille dots, 2 × 4 to a cell; nothing for fewer than three epochs. */
export function plotLosses(
  losses: { readonly train: readonly number[]; readonly validation: readonly number[] },
  columns: number,
): string[] {
  const finite = [...losses.train, ...losses.validation].filter(Number.isFinite);
  if (losses.train.length < 3 || finite.length === 0 || columns < 10) return [];
  const [least, greatest] = [Math.min(...finite), Math.max(...finite)];
  const cells = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  for (const series of [losses.train, losses.validation])
    drawSeries(cells, series, columns, least, greatest);
  const labels = [formatNumber(greatest), ...Array<string>(ROWS - 2).fill(""), formatNumber(least)];
  const width = Math.max(...labels.map((label) => label.length));
  const title =
    losses.validation.length > 0 ? "loss of training and validation" : "loss of training";
  return [
    ...cells.map(
      (row, index) =>
        `${(labels[index] ?? "").padStart(width)} ┤${[...row]
          .map((dots) => (dots === 0 ? " " : String.fromCodePoint(0x2800 + dots)))
          .join("")
          .trimEnd()}`,
    ),
    `${" ".repeat(width)} └ ${title}, epochs 1 to ${losses.train.length}`,
  ];
}

/** A line through the values, straight between epochs, with no gap where it is steep. */
function drawSeries(
  cells: readonly Uint8Array[],
  series: readonly number[],
  columns: number,
  least: number,
  greatest: number,
): void {
  const [across, down] = [columns * 2, ROWS * 4];
  let before: number | undefined;
  for (let x = 0; x < across; x++) {
    const value = valueAt(series, (x / (across - 1)) * (series.length - 1));
    const share = greatest > least ? (greatest - value) / (greatest - least) : 0.5;
    const y = Number.isFinite(value) ? Math.round(share * (down - 1)) : undefined;
    if (y !== undefined) drawColumn(cells, x, before ?? y, y);
    before = y;
  }
}

function valueAt(series: readonly number[], position: number): number {
  const [low, high] = [Math.floor(position), Math.ceil(position)];
  const [a, b] = [series[low] ?? Number.NaN, series[high] ?? Number.NaN];
  return low === high ? a : a + (b - a) * (position - low);
}

/** Dots from just past `before` to `y`. */
function drawColumn(cells: readonly Uint8Array[], x: number, before: number, y: number): void {
  const step = Math.sign(y - before);
  for (let at = step === 0 ? y : before + step; ; at += step) {
    const row = cells[at >> 2] as Uint8Array;
    row[x >> 1] = (row[x >> 1] as number) | (DOTS[at & 3]?.[x & 1] as number);
    if (at === y) return;
  }
}
