import type { Affine, Buffer, Expr, Kernel } from "../../compiler/plan/plan.ts";

/** A kernel with one store: what one gpu.js function can do. */
export interface Projection extends Omit<Kernel, "stores"> {
  readonly to: Buffer;
  readonly index: readonly Affine[];
  readonly value: Expr;
}
