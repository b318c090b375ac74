import type { PlanAxis } from "../../../compiler/plan/plan.ts";
import { FunctionBuilder, type Local, type Value } from "../encode/builder.ts";
import { Cursors } from "./cursors.ts";
import { pushRows, reduceLoops, type Emission, type KernelSurroundings } from "./emission.ts";
import type { WasmFunction } from "../encode/encoder.ts";
import { planNest, type Nest, type ReduceLoop, type SpaceLoop } from "./nest.ts";
import { packPanel } from "./panel.ts";
import {
  withAccumulator,
  type Physical,
  type PhysicalKernel,
  type PhysicalStore,
  type Reference,
} from "../layout/physical.ts";
import { segmentsOf, type Segment } from "./segments.ts";
import { emitTile } from "./tile.ts";
import { Values } from "./values.ts";

export interface EmittedKernel {
  readonly function: WasmFunction;
  /** Into how many parts its work can be divided: the function computes the parts lo … hi − 1. */
  readonly parts: number;
}

/** One kernel as a function (lo, hi) over a range of one of its outer loops. */
export function emitKernel(
  kernel: PhysicalKernel,
  name: string,
  around: KernelSurroundings,
): EmittedKernel {
  const f = new FunctionBuilder(name, ["i32", "i32"]);
  const nest = planNest(kernel);
  const { level, parts } = divisionOf(nest);
  new KernelEmitter(kernel, nest, f, around, parts > 1 ? level : undefined).emit();
  return { function: f.finish(`${kernel.comment}${describe(nest)}`), parts };
}

/** Small kernels one after the other in one function (lo, hi) of a single part: a call each would cost as much as they do. */
export function emitTogether(
  kernels: readonly PhysicalKernel[],
  name: string,
  around: KernelSurroundings,
): EmittedKernel {
  const f = new FunctionBuilder(name, ["i32", "i32"]);
  f.get(f.parameter(0));
  f.get(f.parameter(1));
  f.op("i32.lt_s");
  f.when(() => {
    for (const kernel of kernels) {
      const nest = planNest(kernel);
      f.comment(`${kernel.comment}${describe(nest)}`);
      new KernelEmitter(kernel, nest, f, around, undefined).emit();
      f.forget();
    }
  });
  return {
    function: f.finish(
      `${kernels.length} small kernels: ${kernels.map((kernel) => kernel.name).join(", ")}`,
    ),
    parts: 1,
  };
}

/** Kernels that run in turn for every value of a variable. */
export interface PhysicalLoop {
  readonly axis: PlanAxis;
  readonly reverse: boolean;
  readonly kernels: readonly PhysicalKernel[];
  readonly comment: string;
}

/** A loop with all its kernels in one function (lo, hi) of a single part. */
export function emitLoop(
  { axis, reverse, kernels, comment }: PhysicalLoop,
  name: string,
  around: KernelSurroundings,
): EmittedKernel {
  const f = new FunctionBuilder(name, ["i32", "i32"]);
  f.get(f.parameter(0));
  f.get(f.parameter(1));
  f.op("i32.lt_s");
  f.when(() => {
    const place = f.local("i32");
    f.integer(reverse ? axis.extent - 1 : 0);
    f.set(place);
    f.repeat(
      () => f.integer(axis.extent),
      () => {
        f.reserve();
        for (const kernel of kernels) {
          const nest = planNest(kernel);
          f.comment(`${kernel.comment}${describe(nest)}`);
          new KernelEmitter(kernel, nest, f, around, undefined, { axis: axis.name, place }).emit();
          f.forget();
        }
        f.get(place);
        f.integer(reverse ? -1 : 1);
        f.op("i32.add");
        f.set(place);
      },
    );
  });
  return { function: f.finish(comment), parts: 1 };
}

/** Into how many parts `emitKernel` will divide a kernel. */
export function partsOf(kernel: PhysicalKernel): number {
  return divisionOf(planNest(kernel)).parts;
}

/** Below this a loop is not divided if a longer one is to be had. */
const enoughParts = 8;

