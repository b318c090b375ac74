import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasErrors } from "../../src/compiler/base/outcome.ts";
import { check } from "../../src/compiler/check.ts";
import {
  emitInto,
  eventsOf,
  remove,
  repository,
  runIn,
  spawnIn,
  type Emitted,
} from "./support/folder.ts";
import { specRun } from "./support/spec.ts";

const sonnets = join(repository, "examples/data/sonnets.txt");
const small = `
data Text { text: class[B, t: T] of 64, next: class[B, t: T] of 64, source: text("sonnets.txt", window: 12, stride: 100), split: (train: 70%, validation: 20%, test: 10%) }
model Small(text: class[B, t: T] of 64) -> f32[B, t: T, c: 64] { return text -> embedding(6) -> lstm(7) -> dropout(0.2) -> gru(5) -> dense(64, over: c) as logits }
train Small on Text { loss: cross_entropy(logits, next), batch: 30, epochs: 4, optimizer: adam(0.01), clip: norm(1), metrics: (accuracy, perplexity) }`;

let example: Emitted;
let tiny: Emitted;
beforeAll(async () => {
  const path = "examples/character.nnspec";
  const { value, diagnostics } = check(
    { path, text: readFileSync(path, "utf8") },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  expect(hasErrors(diagnostics)).toBe(false);
  example = await emitInto({ program: value!, run: value!.runs[0]! }, sonnets);
  tiny = await emitInto(specRun(`dim T in 1 .. 20\n${small}`, "Small"), sonnets);
  // Saved after every epoch, so that there is something to go on from however fast the machine is.
  const program = join(tiny.folder, "loop.ts");
  const text = readFileSync(program, "utf8");
  expect(text).toContain("const secondsBetweenSaves = 2;");
  writeFileSync(
    program,
    text.replace("const secondsBetweenSaves = 2;", "const secondsBetweenSaves = 0;"),
  );
});
afterAll(() => [example, tiny].forEach(remove));

test("the programs pass the strict compiler", () => {
  const { stdout } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/typescript/bin/tsc"), "-p", example.folder],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
});

interface Epoch {
  readonly train: { readonly loss: number };
  readonly validation: { readonly loss: number; readonly perplexity: number };
}

test(
  "the example: after 5 of 16 epochs a perplexity below 15 on lines that it was not shown, and it goes on with a text",
  { timeout: 60_000 },
  async () => {
    const { stdout, stderr, code } = await runIn(example.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
      "--epochs",
      "5",
    ]);
    expect(code, stderr).toBe(0);
    const epochs = eventsOf(stdout).filter(
      (event) => "validation" in event && "train" in event,
    ) as unknown as readonly Epoch[];
    const last = epochs.at(-1)!;
    // 59 characters at random: a loss of ln 59 = 4.08; each as often as in the text: 3.05.
    expect(last.train.loss).toBeLessThan(2.8);
    expect(last.validation.perplexity).toBeLessThan(15);
    expect(last.validation.perplexity).toBeCloseTo(Math.exp(last.validation.loss), 5);
    const go = (...args: readonly string[]) =>
      runIn(
        example.folder,
        "predict.ts",
        ["--backend", "wasm", "--length", "80", ...args],
        "Shall I compare",
      );
    const [one, same, likely] = await Promise.all([
      go(),
      go(),
      go("--temperature", "0", "--seed", "9"),
    ]);
    expect(one.stderr).toBe("");
    expect(one.stdout).toHaveLength(81);
    expect(same.stdout).toBe(one.stdout);
    expect(likely.stdout).not.toBe(one.stdout);
    const known = new Set(readFileSync(sonnets, "utf8"));
    expect([...one.stdout].every((character) => known.has(character))).toBe(true);
    expect(one.stdout).toContain("e");
    const unknown = await runIn(example.folder, "predict.ts", ["--backend", "wasm"], "Straße");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('The model does not know the character "ß"');
  },
);

describe.each(["wasm", "cpu"])("on %s", (backend) => {
  test(
    "cut off on its way, training ends bit for bit as if it had run through",
    { timeout: 60_000 },
    async () => {
      const args = (to: string, ...more: readonly string[]) => [
        "--backend",
        backend,
        "--format",
        "json",
        "--run-dir",
        `${backend}-${to}`,
        ...more,
      ];
      expect((await runIn(tiny.folder, "train.ts", args("whole"))).stderr).toBe("");
      const child = spawnIn(tiny.folder, "train.ts", args("cut"));
      let seen = "";
      child.stdout.on("data", (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes('"epoch":2,')) child.kill("SIGKILL");
      });
      await new Promise((settle) => child.on("exit", settle));
      expect((await runIn(tiny.folder, "train.ts", args("cut", "--resume"))).stderr).toBe("");
      const bytes = (to: string, file: string) =>
        readFileSync(join(tiny.folder, `${backend}-${to}`, file));
      expect(bytes("cut", "last.safetensors").equals(bytes("whole", "last.safetensors"))).toBe(
        true,
      );
    },
  );
});

test("both backends learn the same", async () => {
  const [wasm, cpu] = ["wasm", "cpu"].map((backend) =>
    readFileSync(join(tiny.folder, `${backend}-whole`, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .at(-1)!,
  );
  const end = (line: string): number => (JSON.parse(line) as Epoch).validation.loss;
  expect(Math.abs(end(wasm!) - end(cpu!))).toBeLessThan(1e-3);
});
