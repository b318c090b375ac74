import { extentsOf } from "../../../compiler/plan/accesses.ts";
import {
  addAffine,
  affine,
  rangeOf,
  scaleAffine,
  staysInside,
  type Extents,
} from "../../../compiler/plan/affine.ts";
import type {
  Access,
  Affine,
  Buffer,
  Expr,
  Kernel,
  PlanAxis,
  ScalarOp,
} from "../../../compiler/plan/plan.ts";
import type { Placement } from "./placement.ts";

/** An address (or a number) that moves with the loops: base + Σ stride·axis, in bytes. */
export interface Reference {
  readonly base: number;
  readonly strides: ReadonlyMap<string, number>;
  /** The base is added to the address of the thread's own scratch. */
  readonly inScratch?: true;
}

/** Holds where index / divisor is exact and lies in 0 … extent − 1. */
export interface Guard {
  readonly index: Affine;
  readonly extent: number;
}

export interface PhysicalLoad {
  readonly kind: "load";
  readonly reference: Reference;
  /** Added to the address: (index / divisor) · stride, worked out at every point. */
  readonly divided: readonly { readonly index: Affine; readonly stride: number }[];
  /** Where one of these does not hold, the value is `absent`. */
  readonly guards: readonly Guard[];
  readonly absent: number;
}

/** An expression over addresses. */
export type Physical =
  | { readonly kind: "constant"; readonly value: number }
  | PhysicalLoad
  | { readonly kind: "axis"; readonly index: Affine }
  /** A number of the host, at this address. */
  | { readonly kind: "number"; readonly address: number }
  | { readonly kind: "accumulator" }
  | { readonly kind: "inside"; readonly guard: Guard }
  | { readonly kind: "apply"; readonly op: ScalarOp; readonly args: readonly Physical[] };

export interface PhysicalStore {
  readonly reference: Reference;
  readonly value: Physical;
  /** The axis that alone indexes the last dimension, and how far it may run into what fills the rows up. */
  readonly filled: { readonly axis: string; readonly extent: number } | undefined;
}

/** A kernel over addresses: what the emitter works on. */
export interface PhysicalKernel {
  readonly name: string;
  readonly comment: string;
  /** With the variable of the loop around it. */
  readonly axes: ReadonlyMap<string, PlanAxis>;
  readonly space: readonly string[];
  readonly reduce: readonly string[];
  readonly combine: "sum" | "max" | undefined;
  readonly term: Physical | undefined;
  readonly initial: Physical | undefined;
  readonly stores: readonly PhysicalStore[];
}

export interface Places {
  readonly of: (buffer: Buffer) => Placement;
  /** The address of a number that the host works out; undefined where an expression is not one. */
  readonly number: (expression: Expr) => number | undefined;
}

/** Puts addresses in the place of logical indices. */
export function physicalKernel(kernel: Kernel, places: Places): PhysicalKernel {
  const extents: Extents = extentsOf(kernel);
  const outside = kernel.combine === "max" ? -Infinity : 0;
  const convert = (absent: number): ((expression: Expr) => Physical) =>
    converter(extents, absent, places);
  const inStores = convert(0);
  return {
    name: kernel.name,
    comment: kernel.comment,
    axes: new Map(
      [...kernel.axes, ...(kernel.around === undefined ? [] : [kernel.around])].map((axis) => [
        axis.name,
        axis,
      ]),
    ),
    space: kernel.space,
    reduce: kernel.reduce,
    combine: kernel.combine,
    term: kernel.term && convert(outside)(kernel.term),
    initial: kernel.initial && inStores(kernel.initial),
    stores: kernel.stores.map(({ to, value }) => ({
      reference: referenceOf(to, places.of(to.buffer)),
      value: inStores(value),
      filled: filledBy(to, places.of(to.buffer)),
    })),
  };
}

