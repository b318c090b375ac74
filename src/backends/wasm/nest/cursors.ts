import type { Affine } from "../../../compiler/plan/plan.ts";
import type { FunctionBuilder, Local } from "../encode/builder.ts";
import type { Reference } from "../layout/physical.ts";

/** The only global of a module made for threads: where the thread's own scratch lies. */
const scratchGlobal = 0;

/**
 * The pointers of a kernel. References that move alike share one; a loop gives those that move along it a pointer of their
 * own and advances it, so that unrolled positions and tiles only change the constant offset of an access.
 */
export class Cursors {
  private readonly f: FunctionBuilder;
  private readonly isLoop: (axis: string) => boolean;
  /** The pointer of each group of references in the present loop; a group without one is still at its start. */
  private readonly pointers = new Map<string, Local>();
  private readonly keys = new WeakMap<Reference, string>();
  private readonly counters = new WeakMap<Affine, Reference>();

  constructor(f: FunctionBuilder, isLoop: (axis: string) => boolean) {
    this.f = f;
    this.isLoop = isLoop;
  }

  /** Σ step·axis of an index as something that moves with the loops. */
  counter(index: Affine): Reference {
    const known = this.counters.get(index) ?? { base: 0, strides: new Map(index.terms) };
    this.counters.set(index, known);
    return known;
  }

  /** References with the same key move alike and share a pointer. */
  private keyOf(reference: Reference): string {
    const known = this.keys.get(reference);
    if (known !== undefined) return known;
    const strides = [...reference.strides]
      .filter(([axis]) => this.isLoop(axis))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const start = reference.inScratch
      ? " in scratch"
      : this.isFolded(reference)
        ? ` from ${reference.base}`
        : "";
    const key = `${strides.map(([axis, stride]) => `${axis}:${stride}`).join(" ")}${start}`;
    this.keys.set(reference, key);
    return key;
  }

  /** An address that goes down must start from its base: offsets are added to pointers that are never negative. */
  private isFolded(reference: Reference): boolean {
    return reference.base !== 0 && [...reference.strides.values()].some((stride) => stride < 0);
  }

  /** Gives every reference that moves along `axis` a pointer of its own for the loop. */
  moving(
    axis: string,
    references: readonly Reference[],
    start: { readonly lo: Local; readonly size: number } | undefined,
    body: (advance: (points: number) => void) => void,
  ): void {
    const { f } = this;
    const groups = new Map<string, Reference>();
    for (const reference of references)
      if ((reference.strides.get(axis) ?? 0) !== 0) groups.set(this.keyOf(reference), reference);
    const outer = new Map([...groups.keys()].map((key) => [key, this.pointers.get(key)] as const));
    for (const [key, reference] of groups) {
      const pointer = f.local("i32");
      const from = outer.get(key);
      if (from === undefined) this.start(reference);
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
      for (const [key, reference] of groups)
        this.bump(this.pointers.get(key)!, reference.strides.get(axis)! * points);
    });
    for (const [key, local] of outer) {
      if (local === undefined) this.pointers.delete(key);
      else this.pointers.set(key, local);
    }
  }

  /** Where a reference's pointer begins. */
  private start(reference: Reference): void {
    if (reference.inScratch) this.f.op("global.get", scratchGlobal);
    else this.f.integer(this.isFolded(reference) ? reference.base : 0);
  }

  private bump(pointer: Local, by: number): void {
    this.f.get(pointer);
    this.f.integer(by);
    this.f.op("i32.add");
    this.f.set(pointer);
  }

  /** How far an address is from its pointer. */
  private distance(reference: Reference, offsets: ReadonlyMap<string, number>): number {
    let total = 0;
    for (const [axis, points] of offsets) total += points * (reference.strides.get(axis) ?? 0);
    const isFolded = this.isFolded(reference) && this.pointers.has(this.keyOf(reference));
    return isFolded ? total : total + reference.base;
  }

  /** Puts the pointer of a reference on the stack. */
  address(reference: Reference, offsets: ReadonlyMap<string, number>): void {
    const pointer = this.pointers.get(this.keyOf(reference));
    if (pointer !== undefined) this.f.get(pointer);
    else if (reference.inScratch) this.start(reference);
    else this.f.integer(0);
    const distance = this.distance(reference, offsets);
    if (distance >= 0) return;
    this.f.integer(distance);
    this.f.op("i32.add");
  }

  /** The offset that goes with `address`. */
  offset(reference: Reference, offsets: ReadonlyMap<string, number>): number {
    return Math.max(0, this.distance(reference, offsets));
  }

  /** The value of an index, before its division, where no loop moves it. */
  constantOf(index: Affine, offsets: ReadonlyMap<string, number>): number | undefined {
    if (this.pointers.has(this.keyOf(this.counter(index)))) return undefined;
    return index.terms.reduce(
      (sum, [axis, step]) => sum + step * (offsets.get(axis) ?? 0),
      index.constant,
    );
  }

  /** Puts the value of an index, before its division, on the stack. */
  integerOf(index: Affine, offsets: ReadonlyMap<string, number>): void {
    const { f } = this;
    const pointer = this.pointers.get(this.keyOf(this.counter(index)));
    const constant = index.terms.reduce(
      (sum, [axis, step]) => sum + step * (offsets.get(axis) ?? 0),
      index.constant,
    );
    if (pointer === undefined) return f.integer(constant);
    f.get(pointer);
    if (constant === 0) return;
    f.integer(constant);
    f.op("i32.add");
  }
}
