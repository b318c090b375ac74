import type { Op } from "../graph.ts";
import * as binary from "./binary.ts";
import { broadcast } from "./broadcast.ts";
import { concatenate } from "./concatenate.ts";
import { contract } from "./contract.ts";
import { convolve, convolve_input_gradient, convolve_weight_gradient } from "./convolve.ts";
import * as leaves from "./leaves.ts";
import { pad } from "./pad.ts";
import type { Primitive } from "./primitive.ts";
import { reduce_max } from "./reduce-max.ts";
import { reduce_sum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";
import { scan } from "./scan.ts";
import { select } from "./select.ts";
import { slice } from "./slice.ts";
import { transpose } from "./transpose.ts";
import * as unary from "./unary.ts";
import { window_argmax, window_max, window_max_gradient } from "./window-max.ts";
import { window_sum, window_sum_gradient } from "./window-sum.ts";

const table = {
  constant: leaves.constant,
  input: leaves.input,
  parameter: leaves.parameter,
  state: leaves.state,
  scalar: leaves.scalar,
  rows: leaves.rows,
  random: leaves.random,
  iota: leaves.iota,
  local: leaves.local,
  negate: unary.negate,
  exp: unary.exp,
  log: unary.log,
  sqrt: unary.sqrt,
  tanh: unary.tanh,
  sigmoid: unary.sigmoid,
  erf: unary.erf,
  sine: unary.sine,
  cosine: unary.cosine,
  absolute: unary.absolute,
  sign: unary.sign,
  floor: unary.floor,
  ceil: unary.ceil,
  add: binary.add,
  subtract: binary.subtract,
  multiply: binary.multiply,
  divide: binary.divide,
  maximum: binary.maximum,
  minimum: binary.minimum,
  power: binary.power,
  modulo: binary.modulo,
  less: binary.less,
  less_equal: binary.less_equal,
  equal: binary.equal,
  select,
  broadcast,
  reshape,
  transpose,
  slice,
  pad,
  concatenate,
  reduce_sum,
  reduce_max,
  contract,
  convolve,
  convolve_input_gradient,
  convolve_weight_gradient,
  window_max,
  window_argmax,
  window_max_gradient,
  window_sum,
  window_sum_gradient,
  scan,
} satisfies { [O in Op]: Primitive<O> };

/** Every primitive's type rule, value, gradient and folding. */
export function primitiveOf<O extends Op>(op: O): Primitive<O> {
  return table[op] as unknown as Primitive<O>;
}

export const ops = Object.keys(table) as readonly Op[];
