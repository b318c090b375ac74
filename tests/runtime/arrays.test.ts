import { gzipSync } from "node:zlib";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseIdx } from "../../src/runtime/idx.ts";
import { parseNpy } from "../../src/runtime/npy.ts";
import { readIdx } from "../../src/runtime/read-idx.ts";
import { readNpy } from "../../src/runtime/read-npy.ts";
import { readNpz } from "../../src/runtime/read-npz.ts";
import { readZip } from "../../src/runtime/zip.ts";
import cases from "../fixtures/arrays.json" with { type: "json" };

interface Case {
  readonly name: string;
  readonly base64: string;
  readonly arrays: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
  >;
}
const all: readonly Case[] = cases as unknown as readonly Case[];
const bytesOf = ({ base64 }: Case) => new Uint8Array(Buffer.from(base64, "base64"));
const folder = mkdtempSync(join(tmpdir(), "nnspec-arrays-"));

/** The fixtures have what 32 bits hold. */
const rounded = (values: Iterable<unknown>): readonly number[] =>
  Array.from(values, (value) => Math.fround(Number(value)));

describe("NumPy's files", () => {
  test("numbers are as exact as the file has them", () => {
    const of = (code: string, bytes: ArrayBufferLike) =>
      parseNpy(
        Buffer.concat([
          npyOf(`{'descr': '<${code}', 'fortran_order': False, 'shape': (2,), }`, 0),
          new Uint8Array(bytes),
        ]),
        "a.npy",
      ).values;
    const times = Float64Array.of(1700000001, 1700000002);
    expect(of("f8", times.buffer)).toEqual(times);
    expect(of("i4", Int32Array.of(16777217, -16777219).buffer)).toEqual(
      Float64Array.of(16777217, -16777219),
    );
    const identities = BigInt64Array.of(9007199254740993n, -9007199254740993n);
    expect(of("i8", identities.buffer)).toEqual(identities);
    const large = BigUint64Array.of(2n ** 64n - 1n, 2n ** 64n - 2n);
    expect(of("u8", large.buffer)).toEqual(large);
  });

  test.each(all.filter(({ name }) => name.startsWith("npy")))("$name", (one) => {
    const array = parseNpy(bytesOf(one), "a.npy");
    expect(array.shape).toEqual(one.arrays[""]?.shape);
    expect(rounded(array.values)).toEqual(one.arrays[""]?.values);
  });

  test.each(all.filter(({ name }) => name.startsWith("npz")))("$name", async (one) => {
    const files = readZip(bytesOf(one), "a.npz");
    expect([...files.keys()].sort()).toEqual(["image.npy", "label.npy", "weight.npy"]);
    for (const [name, open] of files) {
      const array = parseNpy(await open(), name);
      const expected = one.arrays[name.replace(".npy", "")];
      expect({ shape: array.shape, values: rounded(array.values) }).toEqual(expected);
    }
  });

  test("a field takes the array of its name, or the one that is named", async () => {
    const one = all.find(({ name }) => name === "npz deflated")!;
    const path = join(folder, "a.npz");
    writeFileSync(path, bytesOf(one));
    const fields = [
      { name: "image", shape: [2, 2] },
      { name: "target", shape: [], classes: 100 },
    ];
    const data = await readNpz(fields, {
      path: "a.npz",
      directory: folder,
      fields: { target: "label" },
      group: "label",
    });
    expect(data.rows).toBe(5);
    expect(data.columns.get("image")?.shape).toEqual([2, 2]);
    expect([...data.columns.get("target")!.values].map(Number)).toEqual(
      one.arrays["label"]?.values,
    );
    expect(data.groups).toEqual(one.arrays["label"]?.values.map(String));
    await expect(readNpz([{ name: "imge", shape: [2, 2] }], { path })).rejects.toThrow(
      /a\.npz has no array "imge"/,
    );
  });

  test.each([
    ["no magic", () => new Uint8Array(20), "is no .npy file"],
    [
      "version 9",
      () => Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 9, 0, 0, 0, 0, 0),
      "has version 9",
    ],
    [
      "objects",
      () => npyOf("{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }", 8),
      'of type "O8"',
    ],
    [
      "records",
      () => npyOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4),
      "header that cannot be read",
    ],
    [
      "too short",
      () => npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8),
      "needs 12 bytes; it has 8",
    ],
    [
      "too long",
      () => npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 16),
      "needs 12 bytes; it has 16",
    ],
    [
      "huge",
      () =>
        npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }", 16),
      "is damaged",
    ],
    [
      "zero times huge",
      () =>
        npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 0), }", 0),
      "shape that cannot be read",
    ],
  ])("%s is refused", (_, make, message) => {
    expect(() => parseNpy(make(), "a.npy")).toThrow(message);
  });
});

