import type { ScalarOp } from "../../../compiler/plan/plan.ts";
import type { Op } from "../encode/instructions.ts";
import { extremum, modulo, power, sign } from "./math-arithmetic.ts";
import {
  errorFunction,
  exponential,
  hyperbolicTangent,
  logarithm,
  sigmoid,
} from "./math-exponential.ts";
import { choose, compare, type VectorOperation } from "./math-support.ts";
import { turning } from "./math-turning.ts";

const unary =
  (op: Op): VectorOperation =>
  (f, a) => {
    a!();
    f.op(op);
  };

const binary =
  (op: Op): VectorOperation =>
  (f, a, b) => {
    a!();
    b!();
    f.op(op);
  };

/** A comparison as a number: 1 where it holds, else 0. */
const comparison =
  (op: Op): VectorOperation =>
  (f, a, b) => {
    a!();
    b!();
    f.op(op);
    f.splat(1);
    f.op("v128.and");
  };

/** Every operation of a plan, four lanes at a time. `select` tests its first operand against 0. */
export const vectorOperations = {
  negate: unary("f32x4.neg"),
  exp: exponential,
  log: logarithm,
  sqrt: unary("f32x4.sqrt"),
  tanh: hyperbolicTangent,
  sigmoid,
  erf: errorFunction,
  sine: turning(0),
  cosine: turning(1),
  absolute: unary("f32x4.abs"),
  sign,
  floor: unary("f32x4.floor"),
  ceil: unary("f32x4.ceil"),
  add: binary("f32x4.add"),
  subtract: binary("f32x4.sub"),
  multiply: binary("f32x4.mul"),
  divide: binary("f32x4.div"),
  maximum: extremum("f32x4.pmax"),
  minimum: extremum("f32x4.pmin"),
  power,
  modulo,
  less: comparison("f32x4.lt"),
  less_equal: comparison("f32x4.le"),
  equal: comparison("f32x4.eq"),
  select: (f, condition, then, otherwise) =>
    choose(f, then!, otherwise!, compare(f, "f32x4.ne", condition!, 0)),
} satisfies Record<ScalarOp, VectorOperation>;

/** Comparisons that are masks before they are numbers. */
export const maskOperations: Partial<Record<ScalarOp, Op>> = {
  less: "f32x4.lt",
  less_equal: "f32x4.le",
  equal: "f32x4.eq",
};
