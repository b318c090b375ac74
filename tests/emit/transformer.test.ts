import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasErrors } from "../../src/compiler/base/outcome.ts";
import { check } from "../../src/compiler/check.ts";
import { emitInto, eventsOf, remove, runIn, type Emitted } from "./support/folder.ts";

/** An example that reads the bundled digits, as a trainer. */
async function emittedExample(name: string): Promise<Emitted> {
  const path = `examples/${name}.nnspec`;
  const { value, diagnostics } = check(
    { path, text: readFileSync(path, "utf8") },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  expect(hasErrors(diagnostics), JSON.stringify(diagnostics.map(({ message }) => message))).toBe(
    false,
  );
  return emitInto({ program: value!, run: value!.runs[0]! });
}

const emitted = new Map<string, Emitted>();
beforeAll(async () => {
  for (const name of ["transformer", "noise-layers"]) emitted.set(name, await emittedExample(name));
});
afterAll(() => emitted.forEach(remove));

interface End {
  readonly test: { readonly accuracy: number };
}

test(
  "the transformer of the examples learns to read digits: 95 of 100 rows that it was not shown",
  { timeout: 60_000 },
  async () => {
    const { stdout, stderr, code } = await runIn(emitted.get("transformer")!.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
    ]);
    expect(code, stderr).toBe(0);
    expect((eventsOf(stdout).at(-1) as unknown as End).test.accuracy).toBeGreaterThan(0.95);
  },
);

test(
  "the random layers of the examples learn them too, in a third of its epochs",
  { timeout: 60_000 },
  async () => {
    const { stdout, stderr, code } = await runIn(emitted.get("noise-layers")!.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
      "--epochs",
      "9",
    ]);
    expect(code, stderr).toBe(0);
    expect((eventsOf(stdout).at(-1) as unknown as End).test.accuracy).toBeGreaterThan(0.85);
  },
);
