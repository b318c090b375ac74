import { expect, test } from "vitest";
import type { Spoil } from "./backends.ts";
import { oneNeverRuns, swapped, wrongGradientOfMaxima } from "./planted.ts";
import { examineSeed, shrunkReport } from "./report.ts";

/** The first seed on which a planted fault shows, and the smallest network on which it still does. */
async function foundAndShrunk(spoil: Spoil) {
  const examination = { examiners: ["wasm"], spoil } as const;
  for (let seed = 1; seed <= 60; seed++) {
    const { composition, examined } = await examineSeed(seed, examination);
    if (examined.verdict === "fault")
      return { seed, ...(await shrunkReport(composition, examined, examination, 250)) };
  }
  throw new Error("the planted fault was not found");
}

test.each([
  ["a kernel that never runs", oneNeverRuns, /_gradient|velocity/],
  ["a gradient of maxima that is a tenth too large", wrongGradientOfMaxima, /max_pool/],
  ["two kernels in each other's place", swapped, /velocity|before all of it is stored/],
] as const)(
  "%s is found, and shown on a network of four stages at most",
  { timeout: 900_000 },
  async (_, spoil, told) => {
    const { smallest, report } = await foundAndShrunk(spoil);
    expect(smallest.stages.length, report).toBeLessThanOrEqual(4);
    expect(report).toMatch(told);
    expect(report).toContain("on wasm");
  },
);
