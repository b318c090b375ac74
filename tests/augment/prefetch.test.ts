import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emitInto, remove, runIn, type Emitted } from "../emit/support/folder.ts";
import { checkWithoutLints } from "../support/check-text.ts";

const text = `nnspec 1
dim B
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(image: f32[B, h: 7, w: 7, c: 1]) -> f32[B, 10] { return image -> flatten -> dense(10) as logits }
train Net on Digits {
  augment: rotate(10 deg) then brightness(10%) then crop(7) then mixup
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 2
}
`;

const several = availableParallelism() > 1;
if (!several) process.stderr.write("There is one core: batches made by a worker are NOT tested.\n");

let emitted: Emitted;
beforeAll(async () => {
  const { value } = checkWithoutLints(text);
  emitted = await emitInto({ program: value!, run: value!.runs[0]! });
});
afterAll(() => remove(emitted));

/** Two epochs by a prefetcher beside the same made here, the second begun after three batches; prints what agreed. */
const comparing = (module: string, fails = "", patience = 60_000) => `
import { augmentingOf } from "./augment.ts";
import { loadData } from "./data.ts";
import { augmentedBatches } from "./runtime/augment.ts";
import { epochOrder } from "./runtime/dataset.ts";
import { Prefetcher } from "./runtime/prefetch.ts";
import { startNodeThread } from "./runtime/prefetch-thread.ts";
const { train } = await loadData(3);
const augmenting = augmentingOf(train);
const prefetcher = new Prefetcher(startNodeThread(new URL(${JSON.stringify(module)}, import.meta.url)), -1, ${patience});
let [same, batches] = [0, 0];
for (const [epoch, done] of [[1, 0], [2, 3]] as const) {
  const at = { order: epochOrder(train.rows, 3, epoch), seed: 3, epoch, done };
  const here = augmentedBatches(train, at, ["image", "label"], 100, augmenting);
  for await (const batch of prefetcher.batches(train, at, ["image", "label"], 100, augmenting)) {
    const other = here.next().value!;
    batches++;
    const equal = ["image", "label"].every((name) => batch.fields[name]!.subarray(0, batch.rows).every((value, place) => Object.is(value, other.fields[name]![place])));
    if (equal && batch.number === other.number && batch.rows === other.rows) same++;
    // What the step would do meanwhile.
    const end = performance.now() + 5;
    while (performance.now() < end);
    ${fails}
  }
  if (!here.next().done) same = -1;
}
console.log(JSON.stringify({ batches, same, fetched: prefetcher.fetched }));
`;

async function compare(
  script: string,
): Promise<{ batches: number; same: number; fetched: number }> {
  writeFileSync(join(emitted.folder, "comparing.ts"), script);
  // Nothing ends the worker: the program must end all the same.
  const { stdout, stderr, code } = await runIn(emitted.folder, "comparing.ts");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof compare>>;
}

describe.runIf(several)("batches made by a worker", () => {
  test("have the bits of those made here, and the worker does not keep the program alive", async () => {
    // 15 batches, and 15 less 3; the first is made here.
    expect(await compare(comparing("./augment-worker.ts"))).toEqual({
      batches: 27,
      same: 27,
      fetched: 26,
    });
  }, 30_000);

  test("a worker that does not start costs nothing but time", async () => {
    expect(await compare(comparing("./there-is-no-such-file.ts"))).toEqual({
      batches: 27,
      same: 27,
      fetched: 0,
    });
  }, 30_000);

  test("nor does one that starts and never answers", async () => {
    writeFileSync(
      join(emitted.folder, "silent-worker.ts"),
      "setInterval(() => undefined, 1_000);\n",
    );
    expect(await compare(comparing("./silent-worker.ts", "", 300))).toEqual({
      batches: 27,
      same: 27,
      fetched: 0,
    });
  }, 30_000);

  test("one that ends in the middle neither", async () => {
    const result = await compare(
      comparing("./augment-worker.ts", "if (batches === 10) prefetcher.close();"),
    );
    expect(result).toMatchObject({ batches: 27, same: 27 });
    expect(result.fetched).toBeGreaterThan(5);
  }, 30_000);
});

test("runs that only move pixels carry no worker", async () => {
  const { value } = checkWithoutLints(
    text.replace("rotate(10 deg) then brightness(10%) then crop(7)", "pad_crop(2) then crop(7)"),
  );
  const other = await emitInto({ program: value!, run: value!.runs[0]! });
  remove(other);
  expect(
    other.files.map(({ path }) => path).filter((path) => /worker|prefetch|color|warp/.test(path)),
  ).toEqual([]);
  expect(emitted.files.map(({ path }) => path)).toContain("augment-worker.ts");
});
