import type { FunctionBuilder, Value } from "../encode/builder.ts";
import type { Op } from "../encode/instructions.ts";

/** Writes one operation on four lanes; the result is left on the stack. */
export type VectorOperation = (f: FunctionBuilder, ...args: readonly Value[]) => void;

/** Lanes of `then` where `mask` is set, else of `otherwise`. */
export function choose(f: FunctionBuilder, then: Value, otherwise: Value, mask: Value): void {
  then();
  otherwise();
  mask();
  f.op("v128.bitselect");
}

export function compare(f: FunctionBuilder, op: Op, a: Value, b: number): Value {
  return () => {
    a();
    f.splat(b);
    f.op(op);
  };
}

export function constant(f: FunctionBuilder, value: number): Value {
  return () => f.splat(value);
}

/** Horner: ((c₀·x + c₁)·x + …). */
export function polynomial(f: FunctionBuilder, x: Value, coefficients: readonly number[]): void {
  for (const [place, coefficient] of coefficients.entries()) {
    if (place > 0) {
      x();
      f.op("f32x4.mul");
    }
    f.splat(coefficient);
    if (place > 0) f.op("f32x4.add");
  }
}

/** x − n·c, for each of the parts of a constant. */
export function reduced(f: FunctionBuilder, x: Value, n: Value, parts: readonly number[]): Value {
  return f.hold(() => {
    x();
    for (const part of parts) {
      n();
      f.splat(part);
      f.op("f32x4.mul");
      f.op("f32x4.sub");
    }
  });
}
