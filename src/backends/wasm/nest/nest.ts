import type { Affine } from "../../../compiler/plan/plan.ts";
import { extentOf, lanes, lanesOf, strideOf } from "./lanes.ts";
import {
  physicalParts,
  type Physical,
  type PhysicalKernel,
  type PhysicalLoad,
  type Reference,
} from "../layout/physical.ts";

/** A loop over part of the output; `tile` points of it are computed at once (floats, on the vector axis). */
export interface SpaceLoop {
  readonly axis: string;
  readonly extent: number;
  readonly tile: number;
  /** Only rows · this of it are actual, where it runs over the rows of the batch. */
  readonly perRow: number | undefined;
}

export interface ReduceLoop {
  readonly axis: string;
  readonly extent: number;
  /** Runs to rows · this, where it runs over the rows of the batch. */
  readonly perRow: number | undefined;
}

/** How a kernel is run: which axis lies in the lanes, the tile, the order of loops. */
export interface Nest {
  readonly space: readonly SpaceLoop[];
  readonly reduce: readonly ReduceLoop[];
  /** The rows of the batch, where they run outside of everything: each adds to what the ones before have stored. */
  readonly outside: ReduceLoop | undefined;
  /** The output axis in the lanes, if any. */
  readonly vector: string | undefined;
  /** The reduced axis in the lanes, if any: its four sums are added up at the end. */
  readonly horizontal: string | undefined;
  /** A sum of products that was tiled as such. */
  readonly isContraction: boolean;
  /** The operand that is copied into a panel [reduce…][vector tile] before the rows of a tile run over it. */
  readonly packed: PhysicalLoad | undefined;
}

export function planNest(kernel: PhysicalKernel): Nest {
  return contractionNest(kernel) ?? plainNest(kernel);
}

/** Axes whose value is needed as a number: those cannot be merged with others. */
function countedAxes(kernel: PhysicalKernel): ReadonlySet<string> {
  const indices = partsOf(kernel).flatMap((part): readonly Affine[] => {
    if (part.kind === "axis") return [part.index];
    if (part.kind === "inside") return [part.guard.index];
    return part.kind === "load"
      ? [...part.guards.map((guard) => guard.index), ...part.divided.map((one) => one.index)]
      : [];
  });
  return new Set(indices.flatMap((index) => index.terms.map(([axis]) => axis)));
}

function partsOf(kernel: PhysicalKernel): readonly Physical[] {
  return physicalParts(kernel.term, kernel.initial, ...kernel.stores.map((store) => store.value));
}

function loadsOf(...roots: readonly (Physical | undefined)[]): readonly PhysicalLoad[] {
  return physicalParts(...roots).filter((part) => part.kind === "load");
}

interface Counted {
  readonly axis: string;
  readonly extent: number;
  readonly perRow: number | undefined;
}

function rowsOf(kernel: PhysicalKernel, axis: string): number | undefined {
  return kernel.axes.get(axis)!.batch === true ? 1 : undefined;
}

/** Two neighbouring axes as one: rows stay outside. */
function joinAxes(outer: Counted, inner: Counted): Counted {
  return {
    axis: inner.axis,
    extent: outer.extent * inner.extent,
    perRow: outer.perRow === undefined ? undefined : outer.perRow * inner.extent,
  };
}

/** Merges neighbouring axes over which every address runs on evenly; the inner one stays. */
function mergeAxes(
  axes: readonly Counted[],
  references: readonly Reference[],
  mayMerge: (outer: Counted, inner: Counted) => boolean,
): readonly Counted[] {
  const result: Counted[] = [];
  for (const axis of axes) {
    const outer = result.at(-1);
    const isEven =
      outer !== undefined &&
      references.every(
        (one) => strideOf(one, outer.axis) === strideOf(one, axis.axis) * axis.extent,
      );
    if (outer !== undefined && isEven && axis.perRow === undefined && mayMerge(outer, axis))
      result[result.length - 1] = joinAxes(outer, axis);
    else result.push(axis);
  }
  return result;
}

/** The extent of the vector axis with what fills rows up, where all stores may run into that. */
function filledExtent(kernel: PhysicalKernel, axis: string): number {
  const extent = extentOf(kernel, axis);
  const filled = Math.ceil(extent / lanes) * lanes;
  return kernel.stores.every(
    (store) => store.filled?.axis === axis && store.filled.extent >= filled,
  )
    ? filled
    : extent;
}

