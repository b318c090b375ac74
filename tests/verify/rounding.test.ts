import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faults, programOf, verified } from "./verified.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-rounding-"));

/** Four rows: the sum of their inputs is 0 in float32, added from the left, and 7.5e-9 in float64. */
writeFileSync(join(folder, "sums.csv"), `a,b,c,y\n${"-0.1,-0.2,0.3,1\n".repeat(4)}`);

function specOf(model: string, run = "optimizer: adam(1e-2)"): string {
  return `nnspec 1
dim B
data Sums {
  x: f32[B, 3]
  y: f32[B, 1]
  source: csv("sums.csv", target: "y")
}
model Net(x: f32[B, 3]) -> f32[B, 1] {
  return ${model}
}
define ramp(t) = (t - 1) / 100
train Net on Sums { loss: squared_error(output, y) batch: 4 epochs: 10 ${run} }
`;
}

const spec = (text: string) => programOf(join(folder, "main.nnspec"), text);

describe("what rounding decides is no fault", () => {
  test("a rectifier at a value that is 0 in one arithmetic and not in another", async () => {
    const found = await verified(
      spec(specOf("x -> dense(1, init: ones) as sum -> relu -> dense(1, init: ones)")),
      undefined,
    );
    expect(faults(found)).toEqual([]);
    expect(found.isUndecided).toBe(true);
  });

  test("a gradient that is 0 but for rounding, of which the optimiser makes a whole step", async () => {
    const found = await verified(
      spec(specOf("x -> dense(4) as h -> batch_norm -> tanh -> dense(1)")),
      undefined,
    );
    expect(faults(found)).toEqual([]);
    const bias = found.weights.findIndex(({ name }) => name === "h.bias");
    expect(found.weights[bias]!.gradient).toBeLessThan(1e-12);
    expect(found.isUndecided).toBe(false);
  });
});
