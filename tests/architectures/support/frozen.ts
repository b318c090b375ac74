import { readFileSync } from "node:fs";

/** The training steps that PyTorch took: scripts/fixtures/architectures.py. */
export interface FrozenStep {
  /** The path of the specification without its ending, and the name of the run. */
  readonly name: string;
  readonly rows: number;
  /** What the numbers of the step are drawn with. */
  readonly seed: number;
  readonly loss: number;
  readonly objective: number;
  readonly gradients: Readonly<Record<string, FrozenArray>>;
  /** Running statistics after the step. */
  readonly statistics: Readonly<Record<string, readonly number[]>>;
}

/** All elements, or those at equal distances (`every`) with the largest and with the sums under drawn signs. */
export interface FrozenArray {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly every?: number;
  readonly largest?: number;
  readonly sums?: readonly number[];
}

export const frozenSteps = JSON.parse(
  readFileSync("tests/fixtures/architectures.json", "utf8"),
) as readonly FrozenStep[];

/** The largest absolute value. */
export function largestOf(frozen: FrozenArray): number {
  return frozen.largest ?? Math.max(...frozen.values.map(Math.abs));
}
