import { invariant } from "../../../base/invariant.ts";
import { FunctionBuilder, type Local, type Value } from "./builder.ts";
import { Cursors } from "./cursors.ts";
import type { WasmFunction } from "./encoder.ts";
import { extremum } from "./math.ts";
import { lanes, planNest, type Nest, type ReduceLoop, type SpaceLoop } from "./nest.ts";
import { withAccumulator, type Physical, type PhysicalKernel, type PhysicalLoad, type PhysicalStore, type Reference } from "./physical.ts";
import { Values, type Point } from "./values.ts";

const greatest = extremum("f32x4.pmax");

export interface EmittedKernel {
  readonly function: WasmFunction;
  /** Into how many parts the outermost loop can be divided: the function computes the parts lo … hi − 1. */
  readonly parts: number;
  readonly nest: Nest;
}

export interface KernelSurroundings {
  /** Where the number of rows stands, as an integer. */
  readonly rows: number;
  readonly scratch: number;
}

/** Bytes of scratch that a kernel needs for its panel. */
export function panelBytes(nest: Nest): number {
  if (nest.packed === undefined) return 0;
  const columns = nest.space.find((loop) => loop.axis === nest.vector)!.tile;
  return nest.reduce.reduce((product, loop) => product * loop.extent, 4 * Math.ceil(columns / lanes) * lanes);
}

/** One kernel as a function (lo, hi) over a range of its outermost loop. */
export function emitKernel(kernel: PhysicalKernel, name: string, around: KernelSurroundings): EmittedKernel {
  const nest = planNest(kernel);
  const emitter = new KernelEmitter(kernel, nest, name, around);
  return { function: emitter.emit(), parts: emitter.parts, nest };
}

interface Segment {
  readonly size: number;
  readonly count: number;
}

function segmentsOf({ extent, tile }: SpaceLoop): readonly Segment[] {
  const full = Math.floor(extent / tile);
  const rest = extent - full * tile;
  const whole = Math.floor(rest / lanes) * lanes;
  const tails = tile > lanes && tile % lanes === 0 && whole > 0 ? [whole, rest - whole] : [rest];
  return [{ size: tile, count: full }, ...tails.map((size) => ({ size, count: 1 }))].filter((segment) => segment.count > 0 && segment.size > 0);
}

class KernelEmitter {
  readonly parts: number;
  private readonly f: FunctionBuilder;
  private kernel: PhysicalKernel;
  private readonly nest: Nest;
  private readonly around: KernelSurroundings;
  private readonly cursors: Cursors;
  private readonly values: Values;

  constructor(kernel: PhysicalKernel, nest: Nest, name: string, around: KernelSurroundings) {
    this.f = new FunctionBuilder(name, ["i32", "i32"]);
    this.kernel = kernel;
    this.nest = nest;
    this.around = around;
    const loops = new Set([...nest.space, ...nest.reduce, ...(nest.outside === undefined ? [] : [nest.outside])].map((loop) => loop.axis));
    this.cursors = new Cursors(this.f, (axis) => loops.has(axis));
    this.values = new Values(this.f, this.cursors, nest);
    const [outer] = nest.space;
    const segments = outer === undefined ? [] : segmentsOf(outer);
    this.parts = segments.length === 0 ? 1 : segments[0]!.count + (segments.length > 1 ? 1 : 0);
  }

  emit(): WasmFunction {
    if (this.nest.outside === undefined) this.space(0, new Map(), this.kernel.term);
    else this.rowByRow(this.nest.outside);
    return this.f.finish(`${this.kernel.comment}${describe(this.nest)}`);
  }