function npyOf(header: string, size: number): Uint8Array {
  const text = Buffer.from(header);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]),
      text,
      Buffer.alloc(size),
    ]),
  );
}

describe("IDX", () => {
  const idxOf = (type: number, sizes: readonly number[], content: readonly number[]) =>
    Uint8Array.from([
      0,
      0,
      type,
      sizes.length,
      ...sizes.flatMap((size) => [0, 0, size >> 8, size & 255]),
      ...content,
    ]);

  test.each([
    ["unsigned bytes", 0x08, [0, 127, 255], [0, 127, 255]],
    ["signed bytes", 0x09, [0, 127, 255], [0, 127, -1]],
    ["short integers", 0x0b, [1, 0, 255, 255, 0, 2], [256, -1, 2]],
    ["integers", 0x0c, [0, 0, 1, 0, 255, 255, 255, 254, 0, 0, 0, 1], [256, -2, 1]],
    ["floats", 0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1, -2, 0]],
    [
      "doubles",
      0x0e,
      [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [1, -2, 0],
    ],
  ])("%s", (_, type, content, expected) => {
    const array = parseIdx(idxOf(type, [3], content), "a.idx");
    expect(array.shape).toEqual([3]);
    expect([...array.values]).toEqual(expected);
  });

  test("rank, order and gzip", async () => {
    writeFileSync(
      join(folder, "x"),
      gzipSync(idxOf(8, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
    );
    writeFileSync(join(folder, "y"), idxOf(8, [2], [1, 0]));
    const fields = [
      { name: "image", shape: [2, 3, 1] },
      { name: "label", shape: [], classes: 2 },
    ];
    const data = await readIdx(fields, { fields: { image: "x", label: "y" }, directory: folder });
    expect(data.rows).toBe(2);
    expect(data.columns.get("image")).toEqual({
      shape: [2, 3],
      values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    });
    await expect(readIdx(fields, { fields: { image: "x" }, directory: folder })).rejects.toThrow(
      'the field "label" has no file',
    );
    writeFileSync(join(folder, "z"), idxOf(8, [3], [1, 0, 1]));
    await expect(
      readIdx(fields, { fields: { image: "x", label: "z" }, directory: folder }),
    ).rejects.toThrow('the fields disagree: "image" has 2 rows, "label" has 3');
    await expect(
      readNpy(fields, { fields: { image: "x", label: "z" }, directory: folder }),
    ).rejects.toThrow("is no .npy file");
  });

  test.each([
    ["not IDX", Uint8Array.of(1, 0, 8, 1), "is no IDX file"],
    ["unknown type", Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), "is no IDX file"],
    ["rank 200", Uint8Array.of(0, 0, 8, 200, 0), "is damaged"],
    ["short", idxOf(8, [3], [1]), "3 numbers need 3 bytes; it has 1"],
    ["huge", Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255), "is damaged"],
    ["empty", new Uint8Array(0), "is no IDX file"],
  ])("%s is refused", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "a.idx")).toThrow(message);
  });
});
