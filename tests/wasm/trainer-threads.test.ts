import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import {
  emitInto,
  eventsOf,
  remove,
  runIn,
  type Ended,
  type Emitted,
} from "../emit/support/folder.ts";

/** Wide enough for threads to pay; the last batch is short. */
const spec = `nnspec 1
dim B
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  split: (train: 80%, validation: 10%, test: 10%)
}
model Wide(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dense(250) as h1 -> relu -> dropout(0.2) -> dense(130) as h2 -> relu -> dense(10) as logits
}
train Wide on Digits {
  loss: cross_entropy(logits, label)
  batch: 128
  epochs: 3
  optimizer: adam(1e-3)
  metrics: accuracy
}
`;

let emitted: Emitted;
beforeAll(async () => {
  const { value, diagnostics } = check(
    { path: "wide.nnspec", text: spec },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  expect(value, JSON.stringify(diagnostics)).toBeDefined();
  emitted = await emitInto({ program: value!, run: value!.runs[0]! });
});
afterAll(() => remove(emitted));

const run = (file: string, ...args: readonly string[]): Promise<Ended> =>
  runIn(emitted.folder, file, args);
const train = (folder: string, ...args: readonly string[]): Promise<Ended> =>
  run("train.ts", "--backend", "wasm", "--format", "json", "--run-dir", folder, ...args);

test(
  "with one thread, two, three and as many as are faster a trainer ends with the same bits",
  { timeout: 120_000 },
  async () => {
    const reasons = new Map<string, string>();
    for (const threads of ["1", "2", "3", "auto"]) {
      const { code, stdout, stderr } = await train(`on-${threads}`, "--threads", threads);
      expect([code, stderr]).toEqual([0, ""]);
      reasons.set(threads, (eventsOf(stdout)[0] as unknown as { reason: string }).reason);
    }
    expect([...reasons.values()].slice(0, 3)).toEqual([
      "asked for",
      "asked for; 2 threads",
      "asked for; 3 threads",
    ]);
    for (const threads of ["2", "3", "auto"])
      expect(tensorsIn(`on-${threads}`)).toEqual(tensorsIn("on-1"));
  },
);

/** The last weights and states, without the times in the header. */
function tensorsIn(folder: string): readonly Buffer[] {
  return ["last.safetensors", "resume.safetensors"].map((file) => {
    const bytes = readFileSync(join(emitted.folder, folder, file));
    return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  });
}

test(
  "measuring and predicting on two threads say what they say on one",
  { timeout: 120_000 },
  async () => {
    await train("used", "--threads", "2", "--epochs", "1");
    const measured = await Promise.all(
      ["1", "2"].map(async (threads) => {
        const { stdout } = await train(
          "used",
          "--evaluate",
          "used/last.safetensors",
          "--threads",
          threads,
        );
        return (eventsOf(stdout).at(-1) as unknown as { test: object }).test;
      }),
    );
    expect(measured[0]).toEqual(measured[1]);
    const row = JSON.stringify([Array.from({ length: 64 }, (_, place) => place % 17)]);
    const predicted = await Promise.all(
      ["1", "2", "auto"].map((threads) =>
        runIn(
          emitted.folder,
          "predict.ts",
          ["--checkpoint", "used/last.safetensors", "--backend", "wasm", "--threads", threads, "-"],
          row,
        ),
      ),
    );
    expect(predicted.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(predicted.map(({ stdout }) => stdout)).size).toBe(1);
  },
);

test("what makes no sense is refused with what would", async () => {
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await train("refused", ...args);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused("--threads", "0")).toContain(
    '--threads takes auto or a whole number from 1 to 64; found "0".',
  );
  const { code, stderr } = await run("train.ts", "--backend", "cpu", "--threads", "2");
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("--threads is for the backend wasm; found --backend cpu."),
  ]);
});
