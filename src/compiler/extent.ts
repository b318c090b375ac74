import type { TensorType } from "./ir/type.ts";
import type { Sight } from "./library/definition.ts";
import { spatialPlaces } from "./library/support/axes.ts";
import { sizeOf, type Sizes } from "./passes/3-lower/sizes.ts";
import type { Layer, TypedModel, Value } from "./typed/program.ts";

/**
 * How far a value sees along one axis of the input: `size` places, and `jump` places between neighbours. Where the result is finer
 * than the input (a transposed convolution, an enlarged picture) `jump` is below 1, and `size` counts parts of places.
 */
interface Field {
  readonly size: number;
  readonly jump: number;
}

/** What a value is made from: the longest chain of layers with weights, and how far it sees along each spatial axis. */
export interface Extent {
  readonly depth: number;
  /** By the name of the axis; `all` once an axis has been pooled, flattened or mixed away. */
  readonly fields: ReadonlyMap<string, Field | "all">;
}

/**
 * Depth and receptive field of every value of a model. Along each axis a window that reaches r places on and moves by s
 * makes size + r·jump and jump·s of what it reads (Araujo, Norris, Sim 2019); where values meet, the largest counts.
 */
export function extentsOf(model: TypedModel, sizes: Sizes): ReadonlyMap<Value, Extent> {
  const extents = new Map<Value, Extent>();
  for (const value of model.values)
    extents.set(
      value,
      extentOf(value, extents, (dim) => sizeOf(sizes, dim)),
    );
  return extents;
}

type ToNumber = (dim: unknown) => number;

function extentOf(value: Value, known: ReadonlyMap<Value, Extent>, number: ToNumber): Extent {
  const { body, type } = value;
  if (body.kind === "input" || body.kind === "field")
    return { depth: 0, fields: new Map(namesOf(type).map((name) => [name, { size: 1, jump: 1 }])) };
  const before = join(operandsOf(value), known);
  return body.kind === "layer" ? throughLayer(body.layer, before, number) : before;
}

/** The values that a value is computed from. */
export function operandsOf({ body }: Value): readonly Value[] {
  switch (body.kind) {
    case "layer":
      return body.inputs;
    case "activation":
      return [body.input];
    case "select":
      return [body.condition, body.then, body.else];
    case "call":
    case "arithmetic":
    case "compare":
      return body.operands;
    default:
      return [];
  }
}

function namesOf(type: TensorType): readonly string[] {
  return spatialPlaces(type).flatMap((place) => type.axes[place]!.name ?? []);
}

function join(values: readonly Value[], known: ReadonlyMap<Value, Extent>): Extent {
  const extents = values.flatMap((value) => known.get(value) ?? []);
  const fields = new Map<string, Field | "all">();
  for (const extent of extents)
    for (const [name, field] of extent.fields) fields.set(name, larger(fields.get(name), field));
  return { depth: Math.max(0, ...extents.map(({ depth }) => depth)), fields };
}

function larger(a: Field | "all" | undefined, b: Field | "all"): Field | "all" {
  if (a === undefined) return b;
  if (a === "all" || b === "all") return "all";
  return { size: Math.max(a.size, b.size), jump: Math.max(a.jump, b.jump) };
}

function throughLayer(layer: Layer, before: Extent, number: ToNumber): Extent {
  const weighted = layer.weights.some(({ role }) => role === "weights");
  const sights = sightsOf(layer, number);
  const kept = new Set(layer.outputType.axes.flatMap(({ name }) => name ?? []));
  const fields = [...before.fields].map(([name, field]): readonly [string, Field | "all"] => {
    if (field === "all" || !kept.has(name) || sights === "all") return [name, "all"];
    const sight = sights.get(name);
    return [name, sight === undefined ? field : seenThrough(field, sight)];
  });
  return { depth: before.depth + (weighted ? 1 : 0), fields: new Map(fields) };
}

function seenThrough({ size, jump }: Field, sight: Sight): Field {
  return { size: size + sight.reach * jump, jump: jump * sight.jump };
}

/** What a layer's result sees along each named axis; "all" for layers that mix whole axes. Layers without windows keep what they get. */
function sightsOf(
  { definition, arguments: values, inputTypes }: Layer,
  number: ToNumber,
): ReadonlyMap<string, Sight> | "all" {
  const sights = definition.window?.(inputTypes, values, number) ?? [];
  if (sights === "all") return "all";
  const type = inputTypes[0]!;
  return new Map(
    spatialPlaces(type).flatMap((place, index) =>
      sights[index] === undefined ? [] : [[type.axes[place]!.name ?? "", sights[index]] as const],
    ),
  );
}
