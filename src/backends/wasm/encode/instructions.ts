/** What follows the opcode of an instruction. */
export type Immediate =
  | "none"
  | "index"
  | "block"
  | "memory"
  | "i32"
  | "i64"
  | "f32"
  | "v128"
  | "lane"
  | "memory lane"
  | "shuffle"
  | "copy";

/** Opcode bytes and immediates of the instructions that the backend uses (WebAssembly core 2.0, threads). */
const simd = (code: number): readonly number[] => [
  0xfd,
  ...(code < 0x80 ? [code] : [(code & 0x7f) | 0x80, code >> 7]),
];

const plain = (
  ...bytes: readonly number[]
): { bytes: readonly number[]; immediate: Immediate } => ({ bytes, immediate: "none" });
const vector = (
  code: number,
  immediate: Immediate = "none",
): { bytes: readonly number[]; immediate: Immediate } => ({ bytes: simd(code), immediate });
const using = (
  byte: number,
  immediate: Immediate,
): { bytes: readonly number[]; immediate: Immediate } => ({ bytes: [byte], immediate });

export const instructions = {
  block: using(0x02, "block"),
  loop: using(0x03, "block"),
  if: using(0x04, "block"),
  end: plain(0x0b),
  unreachable: plain(0x00),
  drop: plain(0x1a),
  "global.get": using(0x23, "index"),
  br: using(0x0c, "index"),
  br_if: using(0x0d, "index"),
  return: plain(0x0f),
  call: using(0x10, "index"),
  select: plain(0x1b),
  "local.get": using(0x20, "index"),
  "local.set": using(0x21, "index"),
  "local.tee": using(0x22, "index"),
  "i32.load": using(0x28, "memory"),
  "f32.load": using(0x2a, "memory"),
  "i32.store": using(0x36, "memory"),
  "f32.store": using(0x38, "memory"),
  "i32.const": using(0x41, "i32"),
  "i64.const": using(0x42, "i64"),
  "f32.const": using(0x43, "f32"),
  "i32.eqz": plain(0x45),
  "i32.eq": plain(0x46),
  "i32.ne": plain(0x47),
  "i32.lt_s": plain(0x48),
  "i32.lt_u": plain(0x49),
  "i32.gt_s": plain(0x4a),
  "i32.ge_s": plain(0x4e),
  "i32.add": plain(0x6a),
  "i32.sub": plain(0x6b),
  "i32.mul": plain(0x6c),
  "i32.div_s": plain(0x6d),
  "i32.rem_s": plain(0x6f),
  "i32.and": plain(0x71),
  "i32.or": plain(0x72),
  "i32.shr_u": plain(0x76),
  "f32.convert_i32_s": plain(0xb2),
  "memory.copy": { bytes: [0xfc, 0x0a], immediate: "copy" },
  "i32.atomic.load": { bytes: [0xfe, 0x10], immediate: "memory" },
  "i32.atomic.store": { bytes: [0xfe, 0x17], immediate: "memory" },
  "i32.atomic.rmw.add": { bytes: [0xfe, 0x1e], immediate: "memory" },
  "memory.atomic.notify": { bytes: [0xfe, 0x00], immediate: "memory" },
  "memory.atomic.wait32": { bytes: [0xfe, 0x01], immediate: "memory" },
  "v128.load": vector(0x00, "memory"),
  "v128.load32_splat": vector(0x09, "memory"),
  "v128.store": vector(0x0b, "memory"),
  "v128.const": vector(0x0c, "v128"),
  "i8x16.shuffle": vector(0x0d, "shuffle"),
  "i32x4.splat": vector(0x11),
  "f32x4.splat": vector(0x13),
  "i32x4.replace_lane": vector(0x1c, "lane"),
  "f32x4.extract_lane": vector(0x1f, "lane"),
  "f32x4.replace_lane": vector(0x20, "lane"),
  "i32x4.eq": vector(0x37),
  "i32x4.lt_s": vector(0x39),
  "i32x4.gt_s": vector(0x3b),
  "i32x4.lt_u": vector(0x3a),
  "f32x4.eq": vector(0x41),
  "f32x4.ne": vector(0x42),
  "f32x4.lt": vector(0x43),
  "f32x4.gt": vector(0x44),
  "f32x4.le": vector(0x45),
  "f32x4.ge": vector(0x46),
  "v128.not": vector(0x4d),
  "v128.and": vector(0x4e),
  "v128.andnot": vector(0x4f),
  "v128.or": vector(0x50),
  "v128.xor": vector(0x51),
  "v128.bitselect": vector(0x52),
  "v128.load32_lane": vector(0x56, "memory lane"),
  "v128.store32_lane": vector(0x5a, "memory lane"),
  "v128.load32_zero": vector(0x5c, "memory"),
  "v128.load64_zero": vector(0x5d, "memory"),
  "v128.store64_lane": vector(0x5b, "memory lane"),
  "f32x4.ceil": vector(0x67),
  "f32x4.floor": vector(0x68),
  "f32x4.nearest": vector(0x6a),
  "i32x4.shl": vector(0xab),
  "i32x4.shr_s": vector(0xac),
  "i32x4.shr_u": vector(0xad),
  "i32x4.add": vector(0xae),
  "i32x4.sub": vector(0xb1),
  "i32x4.mul": vector(0xb5),
  "i64x2.extmul_low_i32x4_u": vector(0xde),
  "i64x2.extmul_high_i32x4_u": vector(0xdf),
  "f32x4.abs": vector(0xe0),
  "f32x4.neg": vector(0xe1),
  "f32x4.sqrt": vector(0xe3),
  "f32x4.add": vector(0xe4),
  "f32x4.sub": vector(0xe5),
  "f32x4.mul": vector(0xe6),
  "f32x4.div": vector(0xe7),
  "f32x4.max": vector(0xe9),
  "f32x4.min": vector(0xe8),
  "f32x4.pmin": vector(0xea),
  "f32x4.pmax": vector(0xeb),
  // Relaxed SIMD: only on request.
  "f32x4.relaxed_madd": vector(0x105),
  "f32x4.demote_f64x2_zero": vector(0x5e),
  "f64x2.promote_low_f32x4": vector(0x5f),
  "f64x2.nearest": vector(0x94),
  "f64x2.sub": vector(0xf1),
  "f64x2.mul": vector(0xf2),
  "i32x4.trunc_sat_f64x2_s_zero": vector(0xfc),
  "i32x4.trunc_sat_f32x4_s": vector(0xf8),
  "f32x4.convert_i32x4_s": vector(0xfa),
} as const satisfies Record<
  string,
  { readonly bytes: readonly number[]; readonly immediate: Immediate }
>;

export type Op = keyof typeof instructions;

/**
 * One instruction with its immediates as numbers: the index; `[offset, align]` of a memory access (and the lane); four floats
 * or four words of a constant; sixteen bytes of a shuffle.
 */
export interface Instruction {
  readonly op: Op;
  readonly immediates: readonly number[];
  /** Written before it in the text form. */
  readonly comment?: string;
}

/** What memory instructions may count on, as a power of two: even vectors may stand at any multiple of four bytes. */
export const alignment = 2;
