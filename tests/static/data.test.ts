import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkData } from "../../src/tools/cli/check-data.ts";
import { readFileSync } from "node:fs";
import { checkText } from "../support/check-text.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-data-"));
const arrays = JSON.parse(readFileSync("tests/fixtures/arrays.json", "utf8")) as readonly {
  readonly name: string;
  readonly base64: string;
}[];

/** What is said of a file bound to data with the given fields. */
function said(
  fields: string,
  name: string,
  content: Uint8Array | string,
  source = "",
): readonly string[] {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { value, diagnostics } = checkText(
    `nnspec 1\ndim B\ndata Points {\n${fields}\n${source}\n}\n`,
  );
  expect(
    diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
  ).toEqual([]);
  return checkData(value!, new Map([["Points", path]])).map(
    ({ code, message }) => `${code} ${message.replaceAll(path, name)}`,
  );
}

function npy(shape: readonly number[], type = "<f4", dataBytes = 0): Uint8Array {
  const text =
    `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) +
    "\n";
  const head = Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]),
    Buffer.from(text),
  ]);
  return Buffer.concat([head, Buffer.alloc(dataBytes)]);
}

function idx(...shape: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return header;
}

const image = "image: f32[B, h: 28, w: 28]\nlabel: class[B] of 3";

describe("arrays, by their headers alone", () => {
  test("of the right shape are silent, packed or not", () => {
    expect(said(image, "a.npy", npy([100, 28, 28]))).toEqual([]);
    expect(said(image, "a.npy.gz", gzipSync(npy([100, 28, 28], "<f4", 500_000)))).toEqual([]);
    expect(said(image, "train-images-idx3-ubyte", idx(60_000, 28, 28))).toEqual([]);
  });

  test("of other shapes and types are told", () => {
    expect(said(image, "b.npy", npy([100, 28, 27]))).toEqual([
      "NN0614 `image` expects [rows, 28, 28], and b.npy has [100, 28, 27]",
    ]);
    expect(said(image, "c.idx", idx(100, 784))).toEqual([
      "NN0614 `image` expects [rows, 28, 28], and c.idx has [100, 784]",
    ]);
    expect(said(image, "d.npy", npy([100, 28, 28], "<c8"))).toEqual([
      expect.stringContaining("numbers of type c8"),
    ]);
  });

  test("that are damaged, missing or of no known kind are told", () => {
    expect(said(image, "e.npy", "hello")).toEqual([
      expect.stringMatching(/^NN0615 .*no \.npy file/),
    ]);
    expect(said(image, "f.idx.gz", Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toEqual([
      expect.stringMatching(/^NN0615 .*damaged/),
    ]);
    expect(said(image, "g.png", "x")).toEqual([
      expect.stringContaining("does not tell what it is"),
    ]);
    const { value } = checkText(`nnspec 1\ndim B\ndata Points {\n${image}\n}\n`);
    expect(
      checkData(value!, new Map([["Points", join(folder, "none.npy")]]))[0]!.message,
    ).toContain("there is no such file");
    expect(() => checkData(value!, new Map([["Point", "none.npy"]]))).toThrow(
      "did you mean Points?",
    );
  });

  test("of an archive are found by their names", () => {
    const archive = stored([
      ["image.npy", npy([10, 28, 28])],
      ["label.npy", npy([9], "<i8")],
    ]);
    expect(said(image, "h.npz", archive)).toEqual([
      "NN0614 `label` expects as many rows as the first field, 10, and h.npz has 9",
    ]);
    expect(
      said(
        image,
        "i.npz",
        stored([
          ["image.npy", npy([10, 28, 28])],
          ["y.npy", npy([10, 3])],
        ]),
      ),
    ).toEqual(["NN0614 `label` expects an array `label`, and i.npz has only `image`, `y`"]);
    expect(
      said(
        image,
        "j.npz",
        stored([
          ["image.npy", npy([10, 28, 28])],
          ["label.npy", npy([10, 3])],
        ]),
      ),
    ).toEqual(["NN0614 `label` expects one label a row, [rows], and j.npz has [10, 3]"]);
  });

  test.each(["npz stored", "npz deflated"])("as NumPy writes them: %s", (name) => {
    const found = arrays.find((each) => each.name === name);
    const bytes = Buffer.from(found!.base64, "base64");
    expect(said("image: f32[B, h: 2, w: 2]", `${name}.npz`, bytes)).toEqual([]);
    expect(said("image: f32[B, h: 2, w: 3]", `${name}.npz`, bytes)).toEqual([
      expect.stringContaining("[5, 2, 2]"),
    ]);
  });
});

/** A ZIP archive of stored files; checksums are 0, because contents are not what is looked at. */
function stored(files: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), Buffer.from(content));
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

describe("tables, by their heading and first rows", () => {
  const fields = "x: f32[B, c: 2]\nkind: class[B] of 2";
  const source = 'source: csv("t.csv", target: "kind", ignore: "id")';

  test("that fit are silent", () => {
    expect(said(fields, "a.csv", "id,a,b,kind\n1,0.5,1e3,red\n2,1,2,blue\n", source)).toEqual([]);
    expect(said(fields, "a.tsv.gz", gzipSync("id\ta\tb\tkind\n1\t0.5\t1\tred\n"), source)).toEqual(
      [],
    );
  });

  test("that do not are told: columns, numbers, classes", () => {
    expect(said(fields, "b.csv", "id,a,b,c,kind\n1,1,1,1,red\n", source)).toEqual([
      "NN0614 `x` expects 2 columns, and b.csv has 3 for it",
    ]);
    expect(said(fields, "c.csv", "id,a,b,sort\n1,1,1,red\n", source)).toEqual([
      expect.stringContaining("`x` expects 2 columns"),
      "NN0614 `kind` expects a column `kind`, and c.csv has the columns `id`, `a`, `b`, `sort`",
    ]);
    expect(said(fields, "d.csv", "id,a,b,kind\n1,1,x,red\n", source)).toEqual([
      "NN0614 `x` expects numbers, and d.csv has `x`",
    ]);
    expect(
      said(fields, "e.csv", "id,a,b,kind\n1,1,1,red\n1,1,1,green\n1,1,1,blue\n", source),
    ).toEqual(["NN0614 `kind` expects 2 classes, and e.csv has at least 3 different labels"]);
  });

  test("a long table is looked at only where it begins, up to a whole line", () => {
    const long = `id,a,b,kind\n${"1,1,1,red\n".repeat(20_000)}1,oops\n`;
    expect(said(fields, "long.csv", long, source)).toEqual([]);
  });

  test("the bundled data fit their specs", () => {
    for (const [path, name, file] of [
      ["examples/digits.nnspec", "Digits", "examples/data/digits.csv.gz"],
      ["examples/iris.nnspec", "Iris", "examples/data/iris.csv"],
    ] as const) {
      const { value } = checkText(readFileSync(path, "utf8"), path);
      expect(value!.data.map((data) => data.name)).toContain(name);
      expect(checkData(value!, new Map([[name, file]]))).toEqual([]);
    }
  });
});

describe("texts, by their beginning", () => {
  const fields = "text: class[B, t: 8] of 5\nnext: class[B, t: 8] of 5";
  const source = 'source: text("book.txt", window: 8)';
  test("of few enough characters are silent, of too many or too few are told", () => {
    expect(said(fields, "a.txt", "abcdabcdabcd", source)).toEqual([]);
    expect(said(fields, "b.txt.gz", gzipSync("abcdefgh\n"), source)).toEqual([
      "NN0614 `text` expects 5 different characters, and b.txt.gz has 9",
    ]);
    expect(said(fields, "c.txt", "abcabcab", source)).toEqual([
      "NN0614 `text` expects a text of at least 9 characters, and c.txt has 8 (8 bytes)",
    ]);
    expect(said(fields, "d.txt", "abcdef".repeat(50_000), source)).toEqual([
      "NN0614 `text` expects 5 different characters, and d.txt has at least 6",
    ]);
  });
});
