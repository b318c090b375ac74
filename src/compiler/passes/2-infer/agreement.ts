import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { Axis, Element, TensorType } from "../../ir/type.ts";

/** As the language writes it: `f32[B, h: 28, w: 28, c: 1]`. */
export function printType({ element, axes }: TensorType): string {
  const text = element.kind === "class" ? "class" : element.kind;
  const inside = axes.length > 0 ? `[${axes.map(printAxis).join(", ")}]` : "";
  return `${text}${inside}${element.kind === "class" ? ` of ${Dims.print(element.count)}` : ""}`;
}

export function printAxis({ name, size }: Axis): string {
  const text = Dims.print(size);
  return name === undefined || name === text ? text : `${name}: ${text}`;
}

export function printElement(element: Element): string {
  return element.kind === "class" ? `class of ${Dims.print(element.count)}` : element.kind;
}

export function sameElement(a: Element, b: Element): boolean {
  if (a.kind === "class" && b.kind === "class") return Dims.equalDims(a.count, b.count);
  return a.kind === b.kind;
}

/** Why two types of one rank and element do not agree, or undefined when they do: sizes, and names where both have one. */
export function disagreement(
  a: TensorType,
  b: TensorType,
  sides: Sides = either,
): string | undefined {
  if (!sameElement(a.element, b.element))
    return `the elements are \`${printElement(a.element)}\` and \`${printElement(b.element)}\``;
  if (a.axes.length !== b.axes.length) return `${axisCount(a)} and ${axisCount(b)}`;
  for (const [place, axis] of a.axes.entries()) {
    const other = b.axes[place]!;
    if (axis.name !== undefined && other.name !== undefined && axis.name !== other.name)
      return `axis ${place + 1} is \`${axis.name}\` ${sides[0]} and \`${other.name}\` ${sides[1]}`;
    if (!Dims.equalDims(axis.size, other.size))
      return sizesDiffer(
        axis.name ?? other.name ?? `axis ${place + 1}`,
        axis.size,
        other.size,
        sides,
      );
  }
  return undefined;
}

/** How the two sides of a comparison are called: "in the declaration", "in the body". */
export type Sides = readonly [string, string];
const either: Sides = ["on one side", "on the other"];
const leftAndRight: Sides = ["on the left", "on the right"];

export function sizesDiffer(axis: string, a: Dim, b: Dim, sides: Sides = either): string {
  const name = axis.startsWith("axis ") || axis.startsWith("the ") ? axis : `\`${axis}\``;
  return `${name} is ${Dims.print(a)} ${sides[0]} and ${Dims.print(b)} ${sides[1]}`;
}

export function axisCount({ axes }: { readonly axes: readonly unknown[] }): string {
  return axes.length === 1 ? "1 axis" : `${axes.length} axes`;
}

/** The first type with the names of the second where it has none. */
export function withNames(type: TensorType, names: TensorType): TensorType {
  const taken = new Set(type.axes.flatMap(({ name }) => name ?? []));
  return {
    element: type.element,
    axes: type.axes.map((axis, place) => {
      const name = axis.name ?? names.axes[place]?.name;
      return name === undefined || (axis.name === undefined && taken.has(name))
        ? axis
        : { name, size: axis.size };
    }),
  };
}

export function sameNames(a: TensorType, b: TensorType): boolean {
  return a.axes.every(({ name }, place) => name === b.axes[place]!.name);
}

export const scalar: TensorType = { element: { kind: "f32" }, axes: [] };

/** How two operands meet: their common type, and the place of each operand's axes in it. */
export interface Broadcast {
  readonly type: TensorType;
  readonly broadcasts: readonly (readonly number[])[];
}

/** By name only: operands of one rank agree; otherwise the axes of the smaller are all named axes of the larger, of equal size. */
export function broadcast(a: TensorType, b: TensorType): Broadcast | { readonly problem: string } {
  if (a.axes.length === b.axes.length) {
    const problem = disagreement(a, b, leftAndRight);
    const places = a.axes.map((_, place) => place);
    return problem === undefined
      ? { type: withNames(a, b), broadcasts: [places, places] }
      : { problem };
  }
  const [small, large] = a.axes.length < b.axes.length ? [a, b] : [b, a];
  const places: number[] = [];
  for (const axis of small.axes) {
    const place =
      axis.name === undefined ? -1 : large.axes.findIndex(({ name }) => name === axis.name);
    if (axis.name === undefined)
      return {
        problem: `\`${printType(small)}\` has an axis without a name, and only named axes find their places in \`${printType(large)}\``,
      };
    if (place < 0) return { problem: `\`${printType(large)}\` has no axis \`${axis.name}\`` };
    if (!Dims.equalDims(axis.size, large.axes[place]!.size))
      return {
        problem: sizesDiffer(
          axis.name,
          small === a ? axis.size : large.axes[place]!.size,
          small === a ? large.axes[place]!.size : axis.size,
          leftAndRight,
        ),
      };
    places.push(place);
  }
  const all = large.axes.map((_, place) => place);
  return { type: large, broadcasts: small === a ? [places, all] : [all, places] };
}