  /** Zeros first; then each row of the batch adds its part to what is stored; what else is to be done to the sum comes last. */
  private rowByRow(rows: ReduceLoop): void {
    const { f, kernel } = this;
    const [store] = kernel.stores as readonly [PhysicalStore];
    this.kernel = { ...kernel, stores: [{ ...store, value: { kind: "constant", value: 0 } }] };
    f.comment("zeros");
    this.space(0, new Map(), undefined);
    const stored: Physical = { kind: "load", reference: store.reference, divided: [], guards: [], absent: 0 };
    this.kernel = { ...kernel, initial: stored, stores: [{ ...store, value: { kind: "accumulator" } }] };
    f.comment(`row by row: ${rows.axis}`);
    this.reduction([rows], this.references(kernel.term), () => this.space(0, new Map(), kernel.term));
    if (store.value.kind === "accumulator") return;
    this.kernel = { ...kernel, stores: [{ ...store, value: withAccumulator(store.value, stored) }] };
    f.comment("what is done to the sums");
    this.space(0, new Map(), undefined);
  }

  // ── loops over the output ──

  private space(level: number, sizes: ReadonlyMap<string, number>, term: Physical | undefined): void {
    const loop = this.nest.space[level];
    if (loop === undefined) return this.tile(sizes, term);
    const inside = (segment: Segment): void => {
      const known = new Map([...sizes, [loop.axis, segment.size]]);
      const isPanel = term !== undefined && this.nest.packed !== undefined && loop.axis === this.nest.vector;
      this.space(level + 1, known, isPanel ? this.pack(segment.size, term) : term);
    };
    const references = this.references(term);
    if (level === 0 && this.parts > 1) this.outermost(loop, references, inside);
    else this.segments(loop, references, inside);
  }

  private references(term: Physical | undefined): readonly Reference[] {
    const { initial, stores } = this.kernel;
    const packed = this.nest.packed === undefined ? [] : [this.nest.packed.reference];
    return [...this.values.referencesOf(term, initial, ...stores.map((store) => store.value)), ...stores.map((store) => store.reference), ...packed];
  }

  private segments(loop: SpaceLoop, references: readonly Reference[], body: (segment: Segment) => void): void {
    const segments = segmentsOf(loop);
    if (segments.length === 1 && segments[0]!.count === 1) return body(segments[0]!);
    this.cursors.moving(loop.axis, references, undefined, (advance) => {
      for (const segment of segments) {
        const once = (): void => {
          body(segment);
          advance(segment.size);
        };
        if (segment.count === 1) once();
        else {
          this.f.comment(`for ${loop.axis}: ${segment.count} × ${segment.size}`);
          this.f.repeat(() => this.f.integer(segment.count), once);
        }
      }
    });
  }

  /** The outermost loop runs over the parts lo … hi − 1; what is left over after whole tiles is the last part. */
  private outermost(loop: SpaceLoop, references: readonly Reference[], body: (segment: Segment) => void): void {
    const { f } = this;
    const [lo, hi] = [f.parameter(0), f.parameter(1)];
    const [first, ...rest] = segmentsOf(loop) as [Segment, ...Segment[]];
    const place = f.local("i32");
    f.get(lo);
    f.set(place);
    const mayRun = (): void => {
      f.get(place);
      f.get(hi);
      f.op("i32.lt_s");
      if (rest.length === 0) return;
      f.get(place);
      f.integer(first.count);
      f.op("i32.lt_s");
      f.op("i32.and");
    };
    this.cursors.moving(loop.axis, references, { lo, size: first.size }, (advance) => {
      f.comment(`parts lo … hi of ${loop.axis}: ${first.count} × ${first.size}`);
      mayRun();
      f.when(() => {
        f.op("loop");
        body(first);
        advance(first.size);
        f.get(place);
        f.integer(1);
        f.op("i32.add");
        f.set(place);
        mayRun();
        f.op("br_if", 0);
        f.op("end");
      });
      if (rest.length === 0) return;
      f.comment(`the last ${rest.reduce((sum, segment) => sum + segment.size, 0)} of ${loop.axis}`);
      f.get(hi);
      f.integer(first.count);
      f.op("i32.gt_s");
      f.when(() => {
        for (const segment of rest) {
          body(segment);
          advance(segment.size);
        }
      });
    });
  }

  // ── loops of the reduction ──

