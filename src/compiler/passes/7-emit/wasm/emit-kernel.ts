import { invariant } from "../../../base/invariant.ts";
import type { Affine } from "../../../plan/plan.ts";
import { FunctionBuilder, type Local, type Value } from "./builder.ts";
import type { WasmFunction } from "./encoder.ts";
import { maskOperations, vectorOperations } from "./math.ts";
import { planNest, type Nest, type ReduceLoop, type SpaceLoop } from "./nest.ts";
import { physicalParts, type Guard, type Physical, type PhysicalKernel, type PhysicalLoad, type PhysicalStore, type Reference } from "./physical.ts";

const lanes = 4;

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

/** Where in a tile: how far each tiled axis is from its start, and which lanes of the vector count. */
interface Point {
  readonly offsets: ReadonlyMap<string, number>;
  readonly count: number;
}

/** Expressions at the points of one tile: what occurs more than once is kept in a local. */
interface Scope {
  readonly uses: Map<string, number>;
  readonly locals: Map<string, Local>;
  readonly accumulators: ReadonlyMap<Point, Local>;
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
  private readonly kernel: PhysicalKernel;
  private readonly nest: Nest;
  private readonly around: KernelSurroundings;
  /** The pointer of each group of references in the present loop; none is still at its start. */
  private readonly pointers = new Map<string, Local>();
  private readonly identities = new Map<Physical, number>();
  private readonly dependencies = new Map<Physical, ReadonlySet<string>>();
  private readonly keys = new WeakMap<Reference, string>();

  constructor(kernel: PhysicalKernel, nest: Nest, name: string, around: KernelSurroundings) {
    this.f = new FunctionBuilder(name, ["i32", "i32"]);
    this.kernel = kernel;
    this.nest = nest;
    this.around = around;
    const [outer] = nest.space;
    const segments = outer === undefined ? [] : segmentsOf(outer);
    this.parts = segments.length === 0 ? 1 : segments[0]!.count + (segments.length > 1 ? 1 : 0);
  }

  emit(): WasmFunction {
    this.space(0, new Map(), this.kernel.term);
    return this.f.finish(`${this.kernel.comment}${describe(this.nest)}`);
  }

  // ── loops over the output ──

  private space(level: number, sizes: ReadonlyMap<string, number>, term: Physical | undefined): void {
    const loop = this.nest.space[level];
    if (loop === undefined) return this.tile(sizes, term);
    const inside = (segment: Segment): void => {
      const known = new Map([...sizes, [loop.axis, segment.size]]);
      const isPanel = this.nest.packed !== undefined && loop.axis === this.nest.vector;
      this.space(level + 1, known, isPanel ? this.pack(segment.size, term!) : term);
    };
    const references = this.references(term);
    if (level === 0 && this.parts > 1) this.outermost(loop, references, inside);
    else this.segments(loop, references, inside);
  }

  private references(term: Physical | undefined): readonly Reference[] {
    const { initial, stores } = this.kernel;
    const packed = this.nest.packed === undefined ? [] : [this.nest.packed.reference];
    return [...this.referencesOf(term, initial, ...stores.map((store) => store.value)), ...stores.map((store) => store.reference), ...packed];
  }

  /** Addresses, and the indices whose values are needed. */
  private referencesOf(...roots: readonly (Physical | undefined)[]): readonly Reference[] {
    return physicalParts(...roots).flatMap((part): readonly Reference[] => {
      if (part.kind === "axis") return [this.counter(part.index)];
      if (part.kind === "inside") return [this.counter(part.guard.index)];
      if (part.kind !== "load") return [];
      return [part.reference, ...part.guards.map((guard) => this.counter(guard.index)), ...part.divided.map((one) => this.counter(one.index))];
    });
  }

  /** Σ step·axis of an index as something that moves with the loops. */
  private counter(index: Affine): Reference {
    return { base: 0, strides: new Map(index.terms) };
  }

