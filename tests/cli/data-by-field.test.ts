import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { readAny } from "../../src/runtime/read-any.ts";
import { pathsByField, resolveData } from "../../src/tools/cli/data-paths.ts";
import { nnspec } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-by-field-"));
const rows = 40;
const fields = [
  { name: "x", shape: [2] },
  { name: "label", shape: [], classes: 2 },
];

/** NumPy's format 1.0, little-endian. */
function npy(type: "f4" | "u1", shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const header =
    `{'descr': '${type === "f4" ? "<f4" : "|u1"}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(
      117,
    ) + "\n";
  return Buffer.concat([
    Buffer.from([
      0x93,
      0x4e,
      0x55,
      0x4d,
      0x50,
      0x59,
      1,
      0,
      header.length & 255,
      header.length >> 8,
    ]),
    Buffer.from(header, "latin1"),
    bytes,
  ]);
}

function idx(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => head.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([head, bytes]);
}

beforeAll(() => {
  const points = Float32Array.from({ length: rows * 2 }, (_, place) => (place % 7) - 3);
  const labels = Uint8Array.from({ length: rows }, (_, row) => row % 2);
  writeFileSync(join(folder, "x.npy"), npy("f4", [rows, 2], new Uint8Array(points.buffer)));
  writeFileSync(join(folder, "y.npy"), npy("u1", [rows], labels));
  writeFileSync(join(folder, "short.npy"), npy("u1", [rows - 1], labels.slice(1)));
  writeFileSync(
    join(folder, "train-images-idx2-ubyte.gz"),
    gzipSync(
      idx(
        [rows, 2],
        Uint8Array.from({ length: rows * 2 }, (_, place) => place % 9),
      ),
    ),
  );
  writeFileSync(join(folder, "train-labels-idx1-ubyte"), idx([rows], labels));
  writeFileSync(
    join(folder, "model.nnspec"),
    `nnspec 1
dim B
data Points { x: f32[B, px: 2] label: class[B] of 2 }
model Net(x: f32[B, px: 2]) -> f32[B, 2] { return x -> dense(2) as logits }
train Net on Points { loss: cross_entropy(logits, label) epochs: 1 }
`,
  );
});

describe("files of one array are bound by field", () => {
  test("paths: each is made absolute; URLs and plain paths stay what they are", () => {
    expect([...pathsByField("x:a.npy,label:dir/b.npy")!]).toEqual([
      ["x", "a.npy"],
      ["label", "dir/b.npy"],
    ]);
    expect([...pathsByField("image:/tmp/a,b.npy,label:/tmp/c.npy")!]).toEqual([
      ["image", "/tmp/a,b.npy"],
      ["label", "/tmp/c.npy"],
    ]);
    for (const plain of ["a.npz", "dir/a:b.csv", "https://example.org/a.csv", "./a.npy"])
      expect(pathsByField(plain), plain).toBeUndefined();
    expect(resolveData("x:/a.npy,label:/b.npy")).toBe("x:/a.npy,label:/b.npy");
  });

  test("training reads .npy and gzipped IDX, and check compares their headers", () => {
    for (const data of [
      "Points=x:x.npy,label:y.npy",
      "Points=x:train-images-idx2-ubyte.gz,label:train-labels-idx1-ubyte",
    ]) {
      expect(nnspec(["check", "model.nnspec", "--data", data], { cwd: folder })).toMatchObject({
        status: 0,
      });
      const { status, stdout, stderr } = nnspec(
        ["train", "model.nnspec", "--data", data, "--format", "json", "--backend", "cpu"],
        { cwd: folder },
      );
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout.split("\n")[0]!)).toMatchObject({
        event: "start",
        rows: { train: rows },
      });
    }
  });

  test("what does not fit is told: rows, a field without a file, one file for two fields, a mixture", async () => {
    const short = nnspec(["check", "model.nnspec", "--data", "Points=x:x.npy,label:short.npy"], {
      cwd: folder,
    });
    expect(short.status).toBe(1);
    expect(short.stderr).toContain("as many rows as the first field, 40");
    await expect(readAny(fields, `x:${folder}/x.npy`)).rejects.toThrow(
      "names no file for the field label",
    );
    await expect(readAny(fields, `${folder}/x.npy`)).rejects.toThrow(
      "holds one array, and there are several fields",
    );
    await expect(
      readAny(fields, `x:${folder}/x.npy,label:${folder}/train-labels-idx1-ubyte`),
    ).rejects.toThrow("not all .npy, or not all IDX");
    const { rows: found } = await readAny([fields[0]!], `${folder}/x.npy`);
    expect(found).toBe(rows);
  });

  test("build, which copies what it reads, asks for the spec's own source", () => {
    const { status, stderr } = nnspec(
      ["build", "model.nnspec", "--out", "out", "--data", "Points=x:x.npy,label:y.npy"],
      { cwd: folder },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("source: npy(");
  });
});
