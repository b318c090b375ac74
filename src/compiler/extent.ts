import { size } from "./ir/dim.ts";
import type { TensorType } from "./ir/type.ts";
import { spatialPlaces } from "./library/support/axes.ts";
import { sizeOf, type Sizes } from "./passes/3-lower/sizes.ts";
import type { Layer, TypedModel, Value } from "./typed/program.ts";

/** How far a value sees along one axis of the input: `size` places, and `jump` places between neighbours. */
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
 * Depth and receptive field of every value of a model. Along each axis a window of k places, d apart, that moves by s makes
 * size + (k − 1)·d·jump and jump·s of what it reads (Araujo, Norris, Sim 2019); where values meet, the largest counts.
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
  const windows = windowsOf(layer, number);
  const kept = new Set(layer.outputType.axes.flatMap(({ name }) => name ?? []));
  const fields = [...before.fields].map(([name, field]): readonly [string, Field | "all"] => {
    if (field === "all" || !kept.has(name) || windows === "all") return [name, "all"];
    const window = windows.get(name);
    return [
      name,
      window === undefined
        ? field
        : {
            size: field.size + (window.kernel - 1) * window.dilation * field.jump,
            jump: field.jump * window.stride,
          },
    ];
  });
  return { depth: before.depth + (weighted ? 1 : 0), fields: new Map(fields) };
}

interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

const mixing = new Set([
  "flatten",
  "reshape",
  "rnn",
  "gru",
  "lstm",
  "attention",
  "instance_norm",
  "group_norm",
]);

/** The window of a layer along each named axis; "all" for layers that mix whole axes. Layers without windows keep what they get. */
function windowsOf(
  { definition, arguments: values, inputTypes }: Layer,
  number: ToNumber,
): ReadonlyMap<string, AxisWindow> | "all" {
  if (values["grid"] !== undefined || mixing.has(definition.name)) return "all";
  const kernel = values["kernel"] ?? values["window"];
  if (kernel === undefined) return new Map();
  const type = inputTypes[0]!;
  const entry = (value: unknown, index: number): number => {
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return number(list.length === 1 ? list[0] : list[index]);
  };
  const windows = spatialPlaces(type).map((place, index) => {
    const window = {
      kernel: entry(kernel, index),
      stride: entry(values["stride"] ?? values["window"], index),
      dilation: entry(values["dilation"] ?? size(1), index),
    };
    return [type.axes[place]!.name ?? "", window] as const;
  });
  return new Map(windows);
}
