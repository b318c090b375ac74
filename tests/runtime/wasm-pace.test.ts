import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WasmPace } from "../../src/runtime/wasm-pace.ts";

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs calls that take what `takes` says; gives who did each. */
function calls(
  pace: WasmPace,
  count: number,
  takes: (together: boolean, before: boolean | undefined) => number,
): readonly boolean[] {
  const done: boolean[] = [];
  for (let each = 0; each < count; each++) {
    pace.run((together) => {
      now += takes(together, done.at(-1));
      done.push(together);
    });
  }
  return done;
}

const shareOf = (done: readonly boolean[]): number => done.filter(Boolean).length / done.length;

describe("the pace of threads", () => {
  test("stays with all threads where they are faster", () => {
    expect(
      shareOf(calls(new WasmPace(), 10_000, (together) => (together ? 1 : 2))),
    ).toBeGreaterThan(0.99);
  });

  test("stays with one where it is faster", () => {
    expect(shareOf(calls(new WasmPace(), 10_000, (together) => (together ? 3 : 2)))).toBeLessThan(
      0.02,
    );
  });

  test("what it takes to wake the others after they slept does not count", () => {
    const done = calls(new WasmPace(), 1_000, (together, before) =>
      together ? (before === false ? 50 : 1) : 2,
    );
    expect(shareOf(done)).toBeGreaterThan(0.95);
  });

  test("a first measurement that met unfinished code is mended soon", () => {
    let count = 0;
    const done = calls(new WasmPace(), 400, (together) => (together ? (++count < 12 ? 9 : 1) : 2));
    expect(shareOf(done.slice(200))).toBeGreaterThan(0.9);
  });

  test("calls that are long are not repeated to be timed", () => {
    expect(calls(new WasmPace(), 6, () => 2_000)).toEqual([true, true, false, true, true, false]);
  });
});
