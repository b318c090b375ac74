import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gunzip } from "../../src/runtime/compression.ts";
import { bindFields } from "../../src/runtime/dataset.ts";
import { UserError } from "../../src/runtime/errors.ts";
import { decodeText } from "../../src/runtime/files.ts";
import { parseIdx } from "../../src/runtime/idx.ts";
import { parseNpy } from "../../src/runtime/npy.ts";
import { integerBelow, randomStream, randomWords } from "../../src/runtime/random.ts";
import { readTable } from "../../src/runtime/read-csv.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/runtime/safetensors.ts";
import { readZip } from "../../src/runtime/zip.ts";
import cases from "../fixtures/arrays.json" with { type: "json" };

/** More for a thorough run: MUTANTS=200000 npx vitest run tests/runtime/mutants.test.ts */
const COUNT = Number(process.env["MUTANTS"] ?? 3000);

const fixture = (name: string) =>
  new Uint8Array(Buffer.from(cases.find((one) => one.name === name)!.base64, "base64"));
const fields = [
  { name: "x", shape: [2] },
  { name: "kind", shape: [], classes: 3 },
];
const csv = new TextEncoder().encode('a,b,kind\n1,2,"red"\r\n3,4e-2,green\n"5",-6,"blue"\n');
const tensors = encodeSafetensors(
  [
    { name: "h1.weight", shape: [2, 3], values: new Float32Array(6).fill(1) },
    { name: "h1.bias", shape: [3], values: new Float32Array(3) },
  ],
  { run: "Mlp" },
);

const FORMATS: readonly (readonly [
  name: string,
  seed: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
])[] = [
  [
    "csv",
    csv,
    (bytes) =>
      bindFields(fields, [
        readTable(fields, decodeText(bytes, "m"), { path: "m", target: "kind" }),
      ]),
  ],
  [
    "csv.gz",
    gzipSync(csv),
    async (bytes) =>
      bindFields(fields, [
        readTable(fields, decodeText(await gunzip(bytes, "m"), "m"), { path: "m", target: "kind" }),
      ]),
  ],
  [
    "idx",
    Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6]),
    (bytes) => parseIdx(bytes, "m"),
  ],
  ["npy", fixture("npy shape (2, 3, 4)"), (bytes) => parseNpy(bytes, "m")],
  [
    "npy in Fortran order",
    fixture("npy Fortran shape (2, 1, 3, 2)"),
    (bytes) => parseNpy(bytes, "m"),
  ],
  ["npz stored", fixture("npz stored"), readAll],
  ["npz deflated", fixture("npz deflated"), readAll],
  ["safetensors", tensors, (bytes) => decodeSafetensors(bytes, "m")],
];

async function readAll(bytes: Uint8Array): Promise<void> {
  for (const [name, open] of readZip(bytes, "m")) parseNpy(await open(), name);
}

/** One to four changes: a bit, a byte, a cut, an insertion, a piece copied elsewhere, a run of one interesting byte. */
function mutate(seed: Uint8Array, next: (bound: number) => number): Uint8Array {
  let bytes = Uint8Array.from(seed);
  for (let changes = 1 + next(4); changes > 0 && bytes.length > 0; changes--) {
    const place = next(bytes.length);
    const length = Math.min(1 + next(8), bytes.length - place);
    switch (next(6)) {
      case 0:
        bytes[place]! ^= 1 << next(8);
        break;
      case 1:
        bytes[place] = next(256);
        break;
      case 2:
        bytes = bytes.slice(0, place);
        break;
      case 3:
        bytes = Uint8Array.from([
          ...bytes.subarray(0, place),
          ...Array.from({ length }, () => next(256)),
          ...bytes.subarray(place),
        ]);
        break;
      case 4:
        bytes.copyWithin(next(bytes.length), place, place + length);
        break;
      default:
        bytes.fill([0, 255, 0x7f, 0x80, 34, 44, 10, 0x7b][next(8)]!, place, place + length);
    }
  }
  return bytes;
}

describe.each(FORMATS)("%s", (name, seed, read) => {
  test(
    `${COUNT} mutants are read or refused in words, in bounded memory`,
    { timeout: 600_000 },
    async () => {
      await read(seed);
      const words = randomWords(randomStream(1, name), 0);
      const before = process.memoryUsage().rss;
      let refused = 0;
      let most = 0;
      for (let index = 0; index < COUNT; index++) {
        const bytes = mutate(seed, (bound) => integerBelow(words, bound));
        try {
          await read(bytes);
        } catch (error) {
          if (!(error instanceof UserError))
            throw new Error(`${name}, mutant ${index}: ${Buffer.from(bytes).toString("base64")}`, {
              cause: error,
            });
          refused += 1;
        }
        if (index % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
      }
      expect(refused).toBeGreaterThan(COUNT / 20);
      expect(most - before).toBeLessThan(256 * 2 ** 20);
    },
  );
});

describe("bombs", () => {
  const zeros = (megabytes: number) => gzipSync(new Uint8Array(megabytes * 2 ** 20), { level: 9 });

  test("gzip: what is above the bound is refused while it is unpacked", async () => {
    expect(await gunzip(zeros(20), "m")).toHaveLength(20 * 2 ** 20);
    const start = process.memoryUsage().rss;
    // Twice gzipped: the inner file of 64 MB unpacks, its content is refused by nobody but stays packed.
    const twice = gzipSync(zeros(64));
    expect((await gunzip(twice, "m")).length).toBeLessThan(2 ** 20);
    await expect(
      gunzip(Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), "m"),
    ).rejects.toThrow("m is damaged");
    expect(process.memoryUsage().rss - start).toBeLessThan(300 * 2 ** 20);
  });

  test("zip: sizes that lie are found out", async () => {
    const bytes = fixture("npz deflated");
    const view = new DataView(bytes.buffer);
    const end = bytes.length - 22;
    const directory = view.getUint32(end + 16, true);
    const claim = (size: number) => {
      const changed = Uint8Array.from(bytes);
      new DataView(changed.buffer).setUint32(directory + 24, size, true);
      return changed;
    };
    const first = (changed: Uint8Array) => [...readZip(changed, "m").values()][0]!();
    await expect(first(claim(10))).rejects.toThrow("is refused: it unpacks to more than 10 bytes");
    await expect(first(claim(100_000))).rejects.toThrow(
      /damaged: it should unpack to 100000 bytes/,
    );
    await expect(first(claim(2 ** 29))).rejects.toThrow(
      "is refused: it claims to unpack to 536870912 bytes",
    );
    expect(() => readZip(claim(2 ** 32 - 1), "m")).toThrow("m is refused: it unpacks to");
  });

  test("zip: overlapping, repeated, encrypted and cut files", async () => {
    const bytes = fixture("npz stored");
    expect(() => readZip(bytes.subarray(0, bytes.length - 30), "m")).toThrow("m is no ZIP archive");
    expect(() => readZip(new Uint8Array(0), "m")).toThrow("m is no ZIP archive");
    expect(() => readZip(Uint8Array.from(readFileSync("package.json")), "m")).toThrow(
      "m is no ZIP archive",
    );
    const view = new DataView(Uint8Array.from(bytes).buffer);
    const directory = view.getUint32(bytes.length - 22 + 16, true);
    view.setUint16(directory + 8, 1, true);
    expect(() => readZip(new Uint8Array(view.buffer), "m")).toThrow(
      "encrypted files cannot be read",
    );
    const changed = Uint8Array.from(bytes);
    changed[200]! ^= 1;
    const results = await Promise.allSettled(
      [...readZip(changed, "m").values()].map((open) => open()),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
  });
});
