import { lanes } from "./lanes.ts";
import type { SpaceLoop } from "./nest.ts";

/** A stretch of a loop: `count` steps of `size` points. */
export interface Segment {
  readonly size: number;
  readonly count: number;
}

/** Whole tiles, then what is left over: first its whole vectors, then single lanes. */
export function segmentsOf({ extent, tile }: SpaceLoop): readonly Segment[] {
  const full = Math.floor(extent / tile);
  const rest = extent - full * tile;
  const whole = Math.floor(rest / lanes) * lanes;
  const tails = tile > lanes && tile % lanes === 0 && whole > 0 ? [whole, rest - whole] : [rest];
  return [{ size: tile, count: full }, ...tails.map((size) => ({ size, count: 1 }))].filter(
    (segment) => segment.count > 0 && segment.size > 0,
  );
}
