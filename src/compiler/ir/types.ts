import { invariant } from "../base/invariant.ts";
import type { ArrayType } from "./array-type.ts";

export const scalarType: ArrayType = { shape: [], batched: false };

export function isScalar(type: ArrayType): boolean {
  return type.shape.length === 0;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function sameType(a: ArrayType, b: ArrayType): boolean {
  return a.batched === b.batched && sameShape(a.shape, b.shape);
}

/** The batch axis is written with a star: `[32*, 10]`. */
export function showType({ shape, batched }: ArrayType): string {
  return `[${shape.map((size, axis) => (batched && axis === 0 ? `${size}*` : `${size}`)).join(", ")}]`;
}

/** Sizes are whole and at least 1, and only an array with axes is batched. */
export function checkType(type: ArrayType): ArrayType {
  invariant(
    type.shape.every((size) => Number.isSafeInteger(size) && size >= 1),
    `sizes must be whole numbers from 1 on, not ${showType(type)}`,
  );
  invariant(!type.batched || type.shape.length > 0, "a scalar has no batch axis");
  return type;
}
