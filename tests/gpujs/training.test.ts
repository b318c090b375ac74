import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chromium, headlessGl, runInChromium, runInHeadlessGl, skipLoudly } from "../support/gl.ts";
import { interpretedLosses } from "../support/plans.ts";
import { networks, run, type Trained } from "./training-scenario.ts";

const steps = 50;
const scenario = fileURLToPath(new URL("training-scenario.ts", import.meta.url));

/** Every loss within 1e-4 of the float64 interpreter's, relative. */
function expectInterpretedLosses(
  results: Readonly<Record<string, Trained>>,
  backend: string,
): void {
  for (const [name, make] of Object.entries(networks)) {
    const network = make();
    for (const rows of [network.capacity, network.capacity - 1]) {
      const trained = results[`${name} ${rows}`]!;
      expect(trained.backend).toBe(backend);
      const expected = interpretedLosses(network.graph, network, steps, rows);
      const worst = Math.max(
        ...expected.map((loss, step) => Math.abs(trained.losses[step]! - loss) / Math.abs(loss)),
      );
      expect(worst, `${name}, ${rows} rows, on ${backend}`).toBeLessThan(1e-4);
    }
  }
}

describe("the first 50 losses equal those of the float64 interpreter to 1e-4", () => {
  test("gpu.js on the CPU", async () => {
    expectInterpretedLosses(await run({ backend: "cpu", steps }), "cpu");
  }, 30_000);

  test("WebAssembly", async () => {
    expectInterpretedLosses(await run({ backend: "wasm", steps }), "wasm");
  }, 30_000);

  test.skipIf(skipLoudly("training on headless GL", headlessGl()))(
    "headless GL in Node",
    async () => {
      expectInterpretedLosses(
        (await runInHeadlessGl(scenario, { backend: "gpu", steps })) as Record<string, Trained>,
        "headlessgl",
      );
    },
    120_000,
  );

  test.skipIf(skipLoudly("training in Chromium", chromium()))(
    "WebGL 2 in Chromium",
    async () => {
      expectInterpretedLosses(
        (await runInChromium(scenario, { backend: "gpu", steps })) as Record<string, Trained>,
        "webgl2",
      );
    },
    120_000,
  );
});
