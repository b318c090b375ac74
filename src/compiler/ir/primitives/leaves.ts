import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import { checkType, scalarType } from "../types.ts";
import { countOf, stridesOf, type Bindings } from "./evaluation.ts";
import { noGradient, type Primitive } from "./primitive.ts";

/** Leaves have no operands, so there is nothing to hand a gradient to: `differentiate` reads theirs off. */
function leaf(inputs: readonly ArrayType[], type: ArrayType): ArrayType {
  invariant(inputs.length === 0, "a leaf has no operands");
  return checkType(type);
}

function bound({ values }: Bindings, name: string, shape: readonly number[]): Float64Array {
  const value = values.get(name);
  invariant(value, `nothing is bound to "${name}"`);
  invariant(
    value.length === countOf(shape),
    `"${name}" has ${value.length} elements, expected ${countOf(shape)}`,
  );
  return Float64Array.from(value);
}

export const constant: Primitive<"constant"> = {
  type: (inputs) => leaf(inputs, scalarType),
  evaluate: ({ attributes }) => Float64Array.of(attributes.value),
  gradient: noGradient,
};

export const input: Primitive<"input"> = {
  type: (inputs, { type }) => leaf(inputs, type),
  evaluate: ({ attributes, shape, bindings }) => bound(bindings, attributes.name, shape),
  gradient: noGradient,
};

export const parameter: Primitive<"parameter"> = {
  type: (inputs, { type }) => {
    invariant(!type.batched, "a parameter has no batch axis");
    return leaf(inputs, type);
  },
  evaluate: ({ attributes, shape, bindings }) => bound(bindings, attributes.name, shape),
  gradient: noGradient,
};

export const state: Primitive<"state"> = {
  type: (inputs, { type }) => {
    invariant(!type.batched, "a state has no batch axis");
    return leaf(inputs, type);
  },
  evaluate: ({ attributes, shape, bindings }) => bound(bindings, attributes.name, shape),
  gradient: noGradient,
};

export const random: Primitive<"random"> = {
  type: (inputs, { type }) => leaf(inputs, type),
  evaluate: ({ attributes, shape, bindings }) => bound(bindings, attributes.stream, shape),
  gradient: noGradient,
};

export const scalar: Primitive<"scalar"> = {
  type: (inputs) => leaf(inputs, scalarType),
  evaluate: ({ attributes, bindings }) => {
    const value = bindings.scalars.get(attributes.name);
    invariant(value !== undefined, `no number is bound to "${attributes.name}"`);
    return Float64Array.of(value);
  },
  gradient: noGradient,
};

export const rows: Primitive<"rows"> = {
  type: (inputs) => leaf(inputs, scalarType),
  evaluate: ({ bindings }) => Float64Array.of(bindings.rows),
  gradient: noGradient,
};

export const local: Primitive<"local"> = {
  type: (inputs, { type }) => leaf(inputs, type),
  evaluate: ({ attributes: { role, number }, shape, bindings: { locals } }) => {
    const value = locals?.get(`${role} ${number}`);
    invariant(
      value !== undefined && value.length === countOf(shape),
      `there is no ${role} ${number} outside of the body of a scan`,
    );
    return value;
  },
  gradient: noGradient,
};

export const iota: Primitive<"iota"> = {
  type: (inputs, { type, axis }) => {
    invariant(
      Number.isInteger(axis) && axis >= 0 && axis < type.shape.length,
      `there is no axis ${axis}`,
    );
    return leaf(inputs, type);
  },
  evaluate: ({ attributes: { axis }, shape }) => {
    const step = stridesOf(shape)[axis]!;
    return Float64Array.from(
      { length: countOf(shape) },
      (_, place) => Math.floor(place / step) % shape[axis]!,
    );
  },
  gradient: noGradient,
};
