import { describe, expect, test } from "vitest";
import { randomOf } from "../../src/runtime/picture.ts";
import { augmentedBatches, type Augmenting } from "../../src/runtime/augment.ts";
import { noise } from "../../src/runtime/augment-color.ts";
import { centreCrop, crop } from "../../src/runtime/augment-place.ts";
import type { Column, Dataset } from "../../src/runtime/dataset.ts";
import { exponential, logarithm } from "../../src/runtime/elementary.ts";
import { feedData } from "../../src/runtime/feed.ts";
import { betaFrom } from "../../src/runtime/mixup.ts";
import type { Part, PreparedData } from "../../src/runtime/prepare.ts";
import { mean, rows, variance } from "./support/pictures.ts";

describe("Beta(α, α)", () => {
  test.each([0.05, 0.2, 0.5, 1, 2, 8])("moments for α = %d", (alpha) => {
    const values = rows(20000).map((random) => betaFrom(random, alpha));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(5 * Math.sqrt(expected / 20000));
    expect(Math.abs(variance(values) / expected - 1)).toBeLessThan(0.05);
    // The fourth central moment: 3 / (16 (2 α + 1) (2 α + 3)).
    const fourth = mean(values.map((value) => (value - 0.5) ** 4));
    expect(Math.abs(fourth / (3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))) - 1)).toBeLessThan(
      0.08,
    );
  });

  test("α = 1 is uniform and α = 1/2 the arcsine law: Kolmogorov and Smirnov's distance", () => {
    const distance = (alpha: number, cumulative: (x: number) => number) => {
      const sorted = rows(10000)
        .map((random) => betaFrom(random, alpha))
        .sort((a, b) => a - b);
      return Math.max(
        ...sorted.map((value, place) => Math.abs(cumulative(value) - (place + 0.5) / 10000)),
      );
    };
    // 1.95 / √n is passed once in a thousand.
    expect(distance(1, (x) => x)).toBeLessThan(0.0195);
    expect(distance(0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)))).toBeLessThan(0.0195);
  });

  test("its logarithm and exponential are those of the library, to the last places", () => {
    for (const x of [1e-300, 1e-9, 0.3, 0.999, 1, 1.0001, 2, 7.5, 1e6])
      expect(logarithm(x)).toBeCloseTo(Math.log(x), 12);
    for (const x of [-600, -20, -1, -1e-9, 0, 0.5, 3, 40, 600])
      expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 12);
  });
});

const count = 40;
const image: Column = {
  field: { name: "image", shape: [3, 3, 1] },
  size: 9,
  values: Float32Array.from(
    { length: count * 9 },
    (_, place) => Math.floor(place / 9) * 100 + (place % 9),
  ),
};
const label: Column = {
  field: { name: "label", shape: [], classes: 4 },
  size: 1,
  values: Float32Array.from({ length: count }, (_, row) => row % 4),
};
const dataset: Dataset = {
  where: "test",
  rows: count,
  columns: new Map([
    ["image", image],
    ["label", label],
  ]),
};
const part: Part = { dataset, rows: Uint32Array.from({ length: 30 }, (_, row) => row) };
const prepared: PreparedData = {
  train: part,
  validation: { dataset, rows: Uint32Array.of(30, 31) },
  test: undefined,
  preparation: { classNames: {}, normalizations: {} },
  examples: [],
  notes: [],
};
const fed = feedData(
  prepared,
  new Map([
    ["image", { shape: [3, 3, 1], steps: [centreCrop(1, 1)] }],
    ["label", { classes: 4 }],
  ]),
);
const mixing: Augmenting = {
  fields: new Map([["image", { shape: [3, 3, 1], steps: [crop(1, 1)] }]]),
  mixup: { alpha: 0.4, fields: ["image", "label"] },
};

