import type { Local } from "../encode/builder.ts";
import type { Emission } from "./emission.ts";
import { lanes } from "./lanes.ts";
import type { Nest } from "./nest.ts";
import type { Physical, PhysicalKernel, PhysicalStore } from "../layout/physical.ts";
import { Sums } from "./sums.ts";
import type { Point } from "./values.ts";

/** One tile: the reduction of its points, then the values of all stores. `sizes` are the points of each axis in it. */
export function emitTile(
  emission: Emission,
  kernel: PhysicalKernel,
  sizes: ReadonlyMap<string, number>,
  term: Physical | undefined,
): void {
  const points = pointsOf(emission.nest, sizes);
  const sums = new Sums(emission, kernel);
  if (term !== undefined) sums.reduce(points, term);
  for (const [number, point] of points.entries()) {
    if (number === 0) emission.f.comment("results");
    storePoint(emission, kernel, point, sums.accumulators);
  }
}

/** The vectors of a tile, rows outside of columns. */
function pointsOf(nest: Nest, sizes: ReadonlyMap<string, number>): readonly Point[] {
  let points: readonly Point[] = [
    { offsets: new Map(), count: nest.vector === undefined ? 1 : lanes },
  ];
  const rowsFirst = [...sizes].toSorted(
    ([a], [b]) => Number(a === nest.vector) - Number(b === nest.vector),
  );
  for (const [axis, size] of rowsFirst) {
    if (axis === nest.vector) {
      const vectors = Array.from(
        { length: Math.ceil(size / lanes) },
        (_, vector) => vector * lanes,
      );
      points = points.flatMap((point) =>
        vectors.map((offset) => ({
          offsets: new Map([...point.offsets, [axis, offset]]),
          count: Math.min(lanes, size - offset),
        })),
      );
    } else if (size > 1) {
      points = points.flatMap((point) =>
        Array.from({ length: size }, (_, offset) => ({
          offsets: new Map([...point.offsets, [axis, offset]]),
          count: point.count,
        })),
      );
    }
  }
  return points;
}

/** All values before any store: a store may overwrite what another value was computed from. */
function storePoint(
  emission: Emission,
  kernel: PhysicalKernel,
  point: Point,
  accumulators: ReadonlyMap<Point, Local>,
): void {
  const { f, values } = emission;
  const scope = values.scope(
    [point],
    accumulators,
    kernel.stores.map((store) => store.value),
  );
  const results = kernel.stores.map((store) => {
    values.value(store.value, point, scope);
    const local = f.local("v128");
    f.set(local);
    return local;
  });
  for (const [place, store] of kernel.stores.entries())
    storeVector(emission, store, point, results[place]!);
}

function storeVector(
  { f, cursors, nest }: Emission,
  { reference }: PhysicalStore,
  point: Point,
  value: Local,
): void {
  const stride = nest.vector === undefined ? 0 : (reference.strides.get(nest.vector) ?? 0);
  if (point.count === lanes && stride === 4) {
    cursors.address(reference, point.offsets);
    f.get(value);
    f.memory("v128.store", cursors.offset(reference, point.offsets));
    return;
  }
  for (let lane = 0; lane < point.count; lane++) {
    const offsets =
      nest.vector === undefined
        ? point.offsets
        : new Map([...point.offsets, [nest.vector, (point.offsets.get(nest.vector) ?? 0) + lane]]);
    cursors.address(reference, offsets);
    f.get(value);
    f.memory("v128.store32_lane", cursors.offset(reference, offsets), lane);
  }
}
