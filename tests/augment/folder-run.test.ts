import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { emitInto, eventsOf, remove, runIn, type Emitted } from "../emit/support/folder.ts";
import { checkWithoutLints } from "../support/check-text.ts";

const sharp = await import("sharp").then(
  ({ default: made }) => made,
  () => undefined,
);
if (!sharp) process.stderr.write("sharp is not installed: training on images is NOT tested.\n");

/** Every way of looking at rows at once: pictures cut to size, dropout for Monte-Carlo, views, statistics of a file. */
const text = `nnspec 1
dim B
data Colours {
  image: f32[B, h: 6, w: 6, c: 3]
  label: class[B] of 3
  source: folder("colours")
  normalize: statistics("statistics.json")
  split: (train: 70%, test: 30%)
}
model Net(image: f32[B, h: 5, w: 5, c: 3]) -> f32[B, 3] { return image -> avg_pool(over: (h, w)) -> dropout(0.1) -> dense(3) as logits }
train Net on Colours {
  augment: crop(5) then pca_color(0.1)
  predict: average(crops(5) then flip(w))
  loss: cross_entropy(logits, label)
  batch: 7
  epochs: 15
  optimizer: adam(0.05)
}
`;

const colours = { blue: [30, 40, 200], green: [40, 180, 60], red: [210, 30, 40] } as const;

let emitted: Emitted;
beforeAll(async () => {
  const { value } = checkWithoutLints(text);
  const run = value!.runs[0]!;
  emitted = await emitInto({ program: value!, run });
  // The paths of this spec are those of files in the folder itself.
  for (const { path, text: own } of await emit(compileRun(run), value!, {}))
    writeFileSync(join(emitted.folder, path), own);
  writeFileSync(
    join(emitted.folder, "statistics.json"),
    JSON.stringify({ mean: [0.4, 0.35, 0.4], std: [0.3, 0.25, 0.3] }),
  );
  for (const [name, colour] of Object.entries(colours)) {
    mkdirSync(join(emitted.folder, "colours", name), { recursive: true });
    for (let number = 0; number < 10; number++) {
      const pixels = Uint8Array.from(
        { length: 8 * 9 * 3 },
        (_, place) => colour[place % 3]! + 25 * Math.sin(place * (number + 1)),
      );
      await sharp?.(pixels, { raw: { width: 8, height: 9, channels: 3 } }).toFile(
        join(emitted.folder, "colours", name, `${number}.png`),
      );
    }
  }
});
afterAll(() => remove(emitted));

describe.runIf(sharp)("a run on a folder of images", () => {
  test("trains, measures its views, and predicts image files plainly, over views and with noise on", async () => {
    const trained = await runIn(emitted.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
      "--run-dir",
      "run",
    ]);
    expect(trained.stderr).toBe("");
    expect(eventsOf(trained.stdout)[0]).toMatchObject({
      rows: { train: 21, validation: 0, test: 9 },
    });
    expect(eventsOf(trained.stdout).at(-1)).toMatchObject({ test: { accuracy: 1 } });
    const measured = await runIn(emitted.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
      "--evaluate",
      "run/last.safetensors",
      "--tta",
    ]);
    expect(eventsOf(measured.stdout).at(-1)).toMatchObject({
      test: { accuracy: 1, views_accuracy: 1 },
    });
    const other = await runIn(emitted.folder, "train.ts", [
      "--backend",
      "wasm",
      "--format",
      "json",
      "--evaluate",
      "run/last.safetensors",
      "--tta",
      "--data",
      "Colours=colours",
    ]);
    expect(other.stderr).toBe("");
    expect(eventsOf(other.stdout).at(-1)).toMatchObject({
      reason: "measured on 30 rows",
      test: { accuracy: 1, views_accuracy: 1 },
    });
    for (const options of [[], ["--samples", "20"]]) {
      const { stdout, stderr } = await runIn(emitted.folder, "predict.ts", [
        "--backend",
        "wasm",
        "--checkpoint",
        "run/last.safetensors",
        ...options,
        "colours/green/3.png",
      ]);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toMatchObject({ class: "green" });
    }
  }, 30_000);

  test("depends on sharp by its own word", () => {
    const { dependencies } = JSON.parse(
      emitted.files.find(({ path }) => path === "package.json")!.text,
    ) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies)).toEqual(["gpu.js", "sharp"]);
  });
});
