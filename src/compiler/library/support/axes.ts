import { print } from "../../ir/dim.ts";
import type { Axis, TensorType } from "../../ir/type.ts";
import type { ShapeProblem } from "../definition.ts";

/** The axes of a value besides the batch, which is first. */
export function features(type: TensorType): readonly Axis[] {
  return type.axes.slice(1);
}

/** The place of the axis called `name`, the batch counted; undefined when there is none. */
export function findAxis(type: TensorType, name: string): number | undefined {
  const place = type.axes.findIndex((axis, index) => index > 0 && axis.name === name);
  return place < 0 ? undefined : place;
}

/** Places of the spatial axes: all but the batch and `c`. */
export function spatialPlaces(type: TensorType): readonly number[] {
  return type.axes.flatMap((axis, index) => (index === 0 || axis.name === "c" ? [] : [index]));
}

/** The default of `over`: `c`, or the only axis besides the batch when none is called `c`. */
export function featurePlace(type: TensorType): number | undefined {
  return findAxis(type, "c") ?? (type.axes.length === 2 ? 1 : undefined);
}

export function asList<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}

/** `h: 28, w: 28, c: 1`, without the batch. */
export function printAxes(axes: readonly Axis[]): string {
  return axes.map(printAxis).join(", ");
}

function printAxis(axis: Axis): string {
  const size = print(axis.size);
  return axis.name === undefined ? size : `${axis.name}: ${size}`;
}

/** What to call an axis in a sentence: its name, or its place counted from 1. */
export function callAxis(type: TensorType, place: number): string {
  const name = type.axes[place]?.name;
  return name === undefined ? `axis ${place + 1}` : `\`${name}\``;
}

/** An axis that an argument names and the operand lacks. */
export function noSuchAxis(
  layer: string,
  argument: string,
  name: string,
  type: TensorType,
): ShapeProblem {
  const names = features(type).flatMap((axis) =>
    axis.name === undefined ? [] : [`\`${axis.name}\``],
  );
  const has =
    names.length === 0
      ? "no named axis besides the batch"
      : `${names.join(", ")} besides the batch`;
  return {
    problem: `\`${layer}\` was told \`${argument}: ${name}\`, but its operand has ${has}: [${printAxes(features(type))}]`,
    argument,
    help:
      names.length === 0
        ? "name the axes in the type of the input"
        : `choose among ${names.join(", ")}`,
  };
}

/** A type with the axis at `place` replaced. */
export function withAxis(type: TensorType, place: number, axis: Axis): TensorType {
  return { ...type, axes: type.axes.map((each, index) => (index === place ? axis : each)) };
}

/** Arithmetic layers take numbers, never labels or masks. */
export function notNumbers(layer: string, type: TensorType): ShapeProblem | undefined {
  if (type.element.kind === "f32") return undefined;
  const found =
    type.element.kind === "class"
      ? `labels (\`class\` of ${print(type.element.count)})`
      : "a mask (`bool`)";
  return { problem: `\`${layer}\` expects numbers (\`f32\`) and found ${found}` };
}

export function isProblem(value: unknown): value is ShapeProblem {
  return typeof value === "object" && value !== null && "problem" in value;
}
