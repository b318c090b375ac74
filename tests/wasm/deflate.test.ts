import { deflateRawSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { deflate } from "../../src/compiler/base/deflate.ts";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { multilayerPerceptron, numbersFrom } from "../support/networks.ts";

function expectBack(bytes: Uint8Array, what: string): void {
  expect(Buffer.compare(inflateRawSync(deflate(bytes)), bytes), what).toBe(0);
}

test("zlib unpacks what was packed: nothing, one byte, runs of every length, noise, text, far repeats", () => {
  const next = numbersFrom(5);
  for (let length = 0; length <= 300; length++)
    expectBack(new Uint8Array(length).fill(7), `${length} equal bytes`);
  for (const alphabet of [1, 2, 3, 17, 256]) {
    for (const length of [1, 2, 3, 4, 1000, 70_000])
      expectBack(
        Uint8Array.from({ length }, () => Math.floor(next() * alphabet)),
        `${length} bytes of ${alphabet}`,
      );
  }
  const far = Uint8Array.from({ length: 100_000 }, () => Math.floor(next() * 256));
  for (const distance of [1, 2, 4, 5, 255, 256, 257, 32_767, 32_768, 32_769]) {
    far.copyWithin(40_000, 40_000 - distance, 40_000 - distance + Math.min(distance, 400));
    expectBack(far, `a repeat ${distance} back`);
  }
});

test("codes of very uneven frequencies are no longer than fifteen bits", () => {
  // Frequencies of Fibonacci's numbers make Huffman's code as deep as it can be.
  const counts = [1, 1];
  while (counts.length < 24) counts.push(counts.at(-1)! + counts.at(-2)!);
  const next = numbersFrom(6);
  const symbols = counts.flatMap((count, symbol) => Array.from({ length: count }, () => symbol));
  expectBack(
    Uint8Array.from(symbols, (symbol) => symbol),
    "sorted",
  );
  expectBack(
    Uint8Array.from(
      symbols.map((symbol) => [next(), symbol] as const).toSorted((a, b) => a[0] - b[0]),
      ([, symbol]) => symbol,
    ),
    "mixed",
  );
});

test("a module packs about as well as by zlib", () => {
  const network = multilayerPerceptron(64, 70, 36, 10);
  const { bytes } = emitWasm({ train: schedule("train", network.graph, network.capacity) });
  expectBack(bytes, "module");
  expect(deflate(bytes).length).toBeLessThan(1.03 * deflateRawSync(bytes, { level: 9 }).length);
});