/** The loop that is divided among threads: the outermost of eight steps or more, else the longest. */
function divisionOf({ space }: Nest): { readonly level: number; readonly parts: number } {
  const steps = space
    .map((loop) => segmentsOf(loop))
    .map(([first, ...rest]) => (first?.count ?? 1) + (rest.length > 0 ? 1 : 0));
  const long = steps.findIndex((count) => count >= enoughParts);
  const level = long >= 0 ? long : steps.indexOf(Math.max(...steps));
  return { level, parts: steps[level] ?? 1 };
}

/** The variable of the loop around a kernel, and where its value is. */
interface Round {
  readonly axis: string;
  readonly place: Local;
}

/** The loops over the output of one kernel. */
class KernelEmitter {
  private kernel: PhysicalKernel;
  private readonly emission: Emission;
  /** The loop that runs from parameter 0 to parameter 1 of the function, if any. */
  private readonly divided: number | undefined;
  private readonly round: Round | undefined;

  constructor(
    kernel: PhysicalKernel,
    nest: Nest,
    f: FunctionBuilder,
    around: KernelSurroundings,
    divided: number | undefined,
    round?: Round,
  ) {
    this.kernel = kernel;
    this.divided = divided;
    this.round = round;
    const loops = new Set(
      [
        ...nest.space,
        ...nest.reduce,
        ...(nest.outside === undefined ? [] : [nest.outside]),
        ...(round === undefined ? [] : [round]),
      ].map((loop) => loop.axis),
    );
    const cursors = new Cursors(f, (axis) => loops.has(axis));
    this.emission = { f, nest, cursors, values: new Values(f, cursors, nest), around };
  }

  emit(): void {
    const { round } = this;
    if (round === undefined) return this.whole();
    this.emission.cursors.moving(
      round.axis,
      this.references(this.kernel.term),
      { lo: round.place, size: 1 },
      () => this.whole(),
    );
  }

  private whole(): void {
    const { outside } = this.emission.nest;
    if (outside === undefined) this.space(0, new Map(), this.kernel.term);
    else this.rowByRow(outside);
  }

  /** Zeros first; then each row of the batch adds its part to what is stored; what else is to be done to the sum comes last. */
  private rowByRow(rows: ReduceLoop): void {
    const { kernel } = this;
    const { f } = this.emission;
    const [store] = kernel.stores as readonly [PhysicalStore];
    this.kernel = { ...kernel, stores: [{ ...store, value: { kind: "constant", value: 0 } }] };
    f.comment("zeros");
    this.space(0, new Map(), undefined);
    const stored: Physical = {
      kind: "load",
      reference: store.reference,
      divided: [],
      guards: [],
      absent: 0,
    };
    this.kernel = {
      ...kernel,
      initial: stored,
      stores: [{ ...store, value: { kind: "accumulator" } }],
    };
    f.comment(`row by row: ${rows.axis}`);
    reduceLoops(this.emission, [rows], this.references(kernel.term), () =>
      this.space(0, new Map(), kernel.term),
    );
    if (store.value.kind === "accumulator") return;
    this.kernel = {
      ...kernel,
      stores: [{ ...store, value: withAccumulator(store.value, stored) }],
    };
    f.comment("what is done to the sums");
    this.space(0, new Map(), undefined);
  }

  private space(
    level: number,
    sizes: ReadonlyMap<string, number>,
    term: Physical | undefined,
  ): void {
    const { nest } = this.emission;
    const loop = nest.space[level];
    if (loop === undefined) return emitTile(this.emission, this.kernel, sizes, term);
    const inside = (segment: Segment): void => {
      const known = new Map([...sizes, [loop.axis, segment.size]]);
      const isPanel = term !== undefined && nest.packed !== undefined && loop.axis === nest.vector;
      this.space(level + 1, known, isPanel ? packPanel(this.emission, segment.size, term) : term);
    };
    const references = this.references(term);
    if (level === this.divided) this.dividedLoop(loop, references, inside);
    else this.segments(loop, references, inside);
  }

