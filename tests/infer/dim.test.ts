import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Dims from "../../src/compiler/ir/dim.ts";
import type { Dim } from "../../src/compiler/ir/dim.ts";

const h = Dims.symbol("h");
const w = Dims.symbol("w");
const n = (value: number): Dim => Dims.size(value);

/** A formula twice: as a size in normal form and as a plain function of h and w. */
interface Twin {
  readonly dim: Dim;
  readonly value: (h: number, w: number) => number;
}

const ceil = (a: number, b: number): number => Math.ceil(a / b);
const floor = (a: number, b: number): number => Math.floor(a / b);
const mod = (a: number, b: number): number => a - b * Math.floor(a / b);

const { twin } = fc.letrec<{ twin: Twin }>((tie) => {
  const both = fc.tuple(tie("twin"), tie("twin"));
  const withNumber = fc.tuple(tie("twin"), fc.integer({ min: 1, max: 6 }));
  return {
    twin: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant<Twin>({ dim: h, value: (x) => x }),
      fc.constant<Twin>({ dim: w, value: (_, y) => y }),
      fc.integer({ min: -4, max: 7 }).map<Twin>((value) => ({ dim: n(value), value: () => value })),
      both.map<Twin>(([a, b]) => ({
        dim: Dims.add(a.dim, b.dim),
        value: (x, y) => a.value(x, y) + b.value(x, y),
      })),
      both.map<Twin>(([a, b]) => ({
        dim: Dims.subtract(a.dim, b.dim),
        value: (x, y) => a.value(x, y) - b.value(x, y),
      })),
      both.map<Twin>(([a, b]) => ({
        dim: Dims.multiply(a.dim, b.dim),
        value: (x, y) => a.value(x, y) * b.value(x, y),
      })),
      both.map<Twin>(([a, b]) => ({
        dim: Dims.minimum(a.dim, b.dim),
        value: (x, y) => Math.min(a.value(x, y), b.value(x, y)),
      })),
      both.map<Twin>(([a, b]) => ({
        dim: Dims.maximum(a.dim, b.dim),
        value: (x, y) => Math.max(a.value(x, y), b.value(x, y)),
      })),
      withNumber.map<Twin>(([a, by]) => ({
        dim: Dims.ceilDivide(a.dim, n(by)),
        value: (x, y) => ceil(a.value(x, y), by),
      })),
      withNumber.map<Twin>(([a, by]) => ({
        dim: Dims.floorDivide(a.dim, n(by)),
        value: (x, y) => floor(a.value(x, y), by),
      })),
      withNumber.map<Twin>(([a, by]) => ({
        dim: Dims.modulo(a.dim, n(by)),
        value: (x, y) => mod(a.value(x, y), by),
      })),
      tie("twin").map<Twin>((a) => ({
        dim: Dims.ceilDivide(a.dim, h),
        value: (x, y) => ceil(a.value(x, y), x),
      })),
      tie("twin").map<Twin>((a) => ({
        dim: Dims.floorDivide(a.dim, w),
        value: (x, y) => floor(a.value(x, y), y),
      })),
    ),
  };
});
const places = [1, 2, 3, 4, 5, 7, 12].flatMap((x) =>
  [1, 2, 3, 5, 6, 11].map((y) => [x, y] as const),
);

function evaluated(dim: Dim, x: number, y: number): number {
  return Dims.evaluate(
    dim,
    new Map([
      ["h", x],
      ["w", y],
    ]),
  );
}

