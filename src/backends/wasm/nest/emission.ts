import type { FunctionBuilder, Value } from "../encode/builder.ts";
import type { Cursors } from "./cursors.ts";
import type { Nest, ReduceLoop } from "./nest.ts";
import type { Reference } from "../layout/physical.ts";
import type { Values } from "./values.ts";

/** What lies outside of a kernel. */
export interface KernelSurroundings {
  /** Where the number of rows stands, as an integer. */
  readonly rows: number;
  /** The address of the scratch; undefined where every thread has its own. */
  readonly scratch: number | undefined;
  /** Whether products are added to sums in one rounding (relaxed SIMD). */
  readonly isFused: boolean;
}

/** What the parts of the emitter share while they write one kernel. */
export interface Emission {
  readonly f: FunctionBuilder;
  readonly nest: Nest;
  readonly cursors: Cursors;
  readonly values: Values;
  readonly around: KernelSurroundings;
}

/** Puts rows · `perRow` on the stack. */
export function pushRows({ f, around }: Emission, perRow: number): void {
  f.integer(0);
  f.memory("i32.load", around.rows);
  if (perRow === 1) return;
  f.integer(perRow);
  f.op("i32.mul");
}

/** How often a loop of the reduction runs that does `step` terms at once. */
export function countOf(emission: Emission, loop: ReduceLoop, step = 1): Value | number {
  const { perRow } = loop;
  return perRow === undefined ? loop.extent / step : () => pushRows(emission, perRow / step);
}

export function reduceLoop(
  { f, cursors }: Emission,
  loop: ReduceLoop,
  references: readonly Reference[],
  step: number,
  count: Value | number,
  body: () => void,
): void {
  if (count === 1) return body();
  cursors.moving(loop.axis, references, undefined, (advance) => {
    f.repeat(typeof count === "number" ? () => f.integer(count) : count, () => {
      body();
      advance(step);
    });
  });
}

/** One loop in the other, a term at a time. */
export function reduceLoops(
  emission: Emission,
  loops: readonly ReduceLoop[],
  references: readonly Reference[],
  body: () => void,
): void {
  const [first, ...rest] = loops;
  if (first === undefined) return body();
  reduceLoop(emission, first, references, 1, countOf(emission, first), () =>
    reduceLoops(emission, rest, references, body),
  );
}