  private references(term: Physical | undefined): readonly Reference[] {
    const { initial, stores } = this.kernel;
    const { nest, values } = this.emission;
    const packed = nest.packed === undefined ? [] : [nest.packed.reference];
    return [
      ...values.referencesOf(term, initial, ...stores.map((store) => store.value)),
      ...stores.map((store) => store.reference),
      ...packed,
    ];
  }

  private segments(
    loop: SpaceLoop,
    references: readonly Reference[],
    body: (segment: Segment) => void,
  ): void {
    const { f, cursors } = this.emission;
    const [first, ...rest] = segmentsOf(loop) as [Segment, ...Segment[]];
    if (rest.length === 0 && first.count === 1) return body(first);
    cursors.moving(loop.axis, references, undefined, (advance) => {
      const once = (segment: Segment) => (): void => {
        body(segment);
        advance(segment.size);
      };
      if (first.count === 1) once(first)();
      else {
        f.comment(`for ${loop.axis}: ${first.count} × ${first.size}`);
        f.repeat(() => this.tilesOf(loop, first), once(first));
      }
      this.leftover(loop, first, () => rest.forEach((segment) => once(segment)()));
    });
  }

  /** The divided loop runs over the parts lo … hi − 1; what is left over after whole tiles is the last part. */
  private dividedLoop(
    loop: SpaceLoop,
    references: readonly Reference[],
    body: (segment: Segment) => void,
  ): void {
    const { f, cursors } = this.emission;
    const [lo, hi] = [f.parameter(0), f.parameter(1)];
    const [first, ...rest] = segmentsOf(loop) as [Segment, ...Segment[]];
    const [place, end] = [f.local("i32"), f.local("i32")];
    f.get(lo);
    f.set(place);
    this.least(
      () => this.tilesOf(loop, first),
      () => f.get(hi),
    );
    f.set(end);
    const mayRun = (): void => {
      f.get(place);
      f.get(end);
      f.op("i32.lt_s");
    };
    cursors.moving(loop.axis, references, { lo, size: first.size }, (advance) => {
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
      f.when(() =>
        this.leftover(loop, first, () => {
          for (const segment of rest) {
            body(segment);
            advance(segment.size);
          }
        }),
      );
    });
  }

  /** Puts the number of whole tiles on the stack; over the rows of the batch only those that have an actual row. */
  private tilesOf(loop: SpaceLoop, { size, count }: Segment): void {
    const { f } = this.emission;
    const { perRow } = loop;
    if (perRow === undefined) return f.integer(count);
    if (perRow % size === 0) return pushRows(this.emission, perRow / size);
    const tiles = (): void => {
      pushRows(this.emission, perRow);
      f.integer(size - 1);
      f.op("i32.add");
      f.integer(size);
      f.op("i32.div_s");
    };
    if (count * size === loop.extent) tiles();
    else this.least(() => f.integer(count), tiles);
  }

  /** Puts the lesser of two whole numbers on the stack. */
  private least(a: Value, b: Value): void {
    const { f } = this.emission;
    const [x, y] = [f.local("i32"), f.local("i32")];
    for (const [value, local] of [
      [a, x],
      [b, y],
    ] as const) {
      value();
      f.set(local);
    }
    for (const local of [x, y, x, y]) f.get(local);
    f.op("i32.lt_s");
    f.op("select");
  }

  /** What comes after the whole tiles: over the rows of the batch only where an actual row is among it. */
  private leftover(loop: SpaceLoop, { size, count }: Segment, body: () => void): void {
    const { f } = this.emission;
    if (count * size === loop.extent) return;
    if (loop.perRow === undefined) return body();
    pushRows(this.emission, loop.perRow);
    f.integer(count * size);
    f.op("i32.gt_s");
    f.when(body);
  }
}

/** How the loops run, for the comment. */
function describe(nest: Nest): string {
  const tiles = nest.space
    .filter((loop) => loop.tile > 1)
    .map((loop) => `${loop.tile} of ${loop.axis}`);
  const across = nest.horizontal === undefined ? [] : [`${nest.horizontal} in the lanes`];
  const parts = [...tiles, ...across, ...(nest.packed === undefined ? [] : ["panels"])];
  return parts.length === 0 ? "" : ` — ${parts.join(", ")}`;
}
