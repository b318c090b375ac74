import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { gunzip } from "../../src/runtime/compression.ts";
import { UserError } from "../../src/runtime/errors.ts";
import { parseIdx } from "../../src/runtime/idx.ts";
import { parseNpy } from "../../src/runtime/npy.ts";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { readZip } from "../../src/runtime/zip.ts";

// Files that say they are more than they are, or are more than they say. Each must be refused in words, or read as what it is, before
// much memory is taken: what a file claims is never allocated.

interface Claims {
  readonly packed?: number;
  readonly size?: number;
  readonly method?: number;
  readonly offset?: number;
  readonly count?: number;
  readonly nameLength?: number;
}

/** An archive of one deflated file, whose directory claims what it is told to. */
function zip(content: Uint8Array, claims: Claims = {}, files = 1): Uint8Array {
  const packed = deflateRawSync(content, { level: 9 });
  const checksum = crc32(content);
  const name = Buffer.from("a.npy");
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entries = Array.from({ length: files }, (_, index) => {
    const own = Buffer.from(files === 1 ? "a.npy" : `${index}.npy`);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(claims.method ?? 8, 10);
    entry.writeUInt32LE(checksum, 16);
    entry.writeUInt32LE((claims.packed ?? packed.length) >>> 0, 20);
    entry.writeUInt32LE((claims.size ?? content.length) >>> 0, 24);
    entry.writeUInt16LE(claims.nameLength ?? own.length, 28);
    entry.writeUInt32LE((claims.offset ?? 0) >>> 0, 42);
    return Buffer.concat([entry, own]);
  });
  const body = Buffer.concat([local, name, packed]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(claims.count ?? files, 8);
  end.writeUInt16LE(claims.count ?? files, 10);
  end.writeUInt32LE(
    entries.reduce((sum, entry) => sum + entry.length, 0),
    12,
  );
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, ...entries, end]);
}

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);
const million = 2 ** 20;
const ends = [
  0,
  1,
  2 ** 16,
  2 ** 24,
  2 ** 29,
  2 ** 30,
  2 ** 30 + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 2,
  2 ** 32 - 1,
];

async function openAll(bytes: Uint8Array): Promise<void> {
  for (const open of readZip(bytes, "m").values()) await open();
}

function npyHeader(text: string, length = text.length): Uint8Array {
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, (length >> 8) & 255]),
    Buffer.from(text, "latin1"),
  ]);
}

function idx(type: number, shape: readonly number[], data = 6): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => head.writeUInt32BE(size >>> 0, 4 + 4 * axis));
  return Buffer.concat([head, zeros(data)]);
}

function safetensors(header: string, length: bigint = BigInt(header.length)): Uint8Array {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length);
  return Buffer.concat([size, Buffer.from(header), zeros(24)]);
}

const tensor = (shape: string, offsets: string): string =>
  `{"w":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}}`;

/** Ones in the place of the bytes between `from` and `to`, counted from the end. */
function endingIn(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return bytes.fill(1, bytes.length - from, bytes.length - to);
}

