import { invariant } from "../../../base/invariant.ts";
import { reduceLoops, type Emission } from "./emission.ts";
import { lanes } from "./lanes.ts";
import type { Nest } from "./nest.ts";
import type { Physical, PhysicalLoad } from "./physical.ts";

/** Bytes of scratch that a kernel needs for its panel. */
export function panelBytes(nest: Nest): number {
  if (nest.packed === undefined) return 0;
  const columns = nest.space.find((loop) => loop.axis === nest.vector)!.tile;
  return nest.reduce.reduce((product, loop) => product * loop.extent, 4 * Math.ceil(columns / lanes) * lanes);
}

/** Copies the columns of a panel side by side; the term then reads the panel. */
export function packPanel(emission: Emission, columns: number, term: Physical): Physical {
  const { f, nest, cursors, values, around } = emission;
  const vectors = Math.ceil(columns / lanes);
  const strides = new Map<string, number>();
  let size = vectors * 16;
  for (const loop of nest.reduce.toReversed()) {
    strides.set(loop.axis, size);
    size *= loop.extent;
  }
  const panel: PhysicalLoad = { kind: "load", reference: { base: around.scratch, strides }, divided: [], guards: [], absent: 0 };
  f.comment(`panel of ${columns} columns`);
  reduceLoops(emission, nest.reduce, [nest.packed!.reference, panel.reference], () => {
    for (let vector = 0; vector < vectors; vector++) {
      const count = Math.min(lanes, columns - vector * lanes);
      cursors.address(panel.reference, new Map());
      values.loadVector(nest.packed!.reference, { offsets: new Map([[nest.vector!, vector * lanes]]), count });
      f.memory("v128.store", cursors.offset(panel.reference, new Map()) + vector * 16);
    }
  });
  invariant(term.kind === "apply", "a panel belongs to a product");
  const withPanel: Physical = { kind: "apply", op: "multiply", args: term.args.map((arg) => (arg === nest.packed ? panel : arg)) };
  // Along the columns of the tile the panel runs on; no loop moves it there.
  strides.set(nest.vector!, 4);
  return withPanel;
}
