import { afterAll, describe, expect, test } from "vitest";
import type { Examiner } from "./examine.ts";
import { count, examineSeed, newTally, shrunkReport, skippedShare } from "./report.ts";

const networks = 150;
const each = 25;

/** Threads take turns: two for odd seeds, three for even ones. */
function examinersOf(seed: number): readonly Examiner[] {
  return ["slope", "wasm", seed % 2 === 1 ? "2 threads" : "3 threads", "cpu"];
}

describe("gradients of every parameter, five losses and the prediction agree with the float64 interpreter", () => {
  const tally = newTally();

  test.each(Array.from({ length: networks / each }, (_, part) => 1 + part * each))(
    `random networks from seed %i on, ${each} of them`,
    { timeout: 900_000 },
    async (first) => {
      for (let seed = first; seed < first + each; seed++) {
        const examination = { examiners: examinersOf(seed) };
        const { composition, examined } = await examineSeed(seed, examination);
        count(tally, composition, examined);
        if (examined.verdict === "fault")
          expect.fail((await shrunkReport(composition, examined, examination)).report);
      }
    },
  );

  // Where rounding decides a maximum, or numbers grow without bound, nothing can be compared: that has to stay rare.
  afterAll(() => {
    expect(tally.networks).toBe(networks);
    expect(skippedShare(tally), JSON.stringify([...tally.skipped])).toBeLessThanOrEqual(0.04);
  });
});