type Case = readonly [name: string, read: () => unknown];
const cases: readonly Case[] = [
  ...ends.map((size): Case => [
    `zip: 1 MiB that claims to be ${size} bytes`,
    () => openAll(zip(zeros(million), { size })),
  ]),
  ...ends.map((packed): Case => [
    `zip: packed into ${packed} bytes, it claims`,
    () => openAll(zip(zeros(million), { packed })),
  ]),
  ...[2 ** 16, 2 ** 31, 2 ** 32 - 1].map((offset): Case => [
    `zip: a file at ${offset}`,
    () => openAll(zip(zeros(100), { offset })),
  ]),
  ...[1, 6, 9, 12, 99, 65_535].map((method): Case => [
    `zip: method ${method}`,
    () => openAll(zip(zeros(100), { method })),
  ]),
  ...[2, 100, 65_534, 65_535].map((count): Case => [
    `zip: ${count} files, of which one is there`,
    () => openAll(zip(zeros(100), { count })),
  ]),
  [
    "zip: a name of 65,535 characters that is not there",
    () => openAll(zip(zeros(100), { nameLength: 65_535 })),
  ],
  [
    "zip: 60,000 files over one another, 1 GiB and more in all",
    () => readZip(zip(zeros(100_000), {}, 60_000), "m"),
  ],
  ["gzip: cut after its first bytes", () => gunzip(gzipSync(zeros(million)).subarray(0, 12), "m")],
  [
    "gzip: a checksum that is another's",
    () => gunzip(endingIn(gzipSync(zeros(million)), 8, 4), "m"),
  ],
  ["gzip: a length that is another's", () => gunzip(endingIn(gzipSync(zeros(million)), 4, 0), "m")],
  ["gzip: cut in the middle", () => gunzip(gzipSync(zeros(million)).subarray(0, 500), "m")],
  [
    "gzip: a ratio above any that the format can have",
    () => gunzip(gzipSync(zeros(100)).fill(0xff, 10), "m"),
  ],
  [
    "npy: 2^40 rows",
    () =>
      parseNpy(
        npyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }\n"),
        "m",
      ),
  ],
  [
    "npy: sizes whose product wraps around",
    () =>
      parseNpy(
        npyHeader(
          "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n",
        ),
        "m",
      ),
  ],
  [
    "npy: a negative size",
    () => parseNpy(npyHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }\n"), "m"),
  ],
  [
    "npy: a header of 65,535 bytes that is not there",
    () => parseNpy(npyHeader("{'descr': '<f4'", 65_535), "m"),
  ],
  [
    "npy: a shape of a thousand axes",
    () =>
      parseNpy(
        npyHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (${"2, ".repeat(1000)}), }\n`),
        "m",
      ),
  ],
  [
    "npy: objects, which would run code",
    () => parseNpy(npyHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"), "m"),
  ],
  ...[[2 ** 31], [2 ** 32 - 1], [2 ** 16, 2 ** 16], [2 ** 31, 2 ** 31, 2 ** 31]].map(
    (shape): Case => [`idx: ${shape.join(" x ")}`, () => parseIdx(idx(8, shape), "m")],
  ),
  [
    "idx: 255 axes",
    () =>
      parseIdx(
        idx(
          8,
          Array.from({ length: 255 }, () => 2),
        ),
        "m",
      ),
  ],
  [
    "safetensors: a header of 2^63 bytes",
    () => decodeSafetensors(safetensors(tensor("[6]", "[0,24]"), 2n ** 63n), "m"),
  ],
  [
    "safetensors: a header of 2^53 bytes",
    () => decodeSafetensors(safetensors(tensor("[6]", "[0,24]"), 2n ** 53n), "m"),
  ],
  [
    "safetensors: a shape of 2^52 numbers",
    () => decodeSafetensors(safetensors(tensor("[4503599627370496]", "[0,24]")), "m"),
  ],
  [
    "safetensors: a shape whose product wraps around",
    () => decodeSafetensors(safetensors(tensor("[4294967296,4294967296]", "[0,24]")), "m"),
  ],
  [
    "safetensors: data that ends before it begins",
    () => decodeSafetensors(safetensors(tensor("[6]", "[24,0]")), "m"),
  ],
  [
    "safetensors: data beyond the file",
    () => decodeSafetensors(safetensors(tensor("[600]", "[0,2400]")), "m"),
  ],
  [
    "safetensors: a negative place",
    () => decodeSafetensors(safetensors(tensor("[6]", "[-24,0]")), "m"),
  ],
  [
    "safetensors: two tensors over one another",
    () =>
      decodeSafetensors(
        safetensors(
          '{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}',
        ),
        "m",
      ),
  ],
];

describe("bombs", () => {
  test("there are sixty", () => expect(cases.length).toBeGreaterThanOrEqual(60));

  test.each(cases)(
    "%s",
    async (name, read) => {
      const before = process.memoryUsage().rss;
      let refused = false;
      try {
        await read();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refused = true;
      }
      // 1 MiB that says so is read; all others are refused.
      expect(refused, name).toBe(
        !new RegExp(`^zip: 1 MiB that claims to be ${million} bytes$`).test(name),
      );
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * million);
    },
    5000,
  );

  test("what is as it says is read", async () => {
    await expect(openAll(zip(zeros(million)))).resolves.toBeUndefined();
  });
});
