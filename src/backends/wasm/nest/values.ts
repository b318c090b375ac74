import type { Affine } from "../../../compiler/plan/plan.ts";
import type { FunctionBuilder, Local, Value } from "../encode/builder.ts";
import type { Cursors } from "./cursors.ts";
import { maskOperations, vectorOperations } from "../math/math.ts";
import { lanes } from "./lanes.ts";
import type { Nest } from "./nest.ts";
import {
  physicalParts,
  type Guard,
  type Physical,
  type PhysicalLoad,
  type Reference,
} from "../layout/physical.ts";

/** Where in a tile: how far each tiled axis is from its start, and how many lanes of the vector count. */
export interface Point {
  readonly offsets: ReadonlyMap<string, number>;
  readonly count: number;
}

/** Expressions at the points of one tile: what occurs more than once is kept in a local. */
interface Scope {
  readonly uses: Map<string, number>;
  readonly locals: Map<string, Local>;
  readonly accumulators: ReadonlyMap<Point, Local>;
}

/** Writes the values of expressions, four lanes at a time. */
export class Values {
  private readonly f: FunctionBuilder;
  private readonly cursors: Cursors;
  private readonly nest: Nest;
  private readonly identities = new Map<Physical, number>();
  private readonly dependencies = new Map<Physical, ReadonlySet<string>>();

  constructor(f: FunctionBuilder, cursors: Cursors, nest: Nest) {
    this.f = f;
    this.cursors = cursors;
    this.nest = nest;
  }

  /** Addresses, and the indices whose values are needed. */
  referencesOf(...roots: readonly (Physical | undefined)[]): readonly Reference[] {
    return physicalParts(...roots).flatMap((part): readonly Reference[] => {
      if (part.kind === "axis") return [this.cursors.counter(part.index)];
      if (part.kind === "inside") return [this.cursors.counter(part.guard.index)];
      if (part.kind !== "load") return [];
      return [
        part.reference,
        ...part.guards.map((guard) => this.cursors.counter(guard.index)),
        ...part.divided.map((one) => this.cursors.counter(one.index)),
      ];
    });
  }

  private get laneAxis(): string | undefined {
    return this.nest.vector ?? this.nest.horizontal;
  }

  scope(
    points: readonly Point[],
    accumulators: ReadonlyMap<Point, Local>,
    roots: readonly (Physical | undefined)[],
  ): Scope {
    const scope: Scope = { uses: new Map(), locals: new Map(), accumulators };
    const count = (part: Physical, point: Point): void => {
      const key = this.valueKey(part, point);
      const uses = scope.uses.get(key) ?? 0;
      scope.uses.set(key, uses + 1);
      if (uses === 0 && part.kind === "apply") for (const arg of part.args) count(arg, point);
    };
    for (const point of points)
      for (const root of roots) if (root !== undefined) count(root, point);
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
    for (const reference of this.referencesOf(part))
      for (const [axis, stride] of reference.strides) if (stride !== 0) axes.add(axis);
    if (physicalParts(part).some((one) => one.kind === "accumulator"))
      for (const loop of this.nest.space) axes.add(loop.axis);
    this.dependencies.set(part, axes);
    return axes;
  }

  /** Equal for equal values: the part, and the offsets of the tiled axes that it depends on. */
  private valueKey(part: Physical, point: Point): string {
    const axes = this.dependsOn(part);
    const offsets = [...point.offsets]
      .filter(([axis]) => axes.has(axis))
      .map(([axis, offset]) => `${axis}${offset}`);
    return `${this.identify(part)} ${offsets.join(" ")}`;
  }

