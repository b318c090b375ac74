import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chromium, headlessGl, runInChromium, runInHeadlessGl, skipLoudly } from "../support/gl.ts";
import { run } from "./primitives-scenario.ts";

const scenario = fileURLToPath(new URL("primitives-scenario.ts", import.meta.url));
const passed = (backend: string): unknown => ({ backend, count: 59, problems: {} });

describe("every operation on every backend equals the interpreter, at extreme values and NaN too", () => {
  test("gpu.js on the CPU", async () => {
    expect(await run("cpu")).toEqual(passed("cpu"));
  }, 20_000);

  test.skipIf(skipLoudly("operations on headless GL", headlessGl()))(
    "headless GL in Node",
    async () => {
      expect(await runInHeadlessGl(scenario, "gpu")).toEqual(passed("headlessgl"));
    },
    60_000,
  );

  test.skipIf(skipLoudly("operations in Chromium", chromium()))(
    "WebGL 2 in Chromium",
    async () => {
      expect(await runInChromium(scenario, "gpu")).toEqual(passed("webgl2"));
    },
    60_000,
  );
});
