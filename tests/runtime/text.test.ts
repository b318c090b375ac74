import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import type { Field } from "../../src/runtime/dataset.ts";
import { prepareData, preparePart, type Part } from "../../src/runtime/prepare.ts";
import { preparationFromText, preparationToText } from "../../src/runtime/preparation-text.ts";
import { readCharacters } from "../../src/runtime/read-text.ts";
import { splitInOrder } from "../../src/runtime/split.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-text-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = "book.txt"): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const fields = (window: number, classes: number): readonly Field[] =>
  ["text", "next"].map((name) => ({ name, shape: [window], classes }));
const none = { split: { train: 0, validation: 0, test: 0 }, seed: 0 };

/** The characters of a part's rows, as they were written. */
function rowsOf({ dataset, rows }: Part, field: string): readonly string[] {
  const { values, size, classNames } = dataset.columns.get(field)!;
  return [...rows].map((row) =>
    Array.from(values.subarray(row * size, (row + 1) * size), (number) => classNames![number]).join(
      "",
    ),
  );
}

test.each(["book.txt", "book.txt.gz"])(
  "%s: rows are stretches of the text, and the same one character further on",
  async (name) => {
    const source = await readCharacters(fields(4, 30), {
      path: write("Ab cd\r\nefghij\u{1F600}k", name),
      window: 4,
    });
    const { train } = prepareData(fields(4, 30), { all: source }, none);
    expect(rowsOf(train, "text")).toEqual(["Ab c", "d\nef", "ghij"]);
    expect(rowsOf(train, "next")).toEqual(["b cd", "\nefg", "hij\u{1F600}"]);
  },
);

test("both fields number the alphabet of the whole file alike, a character that only one of them has included", async () => {
  const source = await readCharacters(fields(2, 30), {
    path: write("zyxwvut!"),
    window: 2,
    stride: 3,
  });
  const { train, preparation } = prepareData(fields(2, 30), { all: source }, none);
  expect(preparation.classNames["text"]).toEqual(["!", "t", "u", "v", "w", "x", "y", "z"]);
  expect(preparation.classNames["next"]).toEqual(preparation.classNames["text"]);
  expect(rowsOf(train, "text")).toEqual(["zy", "wv"]);
  // A prediction knows it too: other texts get the same numbers.
  const kept = preparationFromText(preparationToText(preparation), "weights");
  const other = await readCharacters(fields(2, 30), { path: write("tu!", "other.txt"), window: 2 });
  expect([...preparePart(fields(2, 30), other, kept).dataset.columns.get("text")!.values]).toEqual([
    1, 2,
  ]);
  const strange = await readCharacters(fields(2, 30), {
    path: write("tqu", "strange.txt"),
    window: 2,
  });
  expect(() => preparePart(fields(2, 30), strange, kept)).toThrow('the label "q" is none of');
});

test("too few classes, and a text that is too short, are told", async () => {
  const source = await readCharacters(fields(2, 5), { path: write("abcdefgh"), window: 2 });
  expect(() => prepareData(fields(2, 5), { all: source }, none)).toThrow(
    '"text" is declared with 5 classes; found 8 different labels',
  );
  await expect(
    readCharacters(fields(9, 30), { path: write("abcdefghi"), window: 9 }),
  ).rejects.toThrow("has 9 characters; a row needs 10");
  expect((await readCharacters(fields(9, 30), { path: write("abcdefghij"), window: 9 })).rows).toBe(
    1,
  );
});

test("parts are taken in the order of the text, whatever the seed, and share no character that is to be foreseen", async () => {
  const text = Array.from({ length: 400 }, (_, place) => String.fromCodePoint(0x4e00 + place)).join(
    "",
  );
  for (const [window, stride] of [
    [8, 8],
    [8, 3],
    [5, 1],
    [4, 9],
  ] as const) {
    const source = await readCharacters(fields(window, 500), { path: write(text), window, stride });
    const data = prepareData(
      fields(window, 500),
      { all: source },
      { split: { train: 0.6, validation: 0.2, test: 0.2 }, seed: 7 },
    );
    const foreseen = [data.train, data.validation!, data.test!].map((part) =>
      rowsOf(part, "next").join(""),
    );
    const places = foreseen.map((part) => [...part].map((character) => text.indexOf(character)));
    expect(Math.max(...places[0]!)).toBeLessThan(Math.min(...places[1]!));
    expect(Math.max(...places[1]!)).toBeLessThan(Math.min(...places[2]!));
    expect(data.train.rows[0]).toBe(0);
    expect(data.test!.rows.at(-1)).toBe(source.rows - 1);
  }
});

test("no row is left out where no part follows", () => {
  const {
    train,
    validation,
    test: rest,
  } = splitInOrder(10, { train: 0.8, validation: 0.2, test: 0 }, 2);
  expect([[...train], [...validation], [...rest]]).toEqual([[0, 1, 2, 3, 4, 5], [8, 9], []]);
  expect(splitInOrder(10, { train: 1, validation: 0, test: 0 }, 3).train).toHaveLength(10);
  expect(() => splitInOrder(10, { train: 0.8, validation: 0.2, test: 0 }, 9)).toThrow(
    "The train part of 80 % would be empty",
  );
});
