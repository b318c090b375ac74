import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { settings } from "../../src/compiler/settings/index.ts";
import { nnspecHere } from "./here.ts";

test("settings of runs are listed and explained as items of the library are", async () => {
  const listed = await nnspecHere(["list", "settings", "--format", "json"]);
  const named = (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
  expect(named).toEqual(settings.map(({ name }) => name));
  for (const name of named) {
    const { status, stdout } = await nnspecHere(["explain", name]);
    expect(status).toBe(0);
    expect(stdout).toContain("Setting of runs");
  }
});

const spec = `nnspec 1
dim B
hyper lr = 0.01 in { 0.01, 0.001 }
data Arms {
  point: f32[B, 2]
  arm: class[B] of 2
  source: spirals(40)
}
model Net(point: f32[B, 2]) -> f32[B, 2] { return point -> dense(4) -> tanh -> dense(2) as logits }
train Net on Arms { loss: cross_entropy(logits, arm), batch: 8, epochs: 1, optimizer: adam(lr) }
search Net { goal: minimize(train.loss), method: grid(epochs: 2) }
`;

describe("a setting of runs by --set, and a search that is not run", () => {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-settings-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = { cwd: folder };
  const plain = ["--backend", "wasm", "--threads", "1", "--format", "json"];
  writeFileSync(join(folder, "s.nnspec"), spec);

  test("train says that it trains once, and takes what was set", async () => {
    const words = ["train", "s.nnspec", "--set", "batch=4 + 6", "--set", "epochs=2", ...plain];
    const { status, stdout, stderr } = await nnspecHere(words, at);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("NN0903");
    expect(stderr).toContain("`--set lr=…`");
    expect(JSON.parse(stdout.split("\n")[0]!)).toMatchObject({ batch: 10, epochs: 2 });
  });

  test("what is set is held against what a setting takes, and shown as it was typed", async () => {
    const faults = [
      ["batch=0", "NN0406", "--set batch"],
      ["bath=3", "NN0209", "batch"],
      ["batch=3, epochs: 4", "NN", "--set batch"],
    ] as const;
    for (const [set, code, where] of faults) {
      const { status, stderr } = await nnspecHere(["check", "s.nnspec", "--set", set], at);
      expect([set, status]).toEqual([set, 1]);
      expect(stderr).toContain(code);
      expect(stderr).toContain(where);
    }
  });
});
