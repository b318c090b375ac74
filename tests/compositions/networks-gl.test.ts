import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { headlessGl, runInHeadlessGl, skipLoudly } from "../support/gl.ts";
import type { OnGl } from "./gl-scenario.ts";

const scenario = fileURLToPath(new URL("gl-scenario.ts", import.meta.url));
/** `npm run fuzz:networks` examines 3,000. */
const networks = 50;

// Each network is compiled once and runs few steps: Mesa's interpreter of shaders begins at once where its compiler takes seconds.
test.skipIf(skipLoudly("networks on headless GL", headlessGl()))(
  "written and random networks agree on headless GL",
  { timeout: 1_800_000 },
  async () => {
    const { compared, skipped, faults } = (await runInHeadlessGl(
      scenario,
      { first: 1, count: networks },
      { renderer: "softpipe", timeout: 1_800_000 },
    )) as OnGl;
    expect(faults).toEqual([]);
    expect(compared).toBeGreaterThan(networks);
    // As on the other backends, for a few networks rounding decides.
    expect(skipped / networks).toBeLessThanOrEqual(0.04);
  },
);
