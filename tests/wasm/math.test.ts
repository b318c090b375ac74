import { describe, expect, test } from "vitest";
import { FunctionBuilder } from "../../src/backends/wasm/encode/builder.ts";
import { encodeModule } from "../../src/backends/wasm/encode/encoder.ts";
import { vectorOperations } from "../../src/backends/wasm/math/math.ts";
import type { VectorOperation } from "../../src/backends/wasm/math/math-support.ts";
import type { ScalarOp } from "../../src/compiler/plan/plan.ts";
import { scalarOperations } from "../../src/compiler/plan/scalar-operations.ts";

const most = 16384;

/** Applies one operation to arrays of floats, as a module of one function. */
function apply(op: ScalarOp, ...given: readonly (readonly number[])[]): Float32Array {
  const f = new FunctionBuilder("apply");
  const pointer = f.local("i32");
  f.repeat(
    () => f.integer(most / 4),
    () => {
      f.get(pointer);
      const operation: VectorOperation = vectorOperations[op];
      operation(
        f,
        ...given.map((_, place) => () => {
          f.get(pointer);
          f.memory("v128.load", 4 * most * place);
        }),
      );
      f.memory("v128.store", 4 * most * 3);
      f.get(pointer);
      f.integer(16);
      f.op("i32.add");
      f.set(pointer);
    },
  );
  const memory = new WebAssembly.Memory({ initial: 8 });
  const module = new WebAssembly.Module(
    encodeModule({ functions: [f.finish(op, true)], pages: 8, threaded: false }),
  );
  const floats = new Float32Array(memory.buffer);
  given.forEach((values, place) => floats.set(values, most * place));
  (new WebAssembly.Instance(module, { env: { memory } }).exports["apply"] as () => void)();
  return floats.slice(most * 3, most * 3 + given[0]!.length);
}

/** The distance of neighbouring floats at x. */
function unit(x: number): number {
  return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23);
}

function spread(low: number, high: number, count = most): number[] {
  return Array.from({ length: count }, (_, place) =>
    Math.fround(low + ((high - low) * (place + 0.37)) / count),
  );
}

function worstUnits(op: Exclude<ScalarOp, "select">, x: readonly number[]): number {
  return apply(op, x).reduce((worst, value, place) => {
    const exact = scalarOperations[op](x[place]!, 0);
    return Math.max(worst, Math.abs(value - exact) / unit(exact));
  }, 0);
}

function worstError(op: Exclude<ScalarOp, "select">, x: readonly number[]): number {
  return apply(op, x).reduce(
    (worst, value, place) => Math.max(worst, Math.abs(value - scalarOperations[op](x[place]!, 0))),
    0,
  );
}

describe("errors against Math in double precision", () => {
  test("exp: 1 unit in the last place from −87.3 to 88.7", () => {
    expect(worstUnits("exp", spread(-87.33, 88.72))).toBeLessThanOrEqual(1);
    expect(worstUnits("exp", spread(-1, 1))).toBeLessThanOrEqual(1);
  });

  test("log: 1 unit in the last place for all positive numbers, subnormal ones with them", () => {
    const powers = spread(-149, 128)
      .map((power) => Math.fround(2 ** power))
      .filter((x) => x > 0 && x < Infinity);
    expect(worstUnits("log", powers)).toBeLessThanOrEqual(1);
    expect(worstUnits("log", spread(0.5, 2))).toBeLessThanOrEqual(1);
  });

  test("tanh and sigmoid: 7 units", () => {
    expect(worstUnits("tanh", spread(-12, 12))).toBeLessThanOrEqual(7);
    expect(worstUnits("tanh", spread(-0.01, 0.01))).toBeLessThanOrEqual(7);
    expect(worstUnits("sigmoid", spread(-80, 30))).toBeLessThanOrEqual(7);
  });

  test("erf: 3e-7 absolute; 4 units near 0", () => {
    expect(worstError("erf", spread(-5, 5))).toBeLessThan(3e-7);
    expect(worstUnits("erf", spread(-0.5, 0.5))).toBeLessThanOrEqual(4);
  });

  test("sine and cosine: 2e-7 absolute up to a million, 1e-6 up to 3e9", () => {
    for (const op of ["sine", "cosine"] as const) {
      for (const end of [10, 1000, 1e6])
        expect(worstError(op, spread(-end, end))).toBeLessThan(2e-7);
      expect(worstError(op, spread(-3e9, 3e9))).toBeLessThan(1e-6);
    }
  });
});

const samples = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  2.5,
  -7.25,
  1e-3,
  40,
  -40,
  1e30,
  -1e30,
  1e-40,
  Infinity,
  -Infinity,
  Number.NaN,
];
const pairs = samples.flatMap((a) => samples.map((b) => [a, b] as const));

/** The same number, within 1e-5 of its size; tiny results may be 0 and huge ones infinite. */
function isClose(actual: number, exact: number): boolean {
  if (Number.isNaN(exact)) return Number.isNaN(actual);
  if (Math.abs(exact) < 1.2e-38) return Math.abs(actual) < 1.2e-38;
  if (Math.abs(exact) > 3.4e38) return Math.abs(actual) > 3.4e38 && actual > 0 === exact > 0;
  return Math.abs(actual - exact) <= 1e-5 * Math.abs(exact);
}

const periodic: ReadonlySet<string> = new Set(["sine", "cosine"]);

describe("every operation, at zeros, infinities and NaN as elsewhere", () => {
  for (const op of Object.keys(vectorOperations) as ScalarOp[]) {
    if (op === "select") continue;
    test(op, () => {
      const [a, b] = [
        pairs.map((pair) => Math.fround(pair[0])),
        pairs.map((pair) => Math.fround(pair[1])),
      ];
      const actual = apply(op, a, b);
      for (const [place, value] of actual.entries()) {
        const [x, y] = [a[place]!, b[place]!];
        const exact = scalarOperations[op](x, y);
        // Neighbouring numbers are whole turns apart, and the remainder of a huge quotient has no correct digits: only the range is known.
        if (periodic.has(op) && Math.abs(x) > 3e9 && Number.isFinite(x)) {
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
          continue;
        }
        if (op === "modulo" && Number.isFinite(exact) && Math.abs(x / y) > 1e6) {
          expect(
            Math.abs(value) <= Math.abs(y) && value * y >= 0,
            `${op}(${x}, ${y}) = ${value}`,
          ).toBe(true);
          continue;
        }
        // Near a whole quotient both ends of the remainder are right.
        const gap = Math.abs(value - exact);
        const isNear =
          op === "modulo" && Math.min(gap, Math.abs(gap - Math.abs(y))) <= 1e-6 * Math.abs(x);
        expect(isNear || isClose(value, exact), `${op}(${x}, ${y}) = ${exact}, not ${value}`).toBe(
          true,
        );
      }
    });
  }

  test("select takes the lanes where the condition is not 0", () => {
    expect([
      ...apply("select", [1, 0, -2, Number.NaN], [10, 20, 30, 40], [-1, -2, -3, -4]),
    ]).toEqual([10, -2, 30, 40]);
  });
});
