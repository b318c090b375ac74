import { invariant } from "../../../compiler/base/invariant.ts";
import type { Instruction, Op } from "./instructions.ts";

/** How many values an instruction takes from the stack, and whether it leaves one. */
type Effect = readonly [takes: number, leaves: 0 | 1];

const constant: Effect = [0, 1];
const unary: Effect = [1, 1];
const binary: Effect = [2, 1];
const ternary: Effect = [3, 1];
const store: Effect = [2, 0];
const nothing: Effect = [0, 0];
const condition: Effect = [1, 0];

/** What each instruction does to the stack. A call takes what its function's parameters are, which is not known here. */
const effects = {
  block: nothing,
  loop: nothing,
  if: condition,
  end: nothing,
  unreachable: nothing,
  drop: condition,
  "global.get": constant,
  br: nothing,
  br_if: condition,
  return: nothing,
  select: ternary,
  "local.get": constant,
  "local.set": condition,
  "local.tee": unary,
  "i32.load": unary,
  "f32.load": unary,
  "i32.store": store,
  "f32.store": store,
  "i32.const": constant,
  "i64.const": constant,
  "f32.const": constant,
  "i32.eqz": unary,
  "i32.eq": binary,
  "i32.ne": binary,
  "i32.lt_s": binary,
  "i32.lt_u": binary,
  "i32.gt_s": binary,
  "i32.ge_s": binary,
  "i32.add": binary,
  "i32.sub": binary,
  "i32.mul": binary,
  "i32.div_s": binary,
  "i32.rem_s": binary,
  "i32.and": binary,
  "i32.or": binary,
  "i32.shr_u": binary,
  "f32.convert_i32_s": unary,
  "memory.copy": [3, 0],
  "i32.atomic.load": unary,
  "i32.atomic.store": store,
  "i32.atomic.rmw.add": binary,
  "memory.atomic.notify": binary,
  "memory.atomic.wait32": ternary,
  "v128.load": unary,
  "v128.load32_splat": unary,
  "v128.store": store,
  "v128.const": constant,
  "i8x16.shuffle": binary,
  "i32x4.splat": unary,
  "f32x4.splat": unary,
  "i32x4.replace_lane": binary,
  "f32x4.extract_lane": unary,
  "f32x4.replace_lane": binary,
  "i32x4.eq": binary,
  "i32x4.lt_s": binary,
  "i32x4.gt_s": binary,
  "i32x4.lt_u": binary,
  "f32x4.eq": binary,
  "f32x4.ne": binary,
  "f32x4.lt": binary,
  "f32x4.gt": binary,
  "f32x4.le": binary,
  "f32x4.ge": binary,
  "v128.not": unary,
  "v128.and": binary,
  "v128.andnot": binary,
  "v128.or": binary,
  "v128.xor": binary,
  "v128.bitselect": ternary,
  "v128.load32_lane": binary,
  "v128.store32_lane": store,
  "v128.load32_zero": unary,
  "v128.load64_zero": unary,
  "v128.store64_lane": store,
  "f32x4.ceil": unary,
  "f32x4.floor": unary,
  "f32x4.nearest": unary,
  "i32x4.shl": binary,
  "i32x4.shr_s": binary,
  "i32x4.shr_u": binary,
  "i32x4.add": binary,
  "i32x4.sub": binary,
  "i32x4.mul": binary,
  "i64x2.extmul_low_i32x4_u": binary,
  "i64x2.extmul_high_i32x4_u": binary,
  "f32x4.abs": unary,
  "f32x4.neg": unary,
  "f32x4.sqrt": unary,
  "f32x4.add": binary,
  "f32x4.sub": binary,
  "f32x4.mul": binary,
  "f32x4.div": binary,
  "f32x4.max": binary,
  "f32x4.min": binary,
  "f32x4.pmin": binary,
  "f32x4.pmax": binary,
  "f32x4.relaxed_madd": ternary,
  "f32x4.demote_f64x2_zero": unary,
  "f64x2.promote_low_f32x4": unary,
  "f64x2.nearest": unary,
  "f64x2.sub": binary,
  "f64x2.mul": binary,
  "i32x4.trunc_sat_f64x2_s_zero": unary,
  "i32x4.trunc_sat_f32x4_s": unary,
  "f32x4.convert_i32x4_s": unary,
} satisfies Record<Exclude<Op, "call">, Effect>;

/** The flow of values through a body: everything on the stack is made once and taken once. */
export interface Operands {
  /** Instruction → the instructions that made what it takes, the first pushed first. */
  readonly makers: readonly (readonly number[])[];
  /** Instruction → the one that takes what it leaves. */
  readonly taker: ReadonlyMap<number, number>;
}

/** Follows the stack through a body without calls, whose blocks have no results. */
export function operandsOf(body: readonly Instruction[]): Operands {
  const stack: number[] = [];
  const heights: number[] = [];
  const taker = new Map<number, number>();
  const makers = body.map(({ op }, place): readonly number[] => {
    invariant(op !== "call", "what a call takes is not known");
    if (op === "end") stack.length = heights.pop() ?? 0;
    const [takes, leaves] = effects[op];
    invariant(takes <= stack.length, `${op} finds too little on the stack`);
    const taken = stack.splice(stack.length - takes, takes);
    for (const maker of taken) taker.set(maker, place);
    if (leaves === 1) stack.push(place);
    if (op === "block" || op === "loop" || op === "if") heights.push(stack.length);
    return taken;
  });
  return { makers, taker };
}
