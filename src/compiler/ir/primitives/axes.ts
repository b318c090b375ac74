import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";

/** Axes in rising order without repetition, each of them below `rank`. */
export function checkAxes(axes: readonly number[], rank: number): void {
  invariant(
    axes.every(
      (axis, place) =>
        Number.isInteger(axis) &&
        axis >= 0 &&
        axis < rank &&
        (place === 0 || axis > axes[place - 1]!),
    ),
    `axes must rise and lie in 0 … ${rank - 1}, not ${axes.join(", ")}`,
  );
}

/** 0 … rank − 1 without `axes`. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}

export function onlyOperand(inputs: readonly ArrayType[]): ArrayType {
  invariant(inputs.length === 1, `one operand expected, not ${inputs.length}`);
  return inputs[0]!;
}

/** What reductions over `axes` leave: a batch when the batch axis is not among them. */
export function reducedType(
  inputs: readonly ArrayType[],
  { axes }: { readonly axes: readonly number[] },
): ArrayType {
  const { shape, batched } = onlyOperand(inputs);
  checkAxes(axes, shape.length);
  const kept = otherAxes(shape.length, axes);
  return { shape: kept.map((axis) => shape[axis]!), batched: batched && !axes.includes(0) };
}