  private reduceLoop(loop: ReduceLoop, references: readonly Reference[], step: number, count: Value | number, body: () => void): void {
    if (count === 1) return body();
    this.cursors.moving(loop.axis, references, undefined, (advance) => {
      this.f.repeat(typeof count === "number" ? () => this.f.integer(count) : count, () => {
        body();
        advance(step);
      });
    });
  }

  /** How often a loop runs that does `step` terms at once. */
  private countOf(loop: ReduceLoop, step = 1): Value | number {
    if (loop.perRow === undefined) return loop.extent / step;
    const perRow = loop.perRow / step;
    return () => {
      this.f.integer(0);
      this.f.memory("i32.load", this.around.rows);
      if (perRow === 1) return;
      this.f.integer(perRow);
      this.f.op("i32.mul");
    };
  }

  private reduction(loops: readonly ReduceLoop[], references: readonly Reference[], body: () => void): void {
    const [first, ...rest] = loops;
    if (first === undefined) return body();
    this.reduceLoop(first, references, 1, this.countOf(first), () => this.reduction(rest, references, body));
  }

  /** Copies the columns of a panel side by side; the term then reads the panel. */
  private pack(columns: number, term: Physical): Physical {
    const { f, nest } = this;
    const vectors = Math.ceil(columns / lanes);
    const strides = new Map<string, number>();
    let size = vectors * 16;
    for (const loop of nest.reduce.toReversed()) {
      strides.set(loop.axis, size);
      size *= loop.extent;
    }
    const panel: PhysicalLoad = { kind: "load", reference: { base: this.around.scratch, strides }, divided: [], guards: [], absent: 0 };
    f.comment(`panel of ${columns} columns`);
    this.reduction(nest.reduce, [nest.packed!.reference, panel.reference], () => {
      for (let vector = 0; vector < vectors; vector++) {
        const count = Math.min(lanes, columns - vector * lanes);
        this.cursors.address(panel.reference, new Map());
        this.values.loadVector(nest.packed!.reference, { offsets: new Map([[nest.vector!, vector * lanes]]), count });
        f.memory("v128.store", this.cursors.offset(panel.reference, new Map()) + vector * 16);
      }
    });
    invariant(term.kind === "apply", "a panel belongs to a product");
    const withPanel: Physical = { kind: "apply", op: "multiply", args: term.args.map((arg) => (arg === nest.packed ? panel : arg)) };
    // Along the columns of the tile the panel runs on; no loop moves it there.
    strides.set(nest.vector!, 4);
    return withPanel;
  }

  // ── one tile ──

  private tile(sizes: ReadonlyMap<string, number>, term: Physical | undefined): void {
    const points = this.points(sizes);
    const accumulators = new Map<Point, Local>();
    if (term !== undefined) this.reduce(points, term, accumulators);
    for (const [number, point] of points.entries()) this.store(point, accumulators, number);
  }

  private points(sizes: ReadonlyMap<string, number>): readonly Point[] {
    let points: readonly Point[] = [{ offsets: new Map(), count: this.nest.vector === undefined ? 1 : lanes }];
    const rowsFirst = [...sizes].toSorted(([a], [b]) => Number(a === this.nest.vector) - Number(b === this.nest.vector));
    for (const [axis, size] of rowsFirst) {
      if (axis === this.nest.vector) {
        const vectors = Array.from({ length: Math.ceil(size / lanes) }, (_, vector) => vector * lanes);
        points = points.flatMap((point) => vectors.map((offset) => ({ offsets: new Map([...point.offsets, [axis, offset]]), count: Math.min(lanes, size - offset) })));
      } else if (size > 1) {
        points = points.flatMap((point) => Array.from({ length: size }, (_, offset) => ({ offsets: new Map([...point.offsets, [axis, offset]]), count: point.count })));
      }
    }
    return points;
  }