function reduceLoops(
  kernel: PhysicalKernel,
  order: readonly string[],
  references: readonly Reference[],
  apart: ReadonlySet<string>,
): readonly ReduceLoop[] {
  const loops = order.map((axis): ReduceLoop => ({
    axis,
    extent: extentOf(kernel, axis),
    perRow: rowsOf(kernel, axis),
  }));
  return mergeAxes(
    loops.filter((loop) => loop.extent > 1 || loop.perRow !== undefined),
    references,
    (outer, inner) => !apart.has(outer.axis) && !apart.has(inner.axis),
  );
}

/** Sums of products of two loads, one of which alone has the axis along which all stores run: tiles of 4 rows by 8 columns. */
function contractionNest(kernel: PhysicalKernel): Nest | undefined {
  const operands =
    kernel.term?.kind === "apply" && kernel.term.op === "multiply" && kernel.combine === "sum"
      ? kernel.term.args
      : [];
  const [first, second] = operands;
  if (first?.kind !== "load" || second?.kind !== "load" || kernel.reduce.length === 0)
    return undefined;
  if ([first, second].some((load) => load.guards.length > 0 || load.divided.length > 0))
    return undefined;
  const vector = kernel.space.find(
    (axis) =>
      filledExtent(kernel, axis) >= lanes &&
      kernel.stores.every((store) => strideOf(store.reference, axis) === 4),
  );
  if (vector === undefined) return undefined;
  const [a, b] = strideOf(first.reference, vector) === 0 ? [first, second] : [second, first];
  if (strideOf(a.reference, vector) !== 0 || strideOf(b.reference, vector) === 0) return undefined;
  const counted = countedAxes(kernel);
  const extent = filledExtent(kernel, vector);
  const columns = extent >= 2 * lanes ? 2 * lanes : lanes;
  const others = kernel.space.filter((axis) => axis !== vector && extentOf(kernel, axis) > 1);
  const elsewhere = [
    ...loadsOf(kernel.initial, ...kernel.stores.map((store) => store.value)).map(
      (load) => load.reference,
    ),
    ...kernel.stores.map((store) => store.reference),
  ];
  const merged = mergeAxes(
    others.map((axis) => ({ axis, extent: extentOf(kernel, axis), perRow: rowsOf(kernel, axis) })),
    [...elsewhere, a.reference, b.reference],
    (outer, inner) => !counted.has(outer.axis) && !counted.has(inner.axis),
  );
  const tiles = rowTiles(merged.filter((row) => strideOf(b.reference, row.axis) === 0));
  const rows = merged.map((row): SpaceLoop => ({ ...row, tile: tiles.get(row.axis) ?? 1 }));
  const order = kernel.reduce.toSorted(
    (one, other) => Math.abs(strideOf(a.reference, other)) - Math.abs(strideOf(a.reference, one)),
  );
  const allLoops = reduceLoops(kernel, order, [a.reference, b.reference], new Set());
  // Axes that both operands have (groups) stay outside of the panels.
  const shared = rows.filter((row) => strideOf(b.reference, row.axis) !== 0);
  const own = rows.filter((row) => strideOf(b.reference, row.axis) === 0);
  const space = [
    ...shared,
    { axis: vector, extent, tile: columns, perRow: rowsOf(kernel, vector) },
    ...own,
  ];
  const outside = isRowByRow(kernel, space, allLoops, [a.reference, b.reference])
    ? allLoops[0]
    : undefined;
  const reduce = outside === undefined ? allLoops : allLoops.slice(1);
  const packed = mustPack(b, vector, rows, reduce) ? b : undefined;
  return { space, reduce, outside, vector, horizontal: undefined, isContraction: true, packed };
}

/** Two operands of this size together do not stay in the cache while every tile runs over all of them. */
const cacheBytes = 256 * 1024;

/** Whether a sum over rows and places inside of them is better made row by row (weights of convolutions over large batches). */
function isRowByRow(
  kernel: PhysicalKernel,
  space: readonly SpaceLoop[],
  reduce: readonly ReduceLoop[],
  operands: readonly Reference[],
): boolean {
  const [rows, ...inner] = reduce;
  const [store, ...others] = kernel.stores;
  if (
    rows?.perRow !== 1 ||
    store === undefined ||
    others.length > 0 ||
    kernel.initial !== undefined
  )
    return false;
  const steps = inner.reduce((product, loop) => product * loop.extent, 1);
  const tiles = space.reduce((product, loop) => product * Math.ceil(loop.extent / loop.tile), 1);
  const bytes =
    rows.extent *
    operands.reduce((sum, operand) => sum + Math.abs(strideOf(operand, rows.axis)), 0);
  return steps >= 64 && tiles >= 8 && bytes > cacheBytes;
}