  /** Puts four lanes of an expression on the stack. */
  value(part: Physical, point: Point, scope: Scope): void {
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
      case "constant":
        return f.splat(part.value);
      case "accumulator":
        return f.get(scope.accumulators.get(point)!);
      case "number":
        f.integer(0);
        return f.memory("v128.load32_splat", part.address);
      case "axis":
        return this.axisVector(part.index, point);
      case "inside":
        this.guardMask(part.guard, point);
        f.splat(1);
        return f.op("v128.and");
      case "load":
        return this.load(part, point);
      case "apply":
        return this.apply(part, point, scope);
    }
  }

  private apply(part: Extract<Physical, { kind: "apply" }>, point: Point, scope: Scope): void {
    const { f } = this;
    const args = part.args.map(
      (arg): Value =>
        () =>
          this.value(arg, point, scope),
    );
    const [first, second] = part.args;
    if (part.op === "select") {
      args[1]!();
      args[2]!();
      this.mask(part.args[0]!, point, scope);
      return f.op("v128.bitselect");
    }
    if (part.op === "maximum" || part.op === "minimum") {
      // The value comes first: then NaN stays.
      const bound = [first!, second!].findIndex((arg) => arg.kind === "constant");
      if (bound >= 0) {
        args[1 - bound]!();
        args[bound]!();
        return f.op(part.op === "maximum" ? "f32x4.pmax" : "f32x4.pmin");
      }
    }
    if (
      part.op === "power" &&
      second!.kind === "constant" &&
      this.wholePower(args[0]!, second!.value)
    )
      return;
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
    if (
      part.kind === "apply" &&
      comparison !== undefined &&
      !scope.locals.has(this.valueKey(part, point))
    ) {
      for (const arg of part.args) this.value(arg, point, scope);
      return f.op(comparison);
    }
    this.value(part, point, scope);
    f.splat(0);
    f.op("f32x4.ne");
  }

  private axisVector(index: Affine, point: Point): void {
    const { f } = this;
    const step = this.laneStep(index);
    const known = step === 0 ? this.cursors.constantOf(index, point.offsets) : undefined;
    if (known !== undefined) return f.splat(known);
    this.cursors.integerOf(index, point.offsets);
    f.op("i32x4.splat");
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
        this.cursors.integerOf(index, point.offsets);
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

  atLane(point: Point, lane: number): ReadonlyMap<string, number> {
    const axis = this.laneAxis;
    return axis === undefined
      ? point.offsets
      : new Map([...point.offsets, [axis, (point.offsets.get(axis) ?? 0) + lane]]);
  }

  /** 1 where an index lies inside, else 0. */
  private guardBit({ index, extent }: Guard, offsets: ReadonlyMap<string, number>): void {
    const { f } = this;
    const divisor = index.divisor ?? 1;
    this.cursors.integerOf(index, offsets);
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
  loadVector(reference: Reference, point: Point): void {
    const { f } = this;
    const axis = this.laneAxis;
    const stride = axis === undefined ? 0 : (reference.strides.get(axis) ?? 0);
    if (stride === 0 || stride === 4) {
      this.cursors.address(reference, point.offsets);
      return f.memory(
        stride === 0 ? "v128.load32_splat" : "v128.load",
        this.cursors.offset(reference, point.offsets),
      );
    }
    this.cursors.address(reference, point.offsets);
    f.memory("v128.load32_zero", this.cursors.offset(reference, point.offsets));
    const partial = f.local("v128");
    f.set(partial);
    for (let lane = 1; lane < point.count; lane++) {
      const offsets = this.atLane(point, lane);
      this.cursors.address(reference, offsets);
      f.get(partial);
      f.memory("v128.load32_lane", this.cursors.offset(reference, offsets), lane);
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
        this.cursors.address(load.reference, offsets);
        for (const { index, stride } of load.divided) {
          this.cursors.integerOf(index, offsets);
          f.integer(index.divisor!);
          f.op("i32.div_s");
          f.integer(stride);
          f.op("i32.mul");
          f.op("i32.add");
        }
        f.get(vector);
        f.memory("v128.load32_lane", this.cursors.offset(load.reference, offsets), lane);
        f.set(vector);
      });
    }
    f.get(vector);
  }
}