/** All rows of an epoch by their numbers, whatever the batches. */
function rowsOf(
  order: Uint32Array,
  capacity: number,
  augmenting: Augmenting,
  epoch = 1,
  done = 0,
  of = fed.train,
): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  for (const batch of augmentedBatches(
    of,
    { order, seed: 7, epoch, done },
    ["image", "label"],
    capacity,
    augmenting,
  ))
    for (let place = 0; place < batch.rows; place++) {
      const row = order[(batch.number - 1) * capacity + place]!;
      found.set(
        row,
        Object.values(batch.fields).flatMap((values) => [
          ...values.subarray(
            (place * values.length) / capacity,
            ((place + 1) * values.length) / capacity,
          ),
        ]),
      );
    }
  return found;
}

describe("mixup", () => {
  test("targets are distributions: they add up to 1, on two classes at most, in the shares of the inputs", () => {
    for (const [row, [pixel, ...target]] of rowsOf(part.rows, 8, mixing)) {
      expect(target.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      const random = randomOf(7, 1, row, "mixup");
      const other = part.rows[random.below(30)]!;
      const share = betaFrom(random, 0.4);
      const expected = [0, 1, 2, 3].map(
        (each) => (each === row % 4 ? share : 0) + (each === other % 4 ? 1 - share : 0),
      );
      target.forEach((value, each) => expect(value).toBeCloseTo(expected[each]!, 5));
      // The pixels of a row are within 8 of its hundreds, so the share can be read off the blend.
      expect(Math.abs(pixel! - (share * row + (1 - share) * other) * 100)).toBeLessThan(8.01);
    }
  });

  test("partners are rows of the training part alone, every one as likely", () => {
    const partners = Array.from({ length: 6000 }, (_, epoch) =>
      randomOf(7, epoch, 3, "mixup").below(30),
    );
    const counts = Array.from(
      { length: 30 },
      (_, row) => partners.filter((each) => each === row).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(200 - 6 * 14);
    expect(Math.max(...counts)).toBeLessThan(200 + 6 * 14);
  });
});

describe("rows of an epoch", () => {
  const backwards = part.rows.slice().reverse();

  test("are the same in whatever order and batches they come, and begin anywhere", () => {
    const whole = rowsOf(part.rows, 8, mixing);
    expect(rowsOf(backwards, 7, mixing)).toEqual(new Map([...whole].reverse()));
    expect(rowsOf(part.rows, 8, mixing, 1, 2)).toEqual(new Map([...whole].slice(16)));
  });

  test("are others in another epoch", () => {
    expect(rowsOf(part.rows, 8, mixing, 2)).not.toEqual(rowsOf(part.rows, 8, mixing, 1));
  });

  test("short last batches count their rows", () => {
    const sizes = [
      ...augmentedBatches(
        fed.train,
        { order: part.rows, seed: 7, epoch: 1, done: 0 },
        ["image"],
        8,
        mixing,
      ),
    ].map((batch) => [batch.number, batch.rows]);
    expect(sizes).toEqual([
      [1, 8],
      [2, 8],
      [3, 8],
      [4, 6],
    ]);
  });

  test("without anything cut to size the rows are augmented as they lie there, and stay as they were", () => {
    const before = image.values.slice();
    const plain: Augmenting = {
      fields: new Map([
        ["image", { shape: [3, 3, 1], steps: [noise(0.5, [{ least: 0, greatest: 1 }])] }],
      ]),
    };
    const made = rowsOf(part.rows, 8, plain, 1, 0, part);
    expect(image.values).toEqual(before);
    for (const [row, values] of made) {
      expect(
        values
          .slice(0, 9)
          .every(
            (value, place) =>
              value !== before[row * 9 + place] && Math.abs(value - before[row * 9 + place]!) < 4,
          ),
      ).toBe(true);
      expect(values[9]).toBe(row % 4);
    }
  });

  test("measuring sees the middle and labels as distributions; the original stays at hand", () => {
    expect([...fed.validation!.dataset.columns.get("image")!.values.subarray(30, 32)]).toEqual([
      3004, 3104,
    ]);
    expect([...fed.validation!.dataset.columns.get("label")!.values.subarray(120, 128)]).toEqual([
      0, 0, 1, 0, 0, 0, 0, 1,
    ]);
    expect(fed.train.dataset).toBe(fed.validation!.dataset);
    expect(fed.train.original).toBe(dataset);
  });
});