/**
 * Which rows make the tile: four of the innermost axis when it divides; two by two when only that divides; three when
 * there are three; else four of another axis; else four with a rest.
 */
function rowTiles(rows: readonly Counted[]): ReadonlyMap<string, number> {
  const inner = rows.at(-1);
  if (inner === undefined) return new Map();
  if (inner.extent % 4 === 0) return new Map([[inner.axis, 4]]);
  const even = rows.slice(0, -1).findLast((row) => row.extent % 2 === 0);
  if (inner.extent % 2 === 0 && even !== undefined)
    return new Map([
      [inner.axis, 2],
      [even.axis, 2],
    ]);
  if (inner.extent === 3) return new Map([[inner.axis, 3]]);
  const other = rows.slice(0, -1).findLast((row) => row.extent % 4 === 0);
  if (other !== undefined && inner.extent < 16) return new Map([[other.axis, 4]]);
  return new Map([[inner.axis, Math.min(4, inner.extent)]]);
}

/** Columns that do not lie side by side are turned; long walks with wide steps are gathered, when enough rows use them. */
function mustPack(
  b: PhysicalLoad,
  vector: string,
  rows: readonly SpaceLoop[],
  reduce: readonly ReduceLoop[],
): boolean {
  if (strideOf(b.reference, vector) !== 4) return true;
  const uses = rows.reduce(
    (product, row) =>
      product * Math.ceil((strideOf(b.reference, row.axis) === 0 ? row.extent : 1) / row.tile),
    1,
  );
  const steps = reduce.reduce((product, loop) => product * loop.extent, 1);
  const inner = reduce.at(-1);
  return uses >= 6 && steps >= 64 && inner !== undefined && strideOf(b.reference, inner.axis) > 64;
}

/** Everything else: the axis with the cheapest accesses lies in the lanes. */
function plainNest(kernel: PhysicalKernel): Nest {
  const counted = countedAxes(kernel);
  const references = [
    ...loadsOf(kernel.term, kernel.initial, ...kernel.stores.map((store) => store.value)).map(
      (load) => load.reference,
    ),
    ...kernel.stores.map((store) => store.reference),
  ];
  const { vector, horizontal } = lanesOf(kernel);
  const space = kernel.space
    .filter((axis) => extentOf(kernel, axis) > 1)
    .map((axis): Counted => ({
      axis,
      extent: axis === vector ? filledExtent(kernel, axis) : extentOf(kernel, axis),
      perRow: rowsOf(kernel, axis),
    }));
  const merged = mergeAxes(
    space,
    references,
    (outer, inner) => !counted.has(outer.axis) && !counted.has(inner.axis) && outer.axis !== vector,
  );
  const order =
    horizontal === undefined
      ? kernel.reduce
      : [...kernel.reduce.filter((axis) => axis !== horizontal), horizontal];
  const termReferences = loadsOf(kernel.term).map((load) => load.reference);
  const reduce = reduceLoops(
    kernel,
    order,
    termReferences,
    new Set([
      ...counted,
      ...(horizontal !== undefined && kernel.axes.get(horizontal)!.batch === true
        ? [horizontal]
        : []),
    ]),
  );
  return {
    space: merged.map((loop): SpaceLoop => ({
      ...loop,
      tile: loop.axis === vector ? lanes * vectorsAtOnce(kernel, loop.extent) : 1,
    })),
    reduce,
    outside: undefined,
    vector,
    horizontal,
    isContraction: false,
    packed: undefined,
  };
}

/** Several sums side by side hide the latency of additions; short elementwise kernels run over two vectors at once. */
function vectorsAtOnce(kernel: PhysicalKernel, extent: number): number {
  const parts = partsOf(kernel).length;
  if (kernel.term !== undefined && parts <= 12) return extent >= 16 ? 4 : extent >= 8 ? 2 : 1;
  // Eight channels or features: then there is no loop over them at all.
  if (extent === 8) return 2;
  return parts <= 12 && extent > 8 ? 2 : 1;
}
