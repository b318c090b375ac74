import { invariant } from "../../../compiler/base/invariant.ts";
import { reduceLoop, reduceLoops, type Emission } from "./emission.ts";
import { lanes, strideOf } from "./lanes.ts";
import type { Nest } from "./nest.ts";
import type { Physical, PhysicalLoad, Reference } from "../layout/physical.ts";
import { turned } from "./shuffles.ts";

/** Bytes of scratch that a kernel needs for its panel. */
export function panelBytes(nest: Nest): number {
  if (nest.packed === undefined) return 0;
  const columns = nest.space.find((loop) => loop.axis === nest.vector)!.tile;
  return nest.reduce.reduce(
    (product, loop) => product * loop.extent,
    4 * Math.ceil(columns / lanes) * lanes,
  );
}

/** Copies the columns of a panel side by side; the term then reads the panel. */
export function packPanel(emission: Emission, columns: number, term: Physical): Physical {
  const { f, nest, around } = emission;
  const vectors = Math.ceil(columns / lanes);
  const strides = new Map<string, number>();
  let size = vectors * 16;
  for (const loop of nest.reduce.toReversed()) {
    strides.set(loop.axis, size);
    size *= loop.extent;
  }
  const panel: PhysicalLoad = {
    kind: "load",
    reference: {
      ...(around.scratch === undefined ? { base: 0, inScratch: true } : { base: around.scratch }),
      strides,
    },
    divided: [],
    guards: [],
    absent: 0,
  };
  const source = nest.packed!.reference;
  f.comment(`panel of ${columns} columns`);
  if (canTurn(nest, source, columns)) turn(emission, source, panel.reference, vectors);
  else copy(emission, source, panel.reference, columns);
  invariant(term.kind === "apply", "a panel belongs to a product");
  const withPanel: Physical = {
    kind: "apply",
    op: "multiply",
    args: term.args.map((arg) => (arg === nest.packed ? panel : arg)),
  };
  // Along the columns of the tile the panel runs on; no loop moves it there.
  strides.set(nest.vector!, 4);
  return withPanel;
}

/** Vector by vector. */
function copy(emission: Emission, source: Reference, panel: Reference, columns: number): void {
  const { f, nest, cursors, values } = emission;
  reduceLoops(emission, nest.reduce, [source, panel], () => {
    for (let vector = 0; vector * lanes < columns; vector++) {
      const count = Math.min(lanes, columns - vector * lanes);
      cursors.address(panel, new Map());
      values.loadVector(source, { offsets: new Map([[nest.vector!, vector * lanes]]), count });
      f.memory("v128.store", cursors.offset(panel, new Map()) + vector * 16);
    }
  });
}

/** Whether four steps of the sum lie side by side where the columns do not. */
function canTurn(nest: Nest, source: Reference, columns: number): boolean {
  const inner = nest.reduce.at(-1);
  return (
    inner !== undefined &&
    inner.perRow === undefined &&
    inner.extent % lanes === 0 &&
    columns % lanes === 0 &&
    strideOf(source, inner.axis) === 4 &&
    strideOf(source, nest.vector!) !== 4
  );
}

/** Four columns by four steps at a time: rows of the source become columns of the panel. */
function turn(emission: Emission, source: Reference, panel: Reference, vectors: number): void {
  const { f, nest, cursors } = emission;
  const inner = nest.reduce.at(-1)!;
  const along = panel.strides.get(inner.axis)!;
  reduceLoops(emission, nest.reduce.slice(0, -1), [source, panel], () =>
    reduceLoop(emission, inner, [source, panel], lanes, inner.extent / lanes, () => {
      for (let vector = 0; vector < vectors; vector++) {
        const rows = [0, 1, 2, 3].map((lane) =>
          f.hold(() => {
            const offsets = new Map([[nest.vector!, vector * lanes + lane]]);
            cursors.address(source, offsets);
            f.memory("v128.load", cursors.offset(source, offsets));
          }),
        );
        for (const [step, column] of turned(f, rows).entries()) {
          cursors.address(panel, new Map());
          column();
          f.memory("v128.store", cursors.offset(panel, new Map()) + step * along + vector * 16);
        }
      }
    }),
  );
}
