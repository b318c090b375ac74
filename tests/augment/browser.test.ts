import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { emitInto, remove } from "../emit/support/folder.ts";
import { checkWithoutLints } from "../support/check-text.ts";
import { chromium, launchChromium, skipLoudly } from "../support/gl.ts";

const text = `nnspec 1
dim B
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
}
model Net(image: f32[B, h: 7, w: 7, c: 1]) -> f32[B, 10] { return image -> flatten -> dense(10) as logits }
train Net on Digits {
  augment: rotate(10 deg) then brightness(10%) then crop(7)
  loss: cross_entropy(logits, label)
}
`;

/** The batches of a worker beside those made in the page, on pictures made up here; the second worker is not there. */
const page = `
import { augmentingOf } from "./augment.ts";
import { augmentedBatches } from "./runtime/augment.ts";
import { Prefetcher } from "./runtime/prefetch.ts";
import { startPageThread } from "./runtime/prefetch-thread.ts";
const rows = 200;
const column = (size: number) => ({ field: { name: "image", shape: [size] }, size, values: Float32Array.from({ length: rows * size }, (_, place) => Math.sin(place)) });
const whole = { where: "page", rows, columns: new Map([["image", column(64)]]) };
const cut = { where: "page", rows, columns: new Map([["image", column(49)]]) };
const part = { dataset: cut, original: whole, rows: Uint32Array.from({ length: rows }, (_, row) => row) };
const augmenting = augmentingOf(part);
async function compare(path: string) {
  const prefetcher = new Prefetcher(startPageThread(() => new Worker(path, { type: "module" })), -1);
  const at = { order: part.rows, seed: 3, epoch: 1, done: 0 };
  const here = augmentedBatches(part, at, ["image"], 32, augmenting);
  let same = 0;
  for await (const batch of prefetcher.batches(part, at, ["image"], 32, augmenting)) {
    const other = here.next().value!;
    if (batch.fields["image"]!.subarray(0, batch.rows * 49).every((value, place) => Object.is(value, other.fields["image"]![place]))) same++;
  }
  prefetcher.close();
  return [same, prefetcher.fetched];
}
(globalThis as { outcome?: unknown }).outcome = (async () => [await compare("/augment-worker.ts"), await compare("/there-is-none.ts")])();
`;

test.skipIf(skipLoudly("batches made by a worker in Chromium", chromium()))(
  "a worker of a page makes the same bits, and one that cannot start is done without",
  async () => {
    const { value } = checkWithoutLints(text);
    const emitted = await emitInto({ program: value!, run: value!.runs[0]! });
    writeFileSync(join(emitted.folder, "page.ts"), page);
    const bundle = async (file: string): Promise<string> => {
      const { outputFiles } = await build({
        entryPoints: [join(emitted.folder, file)],
        bundle: true,
        write: false,
        format: "esm",
        platform: "browser",
        target: "es2023",
        logLevel: "silent",
      });
      return outputFiles[0]!.text;
    };
    const files = new Map([
      ["/page.js", await bundle("page.ts")],
      ["/augment-worker.ts", await bundle("augment-worker.ts")],
    ]);
    const server = createServer(({ url }, response) => {
      const script = files.get(url ?? "");
      response.writeHead(url === "/" || script !== undefined ? 200 : 404, {
        "content-type": script === undefined ? "text/html" : "text/javascript",
      });
      response.end(script ?? '<script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((settle) => void server.listen(0, "127.0.0.1", settle));
    const browser = await launchChromium();
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await tab.waitForFunction(() => "outcome" in globalThis);
      const outcome = await tab.evaluate(
        () => (globalThis as unknown as { outcome: Promise<unknown> }).outcome,
      );
      // 7 batches; the first is made in the page.
      expect(outcome).toEqual([
        [7, 6],
        [7, 0],
      ]);
    } finally {
      await browser.close();
      server.close();
      remove(emitted);
    }
  },
  60_000,
);