describe("against brute force", () => {
  test("a normal form has the value of the formula it was made of", () => {
    fc.assert(
      fc.property(twin, ({ dim, value }) => {
        for (const [x, y] of places) expect(evaluated(dim, x, y)).toBe(value(x, y) + 0);
      }),
      { numRuns: 400 },
    );
  });

  test("what is proved of two formulas holds everywhere", () => {
    const holds = {
      less: (d: number) => d < 0,
      equal: (d: number) => d === 0,
      greater: (d: number) => d > 0,
      "at most": (d: number) => d <= 0,
      "at least": (d: number) => d >= 0,
      unknown: () => true,
    };
    fc.assert(
      fc.property(twin, twin, (a, b) => {
        const relation = Dims.compareDims(a.dim, b.dim);
        for (const [x, y] of places)
          expect(holds[relation](a.value(x, y) - b.value(x, y))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("an exact quotient is exact, and one is refused only where it could be broken or is not a polynomial", () => {
    fc.assert(
      fc.property(twin, fc.integer({ min: 2, max: 6 }), (a, by) => {
        const quotient = Dims.divideExactly(a.dim, n(by));
        if (quotient)
          for (const [x, y] of places)
            expect(evaluated(quotient, x, y) * by).toBe(a.value(x, y) + 0);
        expect(Dims.divideExactly(Dims.multiply(a.dim, n(by)), n(by))?.key).toBe(a.dim.key);
      }),
      { numRuns: 300 },
    );
  });

  test("what is printed means the same", () => {
    const read = (text: string, x: number, y: number): number =>
      // The printed form is also JavaScript once `^` is `**` and the functions are at hand; JavaScript alone refuses `-h ** 2`.
      new Function(
        "h",
        "w",
        "mod",
        "const { ceil, floor, min, max } = Math; return " +
          text.replaceAll("^", "**").replace(/(^|[(,*/]\s*)-(?=\w)/g, "$1-1 * "),
      )(x, y, mod) as number;
    fc.assert(
      fc.property(twin, ({ dim, value }) => {
        const text = Dims.print(dim);
        if (text.length < 300)
          for (const [x, y] of places) expect(read(text, x, y)).toBeCloseTo(value(x, y), 6);
      }),
      { numRuns: 300 },
    );
  });
});

describe("normal forms", () => {
  const half = (a: Dim): Dim => Dims.ceilDivide(a, n(2));
  test.each<[string, Dim, Dim]>([
    ["ceil(ceil(h / 2) / 2) is ceil(h / 4)", half(half(h)), Dims.ceilDivide(h, n(4))],
    [
      "floor((h - 5) / 2) + 1 is ceil(h / 2) - 2",
      Dims.add(Dims.floorDivide(Dims.subtract(h, n(5)), n(2)), n(1)),
      Dims.subtract(half(h), n(2)),
    ],
    ["ceil(2h / 4) is ceil(h / 2)", Dims.ceilDivide(Dims.multiply(n(2), h), n(4)), half(h)],
    [
      "ceil((2h + 1) / 4) is ceil((h + 1) / 2)",
      Dims.ceilDivide(Dims.add(Dims.multiply(n(2), h), n(1)), n(4)),
      half(Dims.add(h, n(1))),
    ],
    [
      "(h + 1)(h - 1) is h^2 - 1",
      Dims.multiply(Dims.add(h, n(1)), Dims.subtract(h, n(1))),
      Dims.subtract(Dims.power(h, 2), n(1)),
    ],
    [
      "(h^2 - 1) / (h + 1) is h - 1",
      Dims.divideExactly(Dims.subtract(Dims.power(h, 2), n(1)), Dims.add(h, n(1)))!,
      Dims.subtract(h, n(1)),
    ],
    ["ceil(h w / w) is h", Dims.ceilDivide(Dims.multiply(h, w), w), h],
    ["min(h, h + 1) is h", Dims.minimum(h, Dims.add(h, n(1))), h],
    ["max(h, 1) is h for h >= 1", Dims.maximum(h, n(1)), h],
    [
      "ceil(h / w) twice over",
      Dims.ceilDivide(Dims.ceilDivide(h, w), n(2)),
      Dims.ceilDivide(h, Dims.multiply(n(2), w)),
    ],
  ])("%s", (_, a, b) => expect(a.key).toBe(b.key));

  test.each<[string, Dim]>([
    ["ceil(h / 4)", half(half(h))],
    ["floor(h / 2)", Dims.floorDivide(h, n(2))],
    ["mod(h, 4)", Dims.modulo(h, n(4))],
    ["4 * h", Dims.multiply(n(4), h)],
    ["h - 4", Dims.subtract(h, n(4))],
    ["h * w", Dims.multiply(h, w)],
    ["(h ^ 2 + h) / 2", Dims.divideExactly(Dims.multiply(h, Dims.add(h, n(1))), n(2))!],
    ["24", n(24)],
    ["-3", n(-3)],
    ["0", Dims.subtract(h, h)],
    ["ceil((h + 2) / 3)", Dims.ceilDivide(Dims.add(h, n(2)), n(3))],
  ])("prints %s", (text, dim) => expect(Dims.print(dim)).toBe(text));

  test("a quotient that is not proved whole is none", () => {
    expect(Dims.divideExactly(h, n(2))).toBeUndefined();
    expect(Dims.divideExactly(n(5), n(0))).toBeUndefined();
    expect(Dims.divideExactly(h, w)).toBeUndefined();
  });

  test("a bound is part of a symbol", () => {
    const bounded = Dims.symbol("T", { from: 1, to: 8 });
    expect(Dims.compareDims(bounded, n(8))).toBe("at most");
    expect(Dims.ceilDivide(bounded, n(8)).key).toBe("1");
    expect(Dims.equalDims(bounded, Dims.symbol("T"))).toBe(false);
  });

  test("formulas without measure come to one value, soon", () => {
    let tower = Dims.add(h, n(1));
    for (let step = 0; step < 64; step++) tower = Dims.multiply(tower, tower);
    expect(Dims.isTooLarge(tower)).toBe(true);
    expect(Dims.known(tower)).toBe(Infinity);
    expect(Dims.known(Dims.power(n(2), 100_000))).toBe(Infinity);
    expect(Dims.known(Dims.power(n(2), 31))).toBe(2 ** 31);
  });
});
