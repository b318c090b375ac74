import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../src/runtime/errors.ts";
import { readFolder } from "../../src/runtime/read-folder.ts";
import { checkData } from "../../src/tools/cli/check-data.ts";
import { checkWithoutLints } from "../support/check-text.ts";

const installed = await import("sharp").then(
  () => true,
  () => false,
);
if (!installed) process.stderr.write("sharp is not installed: reading images is NOT tested.\n");

/** A PNG by the format's own rules, so that sharp is not held against itself: 8 bits, 1 to 4 channels. */
function png(
  width: number,
  height: number,
  channels: 1 | 3 | 4,
  values: readonly number[],
): Buffer {
  const kind = { 1: 0, 3: 2, 4: 6 }[channels];
  const lines = Array.from({ length: height }, (_, y) => [
    0,
    ...values.slice(y * width * channels, (y + 1) * width * channels),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, kind, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(lines.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc(named));
  return Buffer.concat([length, named, check]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-images-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: Buffer | string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const fields = (channels = 3) => [
  { name: "image", shape: [2, 2, channels] },
  { name: "label", shape: [], classes: 2 },
];
const square = (channels: 1 | 3 | 4, start: number) =>
  png(
    2,
    2,
    channels,
    Array.from({ length: 4 * channels }, (_, place) => start + 5 * place),
  );

describe.runIf(installed)("a folder of images", () => {
  test("is read by the order of names, whatever the order on the disk, with the folders as labels", async () => {
    for (const path of ["rose/b.png", "daisy/2.png", "rose/a.png", "daisy/10.png"])
      put(path, square(3, path.length));
    put(".hidden/x.png", "no image");
    put("rose/.DS_Store", "nothing");
    const { rows, columns } = await readFolder(fields(), { path: folder });
    expect(rows).toBe(4);
    expect(columns.get("label")!.values).toEqual(["daisy", "daisy", "rose", "rose"]);
    const expected = [12, 11, 10, 10].flatMap((start) =>
      Array.from({ length: 12 }, (_, place) => Math.fround((start + 5 * place) / 255)),
    );
    expect([...(columns.get("image")!.values as Float32Array)]).toEqual(expected);
  });

  test("grey pictures have three equal channels where three are asked for; what is transparent lies on black", async () => {
    put("a/grey.png", square(1, 100));
    put(
      "b/clear.png",
      png(2, 2, 4, [200, 100, 50, 255, 200, 100, 50, 0, 255, 255, 255, 0, 9, 8, 7, 255]),
    );
    const values = [
      ...((await readFolder(fields(), { path: folder })).columns.get("image")!
        .values as Float32Array),
    ].map((value) => Math.round(value * 255));
    expect(values).toEqual([
      100, 100, 100, 105, 105, 105, 110, 110, 110, 115, 115, 115, 200, 100, 50, 0, 0, 0, 0, 0, 0, 9,
      8, 7,
    ]);
    const grey = await readFolder(fields(1), { path: folder });
    expect(
      [...(grey.columns.get("image")!.values as Float32Array)]
        .slice(0, 4)
        .map((value) => Math.round(value * 255)),
    ).toEqual([100, 105, 110, 115]);
  });

  test("a long picture gives its middle", async () => {
    // Six columns of one grey each: the two in the middle are left.
    put("a/wide.png", png(6, 2, 1, [10, 20, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60]));
    put("b/other.png", square(1, 0));
    const { columns } = await readFolder(fields(1), { path: folder });
    expect(
      [...(columns.get("image")!.values as Float32Array)]
        .slice(0, 4)
        .map((value) => Math.round(value * 255)),
    ).toEqual([30, 40, 30, 40]);
  });

  const told = (problem: Promise<unknown>) =>
    problem
      .then(
        () => "nothing",
        (error: unknown) =>
          error instanceof UserError ? [error.message, ...error.notes].join(" | ") : error,
      )
      .then((text) => String(text).replaceAll(folder, "images"));

  test("damaged pictures are all named", async () => {
    put("a/good.png", square(3, 0));
    put("a/cut.png", square(3, 0).subarray(0, 60));
    put("b/text.png", "this is no image");
    const message = await told(readFolder(fields(), { path: folder }));
    expect(message).toMatch(
      /^images\/a\/cut\.png cannot be read as an image: .+ \| images\/b\/text\.png cannot be read as an image: /,
    );
  });

  test("what is no image, empty folders and folders that are not there are told by name", async () => {
    put("a/good.png", square(3, 0));
    put("a/notes.txt", "");
    put("list.csv", "");
    expect(await told(readFolder(fields(), { path: folder }))).toMatch(
      /^images holds what is no image of a class: "list\.csv", "a\/notes\.txt"\. \| /,
    );
    mkdirSync(join(folder, "zebra"));
    expect(await told(readFolder(fields(), { path: folder }))).toBe(
      "images/zebra has no images in it.",
    );
    expect(await told(readFolder(fields(), { path: join(folder, "gone") }))).toBe(
      "images/gone cannot be read: there is no such folder.",
    );
    expect(await told(readFolder(fields(), { path: join(folder, "list.csv") }))).toBe(
      "images/list.csv cannot be read: it is no folder.",
    );
    expect(await told(readFolder(fields(2), { path: folder }))).toBe(
      'images: images have 1, 3 or 4 channels; "image" has 2.',
    );
    expect(await told(readFolder(fields().slice(0, 1), { path: folder }))).toMatch(
      /^images: a folder of images makes two fields/,
    );
  });
});

describe("check --data", () => {
  const spec = (classes: number) =>
    `nnspec 1\ndim B\ndata Flowers {\n  image: f32[B, h: 2, w: 2, c: 3]\n  label: class[B] of ${classes}\n  source: folder("flowers")\n}\n`;
  const findings = (classes: number) =>
    checkData(checkWithoutLints(spec(classes)).value!, new Map([["Flowers", folder]])).map(
      ({ code, message }) => `${code} ${message.replaceAll(folder, "images")}`,
    );

  test("counts the classes by the names of the folders alone", () => {
    put("rose/a.png", "not looked at");
    put("daisy/a.png", "");
    put(".git/a", "");
    expect(findings(2)).toEqual([]);
    expect(findings(3)).toEqual(["NN0614 `label` expects 3 classes, and images has 2 folders"]);
    mkdirSync(join(folder, "tulip"));
    expect(findings(3)).toEqual([
      "NN0614 `image` expects images in each folder, and images has none in `tulip`",
    ]);
  });
});
