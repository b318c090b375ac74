import { expect, test } from "vitest";
import { encodeNpz } from "../../bench/npz.ts";
import { parseNpy } from "../../src/runtime/npy.ts";
import { readZip } from "../../src/runtime/zip.ts";

test("the runtime reads what the benchmarks write", async () => {
  const file = encodeNpz([
    { name: "image", shape: [2, 3], values: Float32Array.from([1, 2, 3, 4.5, 5, 6]) },
    { name: "label", shape: [2], values: Int32Array.from([7, -1]) },
  ]);
  const files = readZip(new Uint8Array(file), "test.npz");
  expect([...files.keys()]).toEqual(["image.npy", "label.npy"]);
  const image = parseNpy(await files.get("image.npy")!(), "image");
  expect([...image.shape]).toEqual([2, 3]);
  expect([...image.values].map(Number)).toEqual([1, 2, 3, 4.5, 5, 6]);
  const label = parseNpy(await files.get("label.npy")!(), "label");
  expect([...label.values].map(Number)).toEqual([7, -1]);
});
