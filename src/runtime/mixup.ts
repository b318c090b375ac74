import type { Random } from "./picture.ts";
import { exponential, logarithm } from "./elementary.ts";

/** mixup (Zhang, Cissé, Dauphin, Lopez-Paz 2018): which fields are blended, and α of the Beta distribution. */
export interface Mixup {
  readonly alpha: number;
  readonly fields: readonly string[];
}

/**
 * λ · this row + (1 − λ) · another one, λ ~ Beta(α, α). The other row is any of the training part: which one, and λ, are
 * the same for all fields of the row, because `random` begins anew for each.
 */
export function blend(
  { alpha }: Mixup,
  random: Random,
  rows: Uint32Array,
  row: number,
  valuesOf: (row: number) => Float32Array,
): Float32Array {
  const other = rows[random.below(rows.length)] ?? row;
  const share = betaFrom(random, alpha);
  const [mine, theirs] = [valuesOf(row), valuesOf(other)];
  return mine.map((value, place) => share * value + (1 - share) * (theirs[place] ?? 0));
}

/** A number of Beta(α, α): X / (X + Y) of two Gamma numbers, by their logarithms, because small α make them very small. */
export function betaFrom(random: Random, alpha: number): number {
  const difference = logGamma(random, alpha) - logGamma(random, alpha);
  if (difference > 700) return 1;
  return difference < -700 ? 0 : 1 / (1 + exponential(-difference));
}

/**
 * The logarithm of a number of the Gamma distribution with shape α and scale 1 (Marsaglia and Tsang 2000): from
 * d v, v = (1 + x / √(9 d))³, d = α − 1/3, for α ≥ 1; a smaller α through Gamma(α) = Gamma(α + 1) · U^(1/α).
 */
function logGamma(random: Random, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + logarithm(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  for (;;) {
    const x = random.normal();
    const root = 1 + x / Math.sqrt(9 * d);
    if (root <= 0) continue;
    const logV = 3 * logarithm(root);
    const v = root * root * root;
    if (logarithm(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * logV)
      return logarithm(d) + logV;
  }
}
