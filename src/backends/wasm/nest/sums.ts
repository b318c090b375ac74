import type { Local, Value } from "../encode/builder.ts";
import { countOf, reduceLoop, reduceLoops, type Emission } from "./emission.ts";
import { extremum } from "../math/math-arithmetic.ts";
import { lanes } from "./lanes.ts";
import type { Nest, ReduceLoop } from "./nest.ts";
import type { Physical, PhysicalKernel, Reference } from "../layout/physical.ts";
import { shuffleWords } from "./shuffles.ts";
import type { Point } from "./values.ts";

const greatest = extremum("f32x4.pmax");

/** The reduction of one tile: an accumulator for each of its vectors, and the loops that fill them. */
export class Sums {
  readonly accumulators = new Map<Point, Local>();
  private readonly emission: Emission;
  private readonly kernel: PhysicalKernel;
  private readonly neutral: number;

  constructor(emission: Emission, kernel: PhysicalKernel) {
    this.emission = emission;
    this.kernel = kernel;
    this.neutral = kernel.combine === "max" ? -Infinity : 0;
  }

  /** Fills the accumulators of the points with the reduction of `term`. */
  reduce(points: readonly Point[], term: Physical): void {
    const { f, nest, values } = this.emission;
    const { initial } = this.kernel;
    const isHorizontal = nest.horizontal !== undefined;
    const start = values.scope(points, this.accumulators, isHorizontal ? [] : [initial]);
    for (const point of points) {
      if (initial === undefined || isHorizontal) f.splat(this.neutral);
      else values.value(initial, point, start);
      const accumulator = f.local("v128");
      f.set(accumulator);
      this.accumulators.set(point, accumulator);
    }
    if (isHorizontal) this.reduceAcross(points[0]!, term);
    else if (isUnrolled(nest)) this.unrolled(points, term);
    else this.partialSums(points, term);
  }

  /** The loops of the reduction. A single sum would wait for its own last addition: short tiles keep several, added up at the end. */
  private partialSums(points: readonly Point[], term: Physical): void {
    const { f, nest, values, around } = this.emission;
    const inner = nest.reduce.at(-1)!;
    const times = inner.perRow ?? inner.extent;
    const sums =
      nest.isContraction || points.length > 2
        ? 1
        : ([4, 2].find((count) => times % count === 0 && times >= 2 * count) ?? 1);
    const partial = Array.from({ length: sums }, (_, at) =>
      points.map((point) => {
        const accumulator = at === 0 ? this.accumulators.get(point)! : f.local("v128");
        if (at > 0) {
          f.splat(this.neutral);
          f.set(accumulator);
        }
        return {
          into: accumulator,
          at:
            sums === 1
              ? point
              : { ...point, offsets: new Map([...point.offsets, [inner.axis, at]]) },
        };
      }),
    );
    const references = values.referencesOf(term);
    const body = (): void => {
      const terms = partial.flat();
      const scope = values.scope(
        terms.map((one) => one.at),
        this.accumulators,
        [term],
      );
      for (const { into, at } of terms) {
        if (around.isFused && nest.isContraction && term.kind === "apply")
          this.addProduct(
            into,
            term.args.map(
              (factor): Value =>
                () =>
                  values.value(factor, at, scope),
            ),
          );
        else this.combine(into, () => values.value(term, at, scope));
      }
    };
    reduceLoops(this.emission, nest.reduce.slice(0, -1), references, () =>
      reduceLoop(this.emission, inner, references, sums, countOf(this.emission, inner, sums), body),
    );
    for (const others of partial.slice(1))
      for (const [place, { into }] of others.entries())
        this.combine(this.accumulators.get(points[place]!)!, () => f.get(into));
  }

