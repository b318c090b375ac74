import { invariant } from "../../../compiler/base/invariant.ts";
import {
  expressionsOf,
  extentsOf,
  kernelsOf,
  lifetimesOf,
  memoryOf,
} from "../../../compiler/plan/accesses.ts";
import { rangeOf } from "../../../compiler/plan/affine.ts";
import type { Buffer } from "../../../compiler/plan/plan.ts";
import { aliased, inPlace, leavesBounds } from "./prepare-plan.ts";
import type { PreparedPlan } from "./prepared-plan.ts";

/** Where a buffer lies: element [i, j, …] at `address` + 4·(`origin` + Σ stride·index). */
export interface Placement {
  readonly address: number;
  readonly bytes: number;
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
  readonly origin: number;
  /** Elements of the last dimension with those that only fill it up: they may hold anything finite. */
  readonly pitch: number;
  /** Zeros around it, dimension by dimension. */
  readonly border: readonly (readonly [low: number, high: number])[];
}

/** The memory of a module: one fixed address for everything. */
export interface Memory {
  readonly of: (plan: PreparedPlan, buffer: Buffer) => Placement;
  /** `rows` as a whole number, then the numbers of a call as floats. */
  readonly numbers: number;
  readonly scratch: number;
  readonly bytes: number;
  /** Every range that is in use, for tests of the gaps between. */
  readonly ranges: readonly {
    readonly name: string;
    readonly address: number;
    readonly bytes: number;
  }[];
}

const alignment = 64;
/** Between neighbours: loads of whole vectors stay in memory, and powers of two do not meet. */
const gap = 64;

type Shape = Omit<Placement, "address">;

function alignUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** Strides of a row-major array whose last dimension is filled up to whole vectors and whose other dimensions have borders. */
function shapeOf(
  shape: readonly number[],
  border: readonly (readonly [number, number])[],
  exact: boolean,
): Shape {
  const last = shape.at(-1) ?? 1;
  const filled = exact || last === 1 ? last : alignUp(last, 4);
  // Rows at multiples of 1 KiB would meet in the same sets of the cache.
  const pitch = !exact && shape.length > 1 && filled % 256 === 0 ? filled + 16 : filled;
  const extents = shape.map((extent, axis) =>
    axis === shape.length - 1 ? pitch : extent + border[axis]![0] + border[axis]![1],
  );
  const strides = shape.map((_, axis) =>
    extents.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const origin = strides.reduce((sum, stride, axis) => sum + stride * border[axis]![0], 0);
  const elements = extents.reduce((product, extent) => product * extent, 1);
  return { shape, strides, origin, pitch, border, bytes: 4 * elements };
}

/** How far outside of each buffer that has room for a border its readers go (never in the last dimension, never for a maximum). */
function bordersOf(
  prepared: PreparedPlan,
): ReadonlyMap<Buffer, readonly (readonly [number, number])[]> {
  const shared = aliased(prepared.buffers);
  const updates = new Set([...prepared.plan.updates.values()]);
  const borders = new Map<Buffer, (readonly [number, number])[]>();
  for (const kernel of prepared.steps.flatMap(kernelsOf)) {
    if (kernel.combine === "max") continue;
    const extents = extentsOf(kernel);
    for (const expression of expressionsOf(kernel)) {
      if (expression.kind !== "load" || !leavesBounds(expression.access, kernel)) continue;
      const { buffer, index } = expression.access;
      if (
        buffer.role !== "temporary" ||
        buffer.aliasOf !== undefined ||
        shared.has(buffer) ||
        updates.has(buffer)
      )
        continue;
      const border = borders.get(buffer) ?? buffer.shape.map(() => [0, 0] as const);
      borders.set(buffer, border);
      for (const [axis, one] of index.entries()) {
        if (one.divisor !== undefined || axis === buffer.shape.length - 1) continue;
        const [low, high] = rangeOf(one, extents);
        border[axis] = [
          Math.max(border[axis]![0], -low),
          Math.max(border[axis]![1], high - buffer.shape[axis]! + 1),
        ];
      }
    }
  }
  return borders;
}

interface Range {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
}

/** Hands out addresses one after the other. */
class Space {
  next: number;
  readonly ranges: Range[] = [];

  constructor(start: number) {
    this.next = start;
  }

  take(name: string, bytes: number): number {
    const address = this.next;
    this.ranges.push({ name, address, bytes });
    this.next = alignUp(address + bytes + gap, alignment);
    return address;
  }
}

/** Lowest address at which each buffer is free for as long as it lives: the largest first. */
function packByLiveness(
  items: readonly { buffer: Buffer; bytes: number; life: readonly [number, number] }[],
): { offsets: ReadonlyMap<Buffer, number>; bytes: number } {
  const placed: { from: number; to: number; life: readonly [number, number] }[] = [];
  const offsets = new Map<Buffer, number>();
  let total = 0;
  for (const { buffer, bytes, life } of items.toSorted((a, b) => b.bytes - a.bytes)) {
    const size = alignUp(bytes + gap, alignment);
    let from = 0;
    for (const other of placed
      .filter((one) => one.life[0] <= life[1] && life[0] <= one.life[1])
      .toSorted((a, b) => a.from - b.from)) {
      if (from + size <= other.from) break;
      from = Math.max(from, other.to);
    }
    placed.push({ from, to: from + size, life });
    offsets.set(buffer, from);
    total = Math.max(total, from + size);
  }
  return { offsets, bytes: total };
}

/**
 * One memory for all plans: numbers, scratch panel, variables (shared by name), then for each plan its inputs, random
 * numbers, results and bordered arrays with ranges of their own, and the other temporaries in one region for all plans,
 * reused as they die. New values that may be written in place lie where their variables do.
 */
export function placeBuffers(
  plans: readonly PreparedPlan[],
  numberCount: number,
  scratchBytes: number,
  slack: number,
): Memory {
  const space = new Space(alignUp(slack + gap, alignment));
  const numbers = space.take("numbers", 4 * (numberCount + 1));
  const scratch = space.take("scratch", scratchBytes);
  const variables = placeVariables(plans, space);
  const places = new Map<PreparedPlan, Map<Buffer, Placement>>();
  const regions: {
    plan: PreparedPlan;
    shapes: ReadonlyMap<Buffer, Shape>;
    packed: ReturnType<typeof packByLiveness>;
  }[] = [];
  for (const prepared of plans) {
    const own = new Map<Buffer, Placement>();
    places.set(prepared, own);
    regions.push({ plan: prepared, ...placeOwn(prepared, own, variables, space) });
  }
  const region = space.take("temporaries", Math.max(0, ...regions.map((one) => one.packed.bytes)));
  for (const { plan, shapes, packed } of regions) {
    for (const [buffer, offset] of packed.offsets)
      places.get(plan)!.set(buffer, { ...shapes.get(buffer)!, address: region + offset });
  }
  const of = (plan: PreparedPlan, buffer: Buffer): Placement => {
    const memory = memoryOf(buffer);
    const found = isVariable(memory) ? variables.get(memory.name) : places.get(plan)?.get(memory);
    invariant(found !== undefined, `${buffer.name} has no place`);
    return memory === buffer
      ? found
      : {
          ...found,
          ...shapeOf(
            buffer.shape,
            buffer.shape.map(() => [0, 0] as const),
            true,
          ),
          bytes: found.bytes,
        };
  };
  return {
    of,
    numbers,
    scratch,
    bytes: alignUp(space.next + slack + gap, alignment),
    ranges: space.ranges,
  };
}

/** What outlives a call and is shared by all plans of a run, by its path. */
function isVariable({ role }: Buffer): boolean {
  return role === "parameter" || role === "state";
}

function noBorder(buffer: Buffer): readonly (readonly [number, number])[] {
  return buffer.shape.map(() => [0, 0] as const);
}

function placeVariables(
  plans: readonly PreparedPlan[],
  space: Space,
): ReadonlyMap<string, Placement> {
  const shared = new Set(
    plans.flatMap((plan) => [...aliased(plan.buffers)].filter(isVariable).map(({ name }) => name)),
  );
  const variables = new Map<string, Placement>();
  const place = (name: string, buffer: Buffer): void => {
    if (variables.has(name)) return;
    const shape = shapeOf(buffer.shape, noBorder(buffer), shared.has(name));
    variables.set(name, { ...shape, address: space.take(name, shape.bytes) });
  };
  for (const { plan, buffers } of plans) {
    for (const buffer of buffers)
      if (isVariable(buffer) && buffer.aliasOf === undefined) place(buffer.name, buffer);
    // A variable that is only ever replaced, never read.
    for (const [path, buffer] of plan.updates) place(path, buffer);
  }
  return variables;
}

function placeOwn(
  prepared: PreparedPlan,
  own: Map<Buffer, Placement>,
  variables: ReadonlyMap<string, Placement>,
  space: Space,
): { shapes: ReadonlyMap<Buffer, Shape>; packed: ReturnType<typeof packByLiveness> } {
  const shared = aliased(prepared.buffers);
  const borders = bordersOf(prepared);
  const { plan, steps } = prepared;
  const safe = inPlace(prepared);
  const lifetimes = lifetimesOf(
    steps,
    new Set([...plan.results.values(), ...plan.updates.values()]),
  );
  const placeOf = new Map([...safe].map(([path, buffer]) => [buffer, path] as const));
  const pathOf = new Map([...plan.updates].map(([path, buffer]) => [buffer, path] as const));
  const shapes = new Map<Buffer, Shape>();
  const items: { buffer: Buffer; bytes: number; life: readonly [number, number] }[] = [];
  for (const buffer of prepared.buffers) {
    if (buffer.aliasOf !== undefined || isVariable(buffer)) continue;
    const written = placeOf.get(buffer);
    if (written !== undefined) {
      own.set(buffer, variables.get(written)!);
      continue;
    }
    const path = pathOf.get(buffer);
    const exact =
      path === undefined
        ? buffer.role === "input" || buffer.role === "random" || shared.has(buffer)
        : variables.get(path)!.pitch === (buffer.shape.at(-1) ?? 1) || shared.has(buffer);
    const border = borders.get(buffer);
    const shape = shapeOf(buffer.shape, border ?? noBorder(buffer), exact);
    const life = lifetimes.get(buffer);
    if (buffer.role === "temporary" && border === undefined && life !== undefined) {
      shapes.set(buffer, shape);
      items.push({ buffer, bytes: shape.bytes, life });
    } else
      own.set(buffer, {
        ...shape,
        address: space.take(`${plan.name}/${buffer.name}`, shape.bytes),
      });
  }
  return { shapes, packed: packByLiveness(items) };
}