  private reduce(points: readonly Point[], term: Physical, accumulators: Map<Point, Local>): void {
    const { f, nest, kernel } = this;
    const neutral = kernel.combine === "max" ? -Infinity : 0;
    const isHorizontal = nest.horizontal !== undefined;
    const start = this.values.scope(points, accumulators, isHorizontal ? [] : [kernel.initial]);
    for (const point of points) {
      if (kernel.initial === undefined || isHorizontal) f.splat(neutral);
      else this.values.value(kernel.initial, point, start);
      const accumulator = f.local("v128");
      f.set(accumulator);
      accumulators.set(point, accumulator);
    }
    const references = this.values.referencesOf(term);
    if (isHorizontal) return this.reduceAcross(points[0]!, term, accumulators.get(points[0]!)!, references, neutral);
    if (isUnrolled(nest)) return this.unrolled(points, term, accumulators);
    this.partialSums(points, term, accumulators, neutral);
  }

  /** The loops of the reduction. A single sum would wait for its own last addition: short tiles keep several, added up at the end. */
  private partialSums(points: readonly Point[], term: Physical, accumulators: ReadonlyMap<Point, Local>, neutral: number): void {
    const { f, nest } = this;
    const inner = nest.reduce.at(-1)!;
    const times = inner.perRow ?? inner.extent;
    const sums = nest.isContraction || points.length > 2 ? 1 : ([4, 2].find((count) => times % count === 0 && times >= 2 * count) ?? 1);
    const partial = Array.from({ length: sums }, (_, at) => points.map((point) => {
      const accumulator = at === 0 ? accumulators.get(point)! : f.local("v128");
      if (at > 0) {
        f.splat(neutral);
        f.set(accumulator);
      }
      return { into: accumulator, at: sums === 1 ? point : { ...point, offsets: new Map([...point.offsets, [inner.axis, at]]) } };
    }));
    const references = this.values.referencesOf(term);
    const body = (): void => {
      const terms = partial.flat();
      const scope = this.values.scope(terms.map((one) => one.at), accumulators, [term]);
      for (const { into, at } of terms) this.combine(into, () => this.values.value(term, at, scope));
    };
    this.reduction(nest.reduce.slice(0, -1), references, () => this.reduceLoop(inner, references, sums, this.countOf(inner, sums), body));
    for (const others of partial.slice(1)) for (const [place, { into }] of others.entries()) this.combine(accumulators.get(points[place]!)!, () => f.get(into));
  }

  /** A few terms without a loop: all of them are known by their place. */
  private unrolled(points: readonly Point[], term: Physical, accumulators: ReadonlyMap<Point, Local>): void {
    const { nest } = this;
    let places: readonly ReadonlyMap<string, number>[] = [new Map()];
    for (const loop of nest.reduce) places = places.flatMap((place) => Array.from({ length: loop.extent }, (_, at) => new Map([...place, [loop.axis, at]])));
    const terms = places.flatMap((place) => points.map((point) => ({ into: accumulators.get(point)!, at: { ...point, offsets: new Map([...point.offsets, ...place]) } })));
    const scope = this.values.scope(terms.map(({ at }) => at), accumulators, [term]);
    for (const { into, at } of terms) {
      this.combine(into, () => this.values.value(term, at, scope));
    }
  }

  /** accumulator = accumulator combined with a value. */
  private combine(accumulator: Local, value: Value): void {
    const { f } = this;
    if (this.kernel.combine === "max") greatest(f, value, () => f.get(accumulator));
    else {
      f.get(accumulator);
      value();
      f.op("f32x4.add");
    }
    f.set(accumulator);
  }

  /** The reduced axis in the lanes: whole vectors, then what is left over, then the four lanes together. */
  private reduceAcross(point: Point, term: Physical, accumulator: Local, references: readonly Reference[], neutral: number): void {
    const { f, nest } = this;
    const inner = nest.reduce.at(-1)!;
    const add = (count: number): void => {
      const at: Point = { offsets: new Map([...point.offsets, [inner.axis, 0]]), count };
      const scope = this.values.scope([at], new Map(), [term]);
      this.combine(accumulator, () => {
        this.values.value(term, at, scope);
        if (count === lanes) return;
        f.splat(neutral);
        f.words(...firstLanes(count));
        f.op("v128.bitselect");
      });
    };
    this.reduction(nest.reduce.slice(0, -1), references, () => this.across(inner, references, add));
    this.acrossLanes(accumulator);
    if (this.kernel.initial === undefined) return;
    const { initial } = this.kernel;
    this.combine(accumulator, () => this.values.value(initial, point, this.values.scope([point], new Map(), [initial])));
  }

