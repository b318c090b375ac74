import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nnspec } from "../cli/run.ts";

/** A tensor that is meant to be trained and never moves is told by its name. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-still-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = (model: string, run = "", rules = ""): string => `nnspec 1
dim B
data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(points: 90, noise: 0.05)
}
model Net(point: f32[B, axis: 2]) -> f32[B, 2] {
  return point -> ${model} -> dense(2) as logits
  ${rules}
}
train Net on Spirals { loss: cross_entropy(logits, arm), batch: 16, epochs: 2, optimizer: sgd(0.1)${run} }
`;

let runs = 0;

function said(text: string, ...args: readonly string[]): string {
  const name = `net-${++runs}`;
  writeFileSync(join(folder, `${name}.nnspec`), text);
  const { status, stdout, stderr } = nnspec(
    ["train", `${name}.nnspec`, "--backend", "wasm", "--run-dir", name, ...args],
    { cwd: folder },
  );
  expect(status, stderr).toBe(0);
  return /^.*did not change.*$/m.exec(stdout + stderr)?.[0] ?? "";
}

const dead = "dense(4) as below -> relu -> dense(3) as dead -> relu";
const closed = "for biases(dead) { init: constant(-1000) }";

test("everything below units that are 0 for every row is told", () => {
  const told = said(spec(dead, "", closed));
  expect(told).toContain("warning: below.weight, below.bias, dead.weight, dead.bias");
  expect(told).toContain("freeze: on");
  expect(said(spec(dead, "", closed), "--format", "json")).toContain("below.weight");
});

test("what trains, is frozen, has rate 0 or waits for its rate is not", () => {
  const healthy = "dense(4) as below -> tanh -> dense(3) as above -> tanh";
  expect(said(spec(healthy))).toBe("");
  expect(said(spec(healthy, "", "for weights(below) { freeze: on }"))).toBe("");
  expect(said(spec(healthy, "", "for weights(below) { lr: 0 }"))).toBe("");
  expect(said(spec(healthy, ", schedule: warmup(1 epochs) then constant"))).toBe("");
});
