import type { Dim } from "./dim.ts";

/** What the elements of a tensor are. Arithmetic is on `f32` only; `class` holds labels 0 … count − 1; `bool` is a mask. */
export type Element =
  | { readonly kind: "f32" }
  | { readonly kind: "bool" }
  | { readonly kind: "class"; readonly count: Dim };

export interface Axis {
  readonly name?: string;
  readonly size: Dim;
}

/** The type of a tensor in the language: element and axes, the batch first wherever there is one. */
export interface TensorType {
  readonly element: Element;
  readonly axes: readonly Axis[];
}
