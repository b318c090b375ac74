import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faults, programOf, verified } from "./verified.ts";

/** The batches of these take the interpreter too long for a test. */
const rowsOf: Readonly<Record<string, number>> = {
  "character.nnspec": 2,
  "initialisation.nnspec": 24,
  "transformer.nnspec": 4,
};

const runs = readdirSync("examples")
  .filter((file) => file.endsWith(".nnspec"))
  .flatMap((file) => {
    const program = programOf(join("examples", file));
    return program.runs.map(
      ({ name }) => [`${file}: ${name}`, program, name, rowsOf[file]] as const,
    );
  });

describe("each example on every backend here is what the float64 interpreter has", () => {
  test.each(runs)("%s", async (_, program, name, rows) => {
    const found = await verified(program, name, rows === undefined ? {} : { rows });
    expect(faults(found)).toEqual([]);
    expect(found.backends.map((backend) => backend.name)).toEqual(
      expect.arrayContaining(["wasm", "cpu"]),
    );
    // Something was looked at: numbers, on rows of the example's own data.
    expect(Number.isFinite(found.loss)).toBe(true);
    expect(found.origin).toEqual({ kind: "data" });
    expect(found.backends[0]!.gradients).toHaveLength(found.weights.length);
    expect(found.weights.length).toBeGreaterThan(0);
  });
});