  /** References with the same key move alike and share a pointer. */
  private keyOf(reference: Reference): string {
    const known = this.keys.get(reference);
    if (known !== undefined) return known;
    const strides = [...reference.strides].filter(([axis]) => this.isLoop(axis)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const key = `${strides.map(([axis, stride]) => `${axis}:${stride}`).join(" ")}${this.isFolded(reference) ? ` from ${reference.base}` : ""}`;
    this.keys.set(reference, key);
    return key;
  }

  private isLoop(axis: string): boolean {
    return this.nest.space.some((loop) => loop.axis === axis) || this.nest.reduce.some((loop) => loop.axis === axis);
  }

  /** An address that goes down must start from its base: offsets are added to pointers that are never negative. */
  private isFolded(reference: Reference): boolean {
    return reference.base !== 0 && [...reference.strides.values()].some((stride) => stride < 0);
  }

  private segments(loop: SpaceLoop, references: readonly Reference[], body: (segment: Segment) => void): void {
    const segments = segmentsOf(loop);
    if (segments.length === 1 && segments[0]!.count === 1) return body(segments[0]!);
    this.moving(loop.axis, references, undefined, (advance) => {
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
    this.moving(loop.axis, references, { lo, size: first.size }, (advance) => {
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

  /** Gives every reference that moves along `axis` a pointer of its own for the loop. */
  private moving(axis: string, references: readonly Reference[], start: { readonly lo: Local; readonly size: number } | undefined, body: (advance: (points: number) => void) => void): void {
    const { f } = this;
    const groups = new Map<string, Reference>();
    for (const reference of references) if ((reference.strides.get(axis) ?? 0) !== 0) groups.set(this.keyOf(reference), reference);
    const outer = new Map([...groups.keys()].map((key) => [key, this.pointers.get(key)] as const));
    for (const [key, reference] of groups) {
      const pointer = f.local("i32");
      const from = outer.get(key);
      if (from === undefined) f.integer(this.isFolded(reference) ? reference.base : 0);
      else f.get(from);
      if (start !== undefined) {
        f.get(start.lo);
        f.integer(reference.strides.get(axis)! * start.size);
        f.op("i32.mul");
        f.op("i32.add");
      }
      f.set(pointer);
      this.pointers.set(key, pointer);
    }
    body((points) => {
      for (const [key, reference] of groups) this.bump(this.pointers.get(key)!, reference.strides.get(axis)! * points);
    });
    for (const [key, local] of outer) {
      if (local === undefined) this.pointers.delete(key);
      else this.pointers.set(key, local);
    }
  }

  private bump(pointer: Local, by: number): void {
    this.f.get(pointer);
    this.f.integer(by);
    this.f.op("i32.add");
    this.f.set(pointer);
  }

  // ── loops of the reduction ──

  private reduceLoop(loop: ReduceLoop, references: readonly Reference[], step: number, count: Value | number, body: () => void): void {
    if (count === 1) return body();
    this.moving(loop.axis, references, undefined, (advance) => {
      this.f.repeat(typeof count === "number" ? () => this.f.integer(count) : count, () => {
        body();
        advance(step);
      });
    });
  }

  private countOf(loop: ReduceLoop): Value | number {
    const { perRow } = loop;
    if (perRow === undefined) return loop.extent;
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
        this.address(panel.reference, new Map());
        this.loadVector(nest.packed!.reference, { offsets: new Map([[nest.vector!, vector * lanes]]), count });
        f.memory("v128.store", this.offset(panel.reference, new Map()) + vector * 16);
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
    const start = this.scope(points, accumulators, isHorizontal ? [] : [kernel.initial]);
    for (const point of points) {
      if (kernel.initial === undefined || isHorizontal) f.splat(neutral);
      else this.value(kernel.initial, point, start);
      const accumulator = f.local("v128");
      f.set(accumulator);
      accumulators.set(point, accumulator);
    }
    const references = this.referencesOf(term);
    if (isHorizontal) return this.reduceAcross(points[0]!, term, accumulators.get(points[0]!)!, references, neutral);
    this.reduction(nest.reduce, references, () => {
      const scope = this.scope(points, accumulators, [term]);
      for (const point of points) {
        f.get(accumulators.get(point)!);
        this.value(term, point, scope);
        this.combine();
        f.set(accumulators.get(point)!);
      }
    });
  }

  private combine(): void {
    this.f.op(this.kernel.combine === "max" ? "f32x4.max" : "f32x4.add");
  }

  /** The reduced axis in the lanes: whole vectors, then what is left over, then the four lanes together. */
  private reduceAcross(point: Point, term: Physical, accumulator: Local, references: readonly Reference[], neutral: number): void {
    const { f, nest } = this;
    const inner = nest.reduce.at(-1)!;
    const add = (count: number): void => {
      const at: Point = { offsets: new Map([...point.offsets, [inner.axis, 0]]), count };
      const scope = this.scope([at], new Map(), [term]);
      f.get(accumulator);
      if (count === lanes) this.value(term, at, scope);
      else {
        this.value(term, at, scope);
        f.splat(neutral);
        f.words(...firstLanes(count));
        f.op("v128.bitselect");
      }
      this.combine();
      f.set(accumulator);
    };
    this.reduction(nest.reduce.slice(0, -1), references, () => this.across(inner, references, add));
    this.acrossLanes(accumulator);
    if (this.kernel.initial === undefined) return;
    f.get(accumulator);
    this.value(this.kernel.initial, point, this.scope([point], new Map(), [this.kernel.initial]));
    this.combine();
    f.set(accumulator);
  }

  private across(inner: ReduceLoop, references: readonly Reference[], add: (count: number) => void): void {
    const { f } = this;
    const total = this.countOf(inner);
    this.moving(inner.axis, references, undefined, (advance) => {
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
      f.get(accumulator);
      f.get(accumulator);
      f.get(accumulator);
      f.op("i8x16.shuffle", ...lanesOf.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
      this.combine();
      f.set(accumulator);
    }
  }

  private store(point: Point, accumulators: ReadonlyMap<Point, Local>, number: number): void {
    const { f, kernel } = this;
    const scope = this.scope([point], accumulators, kernel.stores.map((store) => store.value));
    if (number === 0) f.comment("results");
    // All values before any store: a store may overwrite what another value was computed from.
    const values = kernel.stores.map((store) => {
      this.value(store.value, point, scope);
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
      this.address(store.reference, point.offsets);
      f.get(value);
      f.memory("v128.store", this.offset(store.reference, point.offsets));
      return;
    }
    for (let lane = 0; lane < point.count; lane++) {
      const offsets = this.nest.vector === undefined ? point.offsets : new Map([...point.offsets, [this.nest.vector, (point.offsets.get(this.nest.vector) ?? 0) + lane]]);
      this.address(store.reference, offsets);
      f.get(value);
      f.memory("v128.store32_lane", this.offset(store.reference, offsets), lane);
    }
  }

  // ── addresses ──

  /** How far an address is from its pointer. */
  private distance(reference: Reference, offsets: ReadonlyMap<string, number>): number {
    let total = 0;
    for (const [axis, points] of offsets) total += points * (reference.strides.get(axis) ?? 0);
    const isFolded = this.isFolded(reference) && this.pointers.has(this.keyOf(reference));
    return isFolded ? total : total + reference.base;
  }

  /** Puts the pointer of a reference on the stack. */
  private address(reference: Reference, offsets: ReadonlyMap<string, number>): void {
    const pointer = this.pointers.get(this.keyOf(reference));
    if (pointer === undefined) this.f.integer(0);
    else this.f.get(pointer);
    const distance = this.distance(reference, offsets);
    if (distance >= 0) return;
    this.f.integer(distance);
    this.f.op("i32.add");
  }

  /** The offset that goes with `address`. */
  private offset(reference: Reference, offsets: ReadonlyMap<string, number>): number {
    return Math.max(0, this.distance(reference, offsets));
  }

  /** Puts the value of an index, before its division, on the stack. */
  private integerOf(index: Affine, offsets: ReadonlyMap<string, number>): void {
    const { f } = this;
    const pointer = this.pointers.get(this.keyOf(this.counter(index)));
    const constant = index.terms.reduce((sum, [axis, step]) => sum + step * (offsets.get(axis) ?? 0), index.constant);
    if (pointer === undefined) return f.integer(constant);
    f.get(pointer);
    if (constant === 0) return;
    f.integer(constant);
    f.op("i32.add");
  }

  // ── values ──

  private get laneAxis(): string | undefined {
    return this.nest.vector ?? this.nest.horizontal;
  }

  private scope(points: readonly Point[], accumulators: ReadonlyMap<Point, Local>, roots: readonly (Physical | undefined)[]): Scope {
    const scope: Scope = { uses: new Map(), locals: new Map(), accumulators };
    const count = (part: Physical, point: Point): void => {
      const key = this.valueKey(part, point);
      const uses = scope.uses.get(key) ?? 0;
      scope.uses.set(key, uses + 1);
      if (uses === 0 && part.kind === "apply") for (const arg of part.args) count(arg, point);
    };
    for (const point of points) for (const root of roots) if (root !== undefined) count(root, point);
    return scope;
  }

  private identify(part: Physical): number {
    const known = this.identities.get(part) ?? this.identities.size;
    this.identities.set(part, known);
    return known;
  }

  private dependsOn(part: Physical): ReadonlySet<string> {
    const known = this.dependencies.get(part);
    if (known !== undefined) return known;
    const axes = new Set<string>();
    for (const reference of this.referencesOf(part)) for (const [axis, stride] of reference.strides) if (stride !== 0) axes.add(axis);
    if (physicalParts(part).some((one) => one.kind === "accumulator")) for (const loop of this.nest.space) axes.add(loop.axis);
    this.dependencies.set(part, axes);
    return axes;
  }

  /** Equal for equal values: the part, and the offsets of the tiled axes that it depends on. */
  private valueKey(part: Physical, point: Point): string {
    const axes = this.dependsOn(part);
    const offsets = [...point.offsets].filter(([axis]) => axes.has(axis)).map(([axis, offset]) => `${axis}${offset}`);
    return `${this.identify(part)} ${offsets.join(" ")}`;
  }

  /** Puts four lanes of an expression on the stack. */
  private value(part: Physical, point: Point, scope: Scope): void {
    const { f } = this;
    const key = this.valueKey(part, point);
    const known = scope.locals.get(key);
    if (known !== undefined) return f.get(known);
    this.fresh(part, point, scope);
    if ((part.kind !== "apply" && part.kind !== "load") || scope.uses.get(key) === 1) return;
    const local = f.local("v128");
    f.tee(local);
    scope.locals.set(key, local);
  }

  private fresh(part: Physical, point: Point, scope: Scope): void {
    const { f } = this;
    switch (part.kind) {
      case "constant": return f.splat(part.value);
      case "accumulator": return f.get(scope.accumulators.get(point)!);
      case "number":
        f.integer(0);
        return f.memory("v128.load32_splat", part.address);
      case "axis": return this.axisVector(part.index, point);
      case "inside":
        this.guardMask(part.guard, point);
        f.splat(1);
        return f.op("v128.and");
      case "load": return this.load(part, point);
      case "apply": return this.apply(part, point, scope);
    }
  }

  private apply(part: Extract<Physical, { kind: "apply" }>, point: Point, scope: Scope): void {
    const { f } = this;
    const args = part.args.map((arg): Value => () => this.value(arg, point, scope));
    const [first, second] = part.args;
    if (part.op === "select") {
      args[1]!();
      args[2]!();
      this.mask(part.args[0]!, point, scope);
      return f.op("v128.bitselect");
    }
    if (part.op === "maximum" || part.op === "minimum") {
      // The value comes first: then NaN stays.
      const isBound = first!.kind === "constant" || second!.kind === "constant";
      const ordered = first!.kind === "constant" ? [args[1]!, args[0]!] : args;
      for (const arg of ordered) arg();
      if (isBound) return f.op(part.op === "maximum" ? "f32x4.pmax" : "f32x4.pmin");
      return f.op(part.op === "maximum" ? "f32x4.max" : "f32x4.min");
    }
    if (part.op === "power" && second!.kind === "constant" && this.wholePower(args[0]!, second!.value)) return;
    vectorOperations[part.op](f, ...args);
  }

  /** Small whole exponents as products. */
  private wholePower(base: Value, exponent: number): boolean {
    const { f } = this;
    if (!Number.isInteger(exponent) || exponent === 0 || Math.abs(exponent) > 16) return false;
    const x = f.hold(base);
    if (exponent < 0) f.splat(1);
    x();
    for (let factor = 1; factor < Math.abs(exponent); factor++) {
      x();
      f.op("f32x4.mul");
    }
    if (exponent < 0) f.op("f32x4.div");
    return true;
  }

  /** All bits of the lanes where a condition holds. */
  private mask(part: Physical, point: Point, scope: Scope): void {
    const { f } = this;
    const comparison = part.kind === "apply" ? maskOperations[part.op] : undefined;
    if (part.kind === "inside") return this.guardMask(part.guard, point);
    if (part.kind === "apply" && comparison !== undefined && !scope.locals.has(this.valueKey(part, point))) {
      for (const arg of part.args) this.value(arg, point, scope);
      return f.op(comparison);
    }
    this.value(part, point, scope);
    f.splat(0);
    f.op("f32x4.ne");
  }

  private axisVector(index: Affine, point: Point): void {
    const { f } = this;
    this.integerOf(index, point.offsets);
    f.op("i32x4.splat");
    const step = this.laneStep(index);
    if (step !== 0) {
      f.words(0, step, 2 * step, 3 * step);
      f.op("i32x4.add");
    }
    f.op("f32x4.convert_i32x4_s");
  }

  private laneStep(index: Affine): number {
    return index.terms.find(([axis]) => axis === this.laneAxis)?.[1] ?? 0;
  }

  /** The lanes at which an index lies inside (and divides exactly). */
  private guardMask({ index, extent }: Guard, point: Point): void {
    const { f } = this;
    const divisor = index.divisor ?? 1;
    const step = this.laneStep(index);
    if (step !== 0 && divisor === 1) {
      const numbers = f.hold(() => {
        this.integerOf(index, point.offsets);
        f.op("i32x4.splat");
        f.words(0, step, 2 * step, 3 * step);
        f.op("i32x4.add");
      });
      // As unsigned numbers, those below 0 are the largest.
      numbers();
      f.words(extent, extent, extent, extent);
      return f.op("i32x4.lt_u");
    }
    if (step === 0) {
      this.guardBit({ index, extent }, point.offsets);
      this.bitToMask();
      return f.op("i32x4.splat");
    }
    f.words(0, 0, 0, 0);
    for (let lane = 0; lane < lanes; lane++) {
      this.guardBit({ index, extent }, this.atLane(point, lane));
      this.bitToMask();
      f.op("i32x4.replace_lane", lane);
    }
  }

  /** 1 → all bits set. */
  private bitToMask(): void {
    const bit = this.f.local("i32");
    this.f.set(bit);
    this.f.integer(0);
    this.f.get(bit);
    this.f.op("i32.sub");
  }

  private atLane(point: Point, lane: number): ReadonlyMap<string, number> {
    const axis = this.laneAxis;
    return axis === undefined ? point.offsets : new Map([...point.offsets, [axis, (point.offsets.get(axis) ?? 0) + lane]]);
  }

  /** 1 where an index lies inside, else 0. */
  private guardBit({ index, extent }: Guard, offsets: ReadonlyMap<string, number>): void {
    const { f } = this;
    const divisor = index.divisor ?? 1;
    this.integerOf(index, offsets);
    const value = f.local("i32");
    f.tee(value);
    f.integer(extent * divisor);
    f.op("i32.lt_u");
    if (divisor === 1) return;
    f.get(value);
    f.integer(divisor);
    f.op("i32.rem_s");
    f.op("i32.eqz");
    f.op("i32.and");
  }

  private load(load: PhysicalLoad, point: Point): void {
    const { f } = this;
    if (load.divided.length > 0) return this.dividedLoad(load, point);
    this.loadVector(load.reference, point);
    if (load.guards.length === 0) return;
    f.splat(load.absent);
    for (const [place, guard] of load.guards.entries()) {
      this.guardMask(guard, point);
      if (place > 0) f.op("v128.and");
    }
    f.op("v128.bitselect");
  }

  /** Four lanes from memory: side by side, one for all, or one by one. */
  private loadVector(reference: Reference, point: Point): void {
    const { f } = this;
    const axis = this.laneAxis;
    const stride = axis === undefined ? 0 : (reference.strides.get(axis) ?? 0);
    if (stride === 0 || stride === 4) {
      this.address(reference, point.offsets);
      return f.memory(stride === 0 ? "v128.load32_splat" : "v128.load", this.offset(reference, point.offsets));
    }
    this.address(reference, point.offsets);
    f.memory("v128.load32_zero", this.offset(reference, point.offsets));
    const partial = f.local("v128");
    f.set(partial);
    for (let lane = 1; lane < point.count; lane++) {
      const offsets = this.atLane(point, lane);
      this.address(reference, offsets);
      f.get(partial);
      f.memory("v128.load32_lane", this.offset(reference, offsets), lane);
      f.set(partial);
    }
    f.get(partial);
  }

  /** Lane by lane: the quotients of the divided indices are worked out where the guards hold. */
  private dividedLoad(load: PhysicalLoad, point: Point): void {
    const { f } = this;
    f.splat(load.absent);
    const vector = f.local("v128");
    f.set(vector);
    for (let lane = 0; lane < point.count; lane++) {
      const offsets = this.atLane(point, lane);
      for (const [place, guard] of load.guards.entries()) {
        this.guardBit(guard, offsets);
        if (place > 0) f.op("i32.and");
      }
      f.when(() => {
        this.address(load.reference, offsets);
        for (const { index, stride } of load.divided) {
          this.integerOf(index, offsets);
          f.integer(index.divisor!);
          f.op("i32.div_s");
          f.integer(stride);
          f.op("i32.mul");
          f.op("i32.add");
        }
        f.get(vector);
        f.memory("v128.load32_lane", this.offset(load.reference, offsets), lane);
        f.set(vector);
      });
    }
    f.get(vector);
  }
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
