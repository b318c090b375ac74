/** How often values fall into equal bins between `from` and `to`; the few beyond are counted in the outermost bins. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** What is said of many numbers of one tensor. */
export interface ValueStatistics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
  /** Shares of all values, 0 … 1. */
  readonly zeros: number;
  readonly notFinite: number;
  /** Share at or beyond the bounds, where bounds were given. */
  readonly saturated?: number;
  /** Share of units (places of the last axis) that are 0 everywhere. */
  readonly dead: number;
  /** Whether all units of each row agree: nothing tells them apart. */
  readonly alike: boolean;
  readonly histogram: Histogram;
}

export interface StatisticsOptions {
  /** Units: the size of the last axis; 1 where there is none. */
  readonly units: number;
  /** Where a bounded activation is flat. */
  readonly bounds?: { readonly low: number; readonly high: number };
  /** What the histogram spans; without it four deviations around the mean, no further than the values go. */
  readonly range?: { readonly from: number; readonly to: number };
}

const bins = 32;

/** Units that differ by less than this share of their size count as equal: 32-bit sums differ by so much. */
const sameShare = 1e-6;

/** Mean, spread, zeros, dead and saturated units and a histogram of row-major values. Moments are summed in 64 bits. */
export function describeValues(
  values: Float32Array,
  { units, bounds, range }: StatisticsOptions,
): ValueStatistics {
  const finite = values.filter((value) => Number.isFinite(value));
  const count = Math.max(1, finite.length);
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of finite) {
    sum += value;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const mean = sum / count;
  let squares = 0;
  for (const value of finite) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / count);
  const share = (holds: (value: number) => boolean): number => {
    let found = 0;
    for (const value of values) if (holds(value)) found++;
    return values.length === 0 ? 0 : found / values.length;
  };
  const ends = finite.length === 0 ? { least: 0, greatest: 0 } : { least, greatest };
  const span = range ?? {
    from: Math.max(ends.least, mean - 4 * deviation),
    to: Math.min(ends.greatest, mean + 4 * deviation),
  };
  return {
    count: values.length,
    mean,
    deviation,
    ...ends,
    zeros: share((value) => value === 0),
    notFinite: share((value) => !Number.isFinite(value)),
    ...(bounds && { saturated: share((value) => value <= bounds.low || value >= bounds.high) }),
    dead: deadUnits(values, units),
    alike: unitsAgree(values, units),
    histogram: histogramOf(finite, span),
  };
}

function deadUnits(values: Float32Array, units: number): number {
  const alive = new Set<number>();
  values.forEach((value, index) => {
    if (value !== 0) alive.add(index % units);
  });
  return 1 - alive.size / units;
}

function unitsAgree(values: Float32Array, units: number): boolean {
  if (units < 2) return false;
  for (let row = 0; row < values.length; row += units) {
    const first = values[row] as number;
    for (let unit = 1; unit < units; unit++) {
      const other = values[row + unit] as number;
      if (!(Math.abs(other - first) <= sameShare * Math.max(Math.abs(first), Math.abs(other))))
        return false;
    }
  }
  return true;
}

function histogramOf(
  values: Float32Array,
  { from, to }: { readonly from: number; readonly to: number },
): Histogram {
  const counts = Array.from({ length: bins }, () => 0);
  const width = (to - from) / bins;
  for (const value of values) {
    // Values that are all the same stand in the middle.
    const bin = width > 0 ? Math.floor((value - from) / width) : bins / 2;
    const inside = Math.min(bins - 1, Math.max(0, bin));
    counts[inside] = (counts[inside] as number) + 1;
  }
  return { from, to, counts };
}
