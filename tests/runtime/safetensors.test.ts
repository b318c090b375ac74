import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requireTensor } from "../../src/runtime/checkpoint.ts";
import { UserError } from "../../src/runtime/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
} from "../../src/runtime/safetensors.ts";

function fileOf(header: unknown, data = 0, length?: number | bigint): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length ?? text.length));
  return new Uint8Array(Buffer.concat([size, text, Buffer.alloc(data)]));
}
const tensor = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("safetensors", () => {
  test("what is written is read, bit for bit", () => {
    const one = fc
      .record({
        name: fc
          .string({ unit: "binary" })
          .filter((name) => name !== "__metadata__" && Buffer.from(name).toString() === name),
        shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      })
      .chain(({ name, shape }) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return fc
          .float32Array({ minLength: length, maxLength: length })
          .map((values): NamedTensor => ({ name, shape, values }));
      });
    const metadata = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: ({ name }) => name, maxLength: 6 }),
        metadata,
        (tensors, notes) => {
          const file = decodeSafetensors(encodeSafetensors(tensors, notes), "w");
          expect(file.tensors.size).toBe(tensors.length);
          for (const { name, shape, values } of tensors) {
            expect(file.tensors.get(name)?.shape).toEqual(shape);
            expect(new Uint32Array(file.tensors.get(name)!.values.buffer)).toEqual(
              new Uint32Array(Float32Array.from(values).buffer),
            );
          }
          expect(Object.entries(file.metadata)).toEqual(Object.entries(notes));
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });

  test("the layout is the published one", () => {
    const bytes = encodeSafetensors([{ name: "a", shape: [2], values: Float32Array.of(1, -2) }], {
      format: "pt",
    });
    const text =
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = Math.ceil(text.length / 8) * 8;
    expect(Buffer.from(bytes).readBigUInt64LE(0)).toBe(BigInt(padded));
    expect(Buffer.from(bytes.subarray(8, 8 + padded)).toString()).toBe(text.padEnd(padded));
    expect(Buffer.from(bytes.subarray(8 + padded)).toString("hex")).toBe("0000803f000000c0");
  });

  test("the writer refuses what cannot be read back", () => {
    const a = { name: "a", shape: [2], values: Float32Array.of(1, 2) };
    expect(() => encodeSafetensors([a, a])).toThrow('Two tensors are called "a".');
    expect(() => encodeSafetensors([{ ...a, name: "__metadata__" }])).toThrow(RangeError);
    expect(() => encodeSafetensors([{ ...a, shape: [3] }])).toThrow(
      '"a" of shape [3] has 2 values.',
    );
  });

  test("tensors may be listed in any order, and views are copied", () => {
    const file = decodeSafetensors(
      fileOf({ b: tensor([1], 4, 8), a: tensor([], 0, 4), none: tensor([0, 7], 4, 4) }, 8),
      "w",
    );
    expect([...file.tensors.keys()]).toEqual(["b", "a", "none"]);
    const shifted = new Uint8Array(
      encodeSafetensors([{ name: "a", shape: [1], values: Float32Array.of(5) }]).length + 3,
    );
    shifted.set(encodeSafetensors([{ name: "a", shape: [1], values: Float32Array.of(5) }]), 3);
    expect([...decodeSafetensors(shifted.subarray(3), "w").tensors.get("a")!.values]).toEqual([5]);
  });

  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "it is shorter than 8 bytes"],
    ["header longer than the file", fileOf({}, 0, 1000), "a header of 1000 bytes is claimed"],
    [
      "header of 2^63 bytes",
      fileOf({}, 0, 2n ** 63n),
      "a header of 9223372036854775808 bytes is claimed",
    ],
    ["header above 16 MB", fileOf(" ".repeat(17_000_000)), "a header of 17000000 bytes is claimed"],
    ["no JSON", fileOf("{a"), "its header is no JSON object"],
    ["a list", fileOf("[]"), "its header is no JSON object"],
    ["null", fileOf("null"), "its header is no JSON object"],
    [
      "a name twice",
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      'its header has "a" twice',
    ],
    [
      "a name twice, spelled differently",
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      'its header has "\\u0061" twice',
    ],
    [
      "a key twice inside",
      fileOf('{"a":{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      'its header has "dtype" twice',
    ],
    ["an entry that is a number", fileOf({ a: 1 }), 'the entry of "a" is no object'],
    ["negative size", fileOf({ a: tensor([-1], 0, 4) }, 4), 'the shape of "a" cannot be read'],
    ["broken size", fileOf({ a: tensor([0.5, 2], 0, 4) }, 4), 'the shape of "a" cannot be read'],
    ["size as text", fileOf({ a: tensor(["1"], 0, 4) }, 4), 'the shape of "a" cannot be read'],
    [
      "rank 9",
      fileOf({ a: tensor([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }, 4),
      'the shape of "a" cannot be read',
    ],
    [
      "product beyond 2^53",
      fileOf({ a: tensor([2 ** 40, 2 ** 40], 0, 4) }, 4),
      "cannot take 4 bytes",
    ],
    [
      "product that wraps 2^64 to 1",
      fileOf({ a: tensor([2 ** 32, 2 ** 32], 0, 0) }),
      "cannot take 0 bytes",
    ],
    [
      "three offsets",
      fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8),
      'the place of "a" cannot be read',
    ],
    ["end before begin", fileOf({ a: tensor([1], 4, 0) }, 4), "cannot take -4 bytes"],
    ["size against bytes", fileOf({ a: tensor([2], 0, 4) }, 4), "cannot take 4 bytes"],
    [
      "a hole at the start",
      fileOf({ a: tensor([1], 4, 8) }, 8),
      'tensor "a" should begin at byte 0, and does at 4',
    ],
    [
      "a hole between",
      fileOf({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12),
      'tensor "b" should begin at byte 4, and does at 8',
    ],
    [
      "an overlap",
      fileOf({ a: tensor([2], 0, 8), b: tensor([1], 4, 8) }, 8),
      'tensor "b" should begin at byte 8, and does at 4',
    ],
    [
      "bytes left over",
      fileOf({ a: tensor([1], 0, 4) }, 5),
      "its tensors take 4 bytes; 5 follow the header",
    ],
    [
      "bytes missing",
      fileOf({ a: tensor([2], 0, 8) }, 4),
      "its tensors take 8 bytes; 4 follow the header",
    ],
    ["metadata of numbers", fileOf({ __metadata__: { a: 1 } }), "its metadata are no texts"],
    ["metadata that is text", fileOf({ __metadata__: "a" }), "its metadata are no texts"],
    [
      "deep nesting",
      fileOf(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
      'the entry of "a" is no object',
    ],
  ])("%s is refused", (_, bytes, reason) => {
    const run = () => decodeSafetensors(bytes, "w.safetensors");
    expect(run).toThrow(UserError);
    expect(run).toThrow(reason);
  });

  test("another type is named", () => {
    expect(() => decodeSafetensors(fileOf({ a: tensor([2], 0, 4, "F16") }, 4), "w")).toThrow(
      'w: tensor "a" is of type "F16"; F32 can be read.',
    );
  });

  test("names that objects inherit are names like others", () => {
    const names = ["__proto__", "constructor", "toString", "12", "3"];
    const tensors = names.map((name, index) => ({
      name,
      shape: [1],
      values: Float32Array.of(index),
    }));
    const file = decodeSafetensors(encodeSafetensors(tensors), "w");
    for (const { name, values } of tensors)
      expect([...(file.tensors.get(name)?.values ?? [])]).toEqual([...values]);
  });

  test("a required tensor is there, with its shape", () => {
    const file = decodeSafetensors(
      encodeSafetensors([{ name: "h1.weight", shape: [2, 1], values: Float32Array.of(1, 2) }]),
      "w",
    );
    expect([...requireTensor(file, "h1.weight", [2, 1], "w")]).toEqual([1, 2]);
    expect(() => requireTensor(file, "h1.weight", [1, 2], "w")).toThrow(
      'w: "h1.weight" has the shape [2, 1]; the model needs [1, 2].',
    );
    expect(() => requireTensor(file, "h2.weight", [2, 1], "w")).toThrow(
      'w has no tensor "h2.weight".',
    );
  });
});
