import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../../ir/array-type.ts";
import { evaluate, isDim, size, substitute, symbolsOf, type Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";

/** The numbers that a program is specialised to: the rows of a batch, and every symbol that sizes of the run mention. */
export interface Sizes {
  readonly capacity: number;
  readonly values: ReadonlyMap<string, number>;
  /** Symbols that stand for the batch; they stay symbols in the types that layers see. */
  readonly batch: ReadonlySet<string>;
}

/** What has sizes: a model, and the data that it is run on. */
interface Sized {
  readonly model: TypedModel;
  readonly data?: TypedData;
  readonly teacher?: { readonly model: TypedModel };
}

/** Symbols of the first axes of the model's inputs and of the data's fields. */
function batchSymbols({ model, data, teacher }: Sized): ReadonlySet<string> {
  const types = [...model.inputs, ...(teacher?.model.inputs ?? []), ...(data?.fields ?? [])].map(
    ({ type }) => type,
  );
  return new Set(types.flatMap(({ axes }) => (axes[0] ? symbolsOf(axes[0].size) : [])));
}

/** Symbols besides the batch that must have a value before anything can be lowered. */
export function otherSymbols(sized: Sized): readonly string[] {
  const batch = batchSymbols(sized);
  const types = [
    ...sized.model.values,
    ...(sized.teacher?.model.values ?? []),
    ...sized.model.inputs,
    ...(sized.data?.fields ?? []),
  ].map(({ type }) => type);
  const names = types.flatMap(({ axes }) => axes.flatMap((axis) => symbolsOf(axis.size)));
  return [...new Set(names)].filter((name) => !batch.has(name)).sort();
}

/** The sizes that the data's sources give to dims: a text's window, the length of its sequences. */
export function sizesOfSources({ data }: Sized): ReadonlyMap<string, number> {
  const types = data?.fields.map(({ type }) => type) ?? [];
  return new Map(
    data?.sources.flatMap(({ source: { use } }) => [
      ...(use.definition.open?.(types, use.arguments) ?? []),
    ]),
  );
}

export function sizesOf(
  sized: Sized,
  capacity: number,
  others: ReadonlyMap<string, number>,
): Sizes {
  const batch = batchSymbols(sized);
  const values = new Map([
    ...sizesOfSources(sized),
    ...others,
    ...[...batch].map((name) => [name, capacity] as const),
  ]);
  return { capacity, values, batch };
}

export function sizeOf(sizes: Sizes, dim: unknown): number {
  if (typeof dim === "number") return dim;
  invariant(isDim(dim), "a size must be a number or a formula over sizes");
  return evaluate(dim, sizes.values);
}

export function shapeOf(sizes: Sizes, dims: readonly Dim[]): readonly number[] {
  return dims.map((dim) => sizeOf(sizes, dim));
}

/** The array type of a tensor of the batch: `[capacity, …]`. */
export function batchedType(sizes: Sizes, type: TensorType): ArrayType {
  const [, ...rest] = type.axes;
  return {
    shape: [sizes.capacity, ...rest.map((axis) => sizeOf(sizes, axis.size))],
    batched: true,
  };
}

/** The type as a layer sees it while it is lowered: every size a number, but the batch. */
export function concreteType(sizes: Sizes, type: TensorType): TensorType {
  const known = new Map(
    [...sizes.values]
      .filter(([name]) => !sizes.batch.has(name))
      .map(([name, value]) => [name, size(value)] as const),
  );
  return {
    element: type.element,
    axes: type.axes.map((axis) => ({ ...axis, size: substitute(axis.size, known) })),
  };
}