  /** A few terms without a loop: all of them are known by their place. */
  private unrolled(points: readonly Point[], term: Physical): void {
    const { nest, values } = this.emission;
    let places: readonly ReadonlyMap<string, number>[] = [new Map()];
    for (const loop of nest.reduce)
      places = places.flatMap((place) =>
        Array.from({ length: loop.extent }, (_, at) => new Map([...place, [loop.axis, at]])),
      );
    const terms = places.flatMap((place) =>
      points.map((point) => ({
        into: this.accumulators.get(point)!,
        at: { ...point, offsets: new Map([...point.offsets, ...place]) },
      })),
    );
    const scope = values.scope(
      terms.map(({ at }) => at),
      this.accumulators,
      [term],
    );
    for (const { into, at } of terms) this.combine(into, () => values.value(term, at, scope));
  }

  /** accumulator = accumulator + product, rounded once where the machine can. */
  private addProduct(accumulator: Local, factors: readonly Value[]): void {
    const { f } = this.emission;
    for (const factor of factors) factor();
    f.get(accumulator);
    f.op("f32x4.relaxed_madd");
    f.set(accumulator);
  }

  /** accumulator = accumulator combined with a value. */
  private combine(accumulator: Local, value: Value): void {
    const { f } = this.emission;
    if (this.kernel.combine === "max") greatest(f, value, () => f.get(accumulator));
    else {
      f.get(accumulator);
      value();
      f.op("f32x4.add");
    }
    f.set(accumulator);
  }

  /** The reduced axis in the lanes: whole vectors, then what is left over, then the four lanes together. */
  private reduceAcross(point: Point, term: Physical): void {
    const { f, nest, values } = this.emission;
    const accumulator = this.accumulators.get(point)!;
    const references = values.referencesOf(term);
    const inner = nest.reduce.at(-1)!;
    const add = (count: number): void => {
      const at: Point = { offsets: new Map([...point.offsets, [inner.axis, 0]]), count };
      const scope = values.scope([at], new Map(), [term]);
      this.combine(accumulator, () => {
        values.value(term, at, scope);
        if (count === lanes) return;
        f.splat(this.neutral);
        f.words(...firstLanes(count));
        f.op("v128.bitselect");
      });
    };
    reduceLoops(this.emission, nest.reduce.slice(0, -1), references, () =>
      this.across(inner, references, add),
    );
    this.acrossLanes(accumulator);
    const { initial } = this.kernel;
    if (initial === undefined) return;
    this.combine(accumulator, () =>
      values.value(initial, point, values.scope([point], new Map(), [initial])),
    );
  }

  private across(
    inner: ReduceLoop,
    references: readonly Reference[],
    add: (count: number) => void,
  ): void {
    const { f, cursors } = this.emission;
    const total = countOf(this.emission, inner);
    cursors.moving(inner.axis, references, undefined, (advance) => {
      const some = (count: number) => (): void => {
        add(count);
        advance(count);
      };
      if (typeof total === "number") {
        if (total >= lanes) f.repeat(() => f.integer(Math.floor(total / lanes)), some(lanes));
        if (total % lanes > 0) add(total % lanes);
        return;
      }
      this.runTimes(() => {
        total();
        f.integer(2);
        f.op("i32.shr_u");
      }, some(lanes));
      this.runTimes(() => {
        total();
        f.integer(3);
        f.op("i32.and");
      }, some(1));
    });
  }

  /** As often as a number that may be 0. */
  private runTimes(count: Value, body: () => void): void {
    const { f } = this.emission;
    count();
    f.when(() => f.repeat(count, body));
  }

  /** Combines the four lanes; all of them then hold the result. */
  private acrossLanes(accumulator: Local): void {
    const { f } = this.emission;
    for (const lanesOf of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ] as const) {
      this.combine(accumulator, () =>
        shuffleWords(
          f,
          () => f.get(accumulator),
          () => f.get(accumulator),
          lanesOf,
        ),
      );
    }
  }
}

/** Up to nine terms that are no contraction (a window's): loops would cost more than they do. */
function isUnrolled(nest: Nest): boolean {
  const terms = nest.reduce.reduce((product, loop) => product * loop.extent, 1);
  return (
    !nest.isContraction && terms <= 9 && nest.reduce.every((loop) => loop.perRow === undefined)
  );
}

function firstLanes(count: number): readonly [number, number, number, number] {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0));
  return [a!, b!, c!, d!];
}
