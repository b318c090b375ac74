import type { FunctionBuilder, Value } from "../encode/builder.ts";
import { choose, polynomial, type VectorOperation } from "./math-support.ts";
import { shuffleWords } from "../nest/shuffles.ts";

/** Beyond this neighbouring numbers are hundreds apart, and the quarter turns are no whole 32-bit number. */
const farthest = 3e9;

/**
 * sin (shift 0) or cos (shift 1), absolute error below 2e-7 for |x| ≤ 1e6 and 1e-6 up to 3e9: quarter turns are taken off in double
 * precision, then Cephes' polynomials. Beyond that it is 0 (or 1); NaN for infinity.
 */
export function turning(shift: 0 | 1): VectorOperation {
  return (f, a) => {
    const x = f.hold(a!);
    const { r, n } = withoutQuarters(f, x);
    const square = f.hold(() => {
      r();
      r();
      f.op("f32x4.mul");
    });
    const sine = f.hold(() => sineOf(f, r, square));
    const cosine = f.hold(() => cosineOf(f, square));
    const quarter = f.hold(() => {
      n();
      f.words(shift, shift, shift, shift);
      f.op("i32x4.add");
    });
    choose(f, cosine, sine, () => bitMask(f, quarter, 1));
    quarter();
    f.integer(30);
    f.op("i32x4.shl");
    f.splat(-0);
    f.op("v128.and");
    f.op("v128.xor");
  };
}

/** x = r + n·π/2 with |r| ≤ π/4: two lanes at a time in double precision, π/2 in two parts. */
function withoutQuarters(
  f: FunctionBuilder,
  given: Value,
): { readonly r: Value; readonly n: Value } {
  const far = (): void => {
    given();
    f.op("f32x4.abs");
    f.splat(farthest);
    f.op("f32x4.gt");
    given();
    f.op("f32x4.abs");
    f.splat(Infinity);
    f.op("f32x4.lt");
    f.op("v128.and");
  };
  const x = f.hold(() => choose(f, () => f.splat(0), given, far));
  const [low, high] = [x, (): void => shuffleWords(f, x, x, [2, 3, 2, 3])].map((lanes) =>
    halfWithoutQuarters(f, lanes),
  ) as [Half, Half];
  return {
    r: f.hold(() => shuffleWords(f, low.r, high.r, [0, 1, 4, 5])),
    n: f.hold(() => shuffleWords(f, low.n, high.n, [0, 1, 4, 5])),
  };
}

interface Half {
  readonly r: Value;
  readonly n: Value;
}

/** The lower two lanes. */
function halfWithoutQuarters(f: FunctionBuilder, lanes: Value): Half {
  const wide = f.hold(() => {
    lanes();
    f.op("f64x2.promote_low_f32x4");
  });
  const n = f.hold(() => {
    wide();
    f.doubles(2 / Math.PI);
    f.op("f64x2.mul");
    f.op("f64x2.nearest");
  });
  const r = f.hold(() => {
    wide();
    for (const part of [1.5707963267341256, 6.077100506506192e-11]) {
      n();
      f.doubles(part);
      f.op("f64x2.mul");
      f.op("f64x2.sub");
    }
    f.op("f32x4.demote_f64x2_zero");
  });
  return {
    r,
    n: f.hold(() => {
      n();
      f.op("i32x4.trunc_sat_f64x2_s_zero");
    }),
  };
}

/** All bits of a lane set where bit `bit` of it is. */
function bitMask(f: FunctionBuilder, value: Value, bit: number): void {
  value();
  f.words(bit, bit, bit, bit);
  f.op("v128.and");
  f.words(bit, bit, bit, bit);
  f.op("i32x4.eq");
}

function sineOf(f: FunctionBuilder, r: Value, square: Value): void {
  polynomial(f, square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  square();
  f.op("f32x4.mul");
  r();
  f.op("f32x4.mul");
  r();
  f.op("f32x4.add");
}

function cosineOf(f: FunctionBuilder, square: Value): void {
  polynomial(
    f,
    square,
    [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5, 1],
  );
}
