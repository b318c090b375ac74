import { fileURLToPath } from "node:url";
import { GPU } from "gpu.js";
import { describe, expect, test, vi } from "vitest";
import { chromium, headlessGl, runInChromium, runInHeadlessGl, skipLoudly } from "../support/gl.ts";
import { run } from "./alike-scenario.ts";

const scenario = fileURLToPath(new URL("alike-scenario.ts", import.meta.url));
const expected = {
  half_of_small: [0.5, 1, 1.5],
  half_of_that: [0.25, 0.5, 0.75],
  half_of_other: [5, 10, 15],
  twice_other: [20, 40, 60],
  begin_of_small: [2, 3],
  begin_of_large: [101, 102],
};

describe("kernels that are equal but for names are compiled once and give each its own", () => {
  test("gpu.js on the CPU", async () => {
    const compiled = vi.spyOn(GPU.prototype, "createKernel");
    expect(await run("cpu")).toEqual(expected);
    // Whole numbers, fractions and lengths are compiled in: two products, and two beginnings.
    expect(compiled).toHaveBeenCalledTimes(4);
    compiled.mockRestore();
  });

  test.skipIf(skipLoudly("shared kernels on headless GL", headlessGl()))(
    "headless GL in Node",
    async () => {
      expect(await runInHeadlessGl(scenario, "gpu")).toEqual(expected);
    },
    600_000,
  );

  test.skipIf(skipLoudly("shared kernels in Chromium", chromium()))(
    "WebGL 2 in Chromium",
    async () => {
      expect(await runInChromium(scenario, "gpu")).toEqual(expected);
    },
    600_000,
  );
});