function converter(
  extents: Extents,
  absent: number,
  places: Places,
): (expression: Expr) => Physical {
  const done = new Map<Expr, Physical>();
  const visit = (expression: Expr): Physical => {
    const known = done.get(expression);
    if (known !== undefined) return known;
    const result = fresh(expression);
    done.set(expression, result);
    return result;
  };
  const fresh = (expression: Expr): Physical => {
    const address = places.number(expression);
    if (address !== undefined) return { kind: "number", address };
    const quotient = quotientOf(expression);
    if (quotient !== undefined) return quotient;
    switch (expression.kind) {
      case "constant":
        return { kind: "constant", value: expression.value };
      case "load":
        return loadOf(expression.access, places.of(expression.access.buffer), extents, absent);
      case "axis":
        return {
          kind: "axis",
          index: affine(expression.constant, [[expression.axis, expression.step]]),
        };
      case "accumulator":
        return { kind: "accumulator" };
      case "inside":
        return { kind: "inside", guard: { index: expression.index, extent: expression.extent } };
      case "apply":
        return { kind: "apply", op: expression.op, args: expression.args.map(visit) };
      default:
        throw new Error(`${expression.kind} has no place`);
    }
  };
  /** Division by a number of the host or a constant is multiplication by what the host makes of it. */
  const quotientOf = (expression: Expr): Physical | undefined => {
    if (expression.kind !== "apply" || expression.op !== "divide") return undefined;
    const [numerator, denominator] = expression.args as readonly [Expr, Expr];
    if (denominator.kind === "constant")
      return {
        kind: "apply",
        op: "multiply",
        args: [visit(numerator), { kind: "constant", value: 1 / denominator.value }],
      };
    const address = places.number({
      kind: "apply",
      op: "divide",
      args: [{ kind: "constant", value: 1 }, denominator],
    });
    return address === undefined
      ? undefined
      : { kind: "apply", op: "multiply", args: [visit(numerator), { kind: "number", address }] };
  };
  return visit;
}

function loadOf(
  access: Access,
  placement: Placement,
  extents: Extents,
  absent: number,
): PhysicalLoad {
  const guards: Guard[] = [];
  for (const [dimension, index] of access.index.entries()) {
    const extent = placement.shape[dimension]!;
    if (staysInside(index, extent, extents)) continue;
    const [low, high] = rangeOf(index, extents);
    const [before, after] = placement.border[dimension]!;
    const covered =
      absent === 0 && index.divisor === undefined && low >= -before && high < extent + after;
    if (!covered) guards.push({ index, extent });
  }
  const divided = access.index.flatMap((index, dimension) =>
    index.divisor === undefined ? [] : [{ index, stride: 4 * placement.strides[dimension]! }],
  );
  return { kind: "load", reference: referenceOf(access, placement), divided, guards, absent };
}

/** The address of an access without its divided indices. */
function referenceOf({ index }: Access, placement: Placement): Reference {
  let flat = affine(placement.origin);
  for (const [dimension, one] of index.entries())
    if (one.divisor === undefined)
      flat = addAffine(flat, scaleAffine(one, placement.strides[dimension]!));
  return {
    base: placement.address + 4 * flat.constant,
    strides: new Map(flat.terms.map(([axis, step]) => [axis, 4 * step])),
  };
}

function filledBy({ index }: Access, placement: Placement): PhysicalStore["filled"] {
  const last = index.at(-1);
  if (
    last === undefined ||
    last.divisor !== undefined ||
    last.constant !== 0 ||
    last.terms.length !== 1 ||
    last.terms[0]![1] !== 1
  )
    return undefined;
  return { axis: last.terms[0]![0], extent: placement.pitch };
}

/** The expression with the value of the reduction replaced. */
export function withAccumulator(expression: Physical, by: Physical): Physical {
  const done = new Map<Physical, Physical>();
  const visit = (part: Physical): Physical => {
    const known = done.get(part);
    if (known !== undefined) return known;
    const result: Physical =
      part.kind === "accumulator"
        ? by
        : part.kind === "apply"
          ? { ...part, args: part.args.map(visit) }
          : part;
    done.set(part, result);
    return result;
  };
  return visit(expression);
}

/** The parts of an expression, each once, operands first. */
export function physicalParts(...roots: readonly (Physical | undefined)[]): readonly Physical[] {
  const seen = new Set<Physical>();
  const visit = (part: Physical): void => {
    if (seen.has(part)) return;
    if (part.kind === "apply") part.args.forEach(visit);
    seen.add(part);
  };
  for (const root of roots) if (root !== undefined) visit(root);
  return [...seen];
}