  private across(inner: ReduceLoop, references: readonly Reference[], add: (count: number) => void): void {
    const { f } = this;
    const total = this.countOf(inner);
    this.cursors.moving(inner.axis, references, undefined, (advance) => {
      const whole = (): void => {
        add(lanes);
        advance(lanes);
      };
      const single = (): void => {
        add(1);
        advance(1);
      };
      if (typeof total === "number") {
        if (total >= lanes) f.repeat(() => f.integer(Math.floor(total / lanes)), whole);
        if (total % lanes > 0) add(total % lanes);
        return;
      }
      this.runTimes(() => {
        total();
        f.integer(2);
        f.op("i32.shr_u");
      }, whole);
      this.runTimes(() => {
        total();
        f.integer(3);
        f.op("i32.and");
      }, single);
    });
  }

  /** As often as a number that may be 0. */
  private runTimes(count: Value, body: () => void): void {
    count();
    this.f.when(() => this.f.repeat(count, body));
  }

  /** Combines the four lanes; all of them then hold the result. */
  private acrossLanes(accumulator: Local): void {
    const { f } = this;
    for (const lanesOf of [[2, 3, 0, 1], [1, 0, 3, 2]]) {
      this.combine(accumulator, () => {
        f.get(accumulator);
        f.get(accumulator);
        f.op("i8x16.shuffle", ...lanesOf.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
      });
    }
  }

  private store(point: Point, accumulators: ReadonlyMap<Point, Local>, number: number): void {
    const { f, kernel } = this;
    const scope = this.values.scope([point], accumulators, kernel.stores.map((store) => store.value));
    if (number === 0) f.comment("results");
    // All values before any store: a store may overwrite what another value was computed from.
    const values = kernel.stores.map((store) => {
      this.values.value(store.value, point, scope);
      const local = f.local("v128");
      f.set(local);
      return local;
    });
    for (const [place, store] of kernel.stores.entries()) this.storeVector(store, point, values[place]!);
  }

  private storeVector(store: PhysicalStore, point: Point, value: Local): void {
    const { f } = this;
    const stride = this.nest.vector === undefined ? 0 : (store.reference.strides.get(this.nest.vector) ?? 0);
    if (point.count === lanes && stride === 4) {
      this.cursors.address(store.reference, point.offsets);
      f.get(value);
      f.memory("v128.store", this.cursors.offset(store.reference, point.offsets));
      return;
    }
    for (let lane = 0; lane < point.count; lane++) {
      const offsets = this.nest.vector === undefined ? point.offsets : new Map([...point.offsets, [this.nest.vector, (point.offsets.get(this.nest.vector) ?? 0) + lane]]);
      this.cursors.address(store.reference, offsets);
      f.get(value);
      f.memory("v128.store32_lane", this.cursors.offset(store.reference, offsets), lane);
    }
  }

}

/** Up to nine terms that are no contraction (a window's): loops would cost more than they do. */
function isUnrolled(nest: Nest): boolean {
  const terms = nest.reduce.reduce((product, loop) => product * loop.extent, 1);
  return !nest.isContraction && terms <= 9 && nest.reduce.every((loop) => loop.perRow === undefined);
}

function firstLanes(count: number): readonly [number, number, number, number] {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0));
  return [a!, b!, c!, d!];
}

/** How the loops run, for the comment. */
function describe(nest: Nest): string {
  const tiles = nest.space.filter((loop) => loop.tile > 1).map((loop) => `${loop.tile} of ${loop.axis}`);
  const across = nest.horizontal === undefined ? [] : [`${nest.horizontal} in the lanes`];
  const parts = [...tiles, ...across, ...(nest.packed === undefined ? [] : ["panels"])];
  return parts.length === 0 ? "" : ` — ${parts.join(", ")}`;
}
