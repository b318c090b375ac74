import { describe, expect, test } from "vitest";
import { makeShapes } from "../../src/runtime/make-shapes.ts";

const fields = [
  { name: "picture", shape: [16, 12, 1] },
  { name: "kind", shape: [16, 12], classes: 3 },
];

async function drawn(source: Parameters<typeof makeShapes>[1]) {
  const { rows, columns } = await makeShapes(fields, source);
  const numbers = (name: string) => columns.get(name)!.values as Float32Array;
  return { rows, picture: numbers("picture"), kind: numbers("kind") };
}

describe("drawn pictures of a disc and a square", () => {
  test("without noise every pixel of a kind has one brightness, and the square is whole", async () => {
    const { rows, picture, kind } = await drawn({ pictures: 20, noise: 0, seed: 5 });
    expect(rows).toBe(20);
    for (let row = 0; row < rows; row++) {
      const pixels = Array.from({ length: 16 * 12 }, (_, place) => place);
      const places = (label: number) => pixels.filter((place) => kind[row * 192 + place] === label);
      expect(places(0).length + places(1).length + places(2).length).toBe(192);
      for (const [label, least, most] of [
        [0, 0, 0.3],
        [1, 0.5, 1],
        [2, 0.5, 1],
      ] as const) {
        const shades = new Set(places(label).map((place) => picture[row * 192 + place]!));
        expect(shades.size).toBeLessThanOrEqual(1);
        for (const shade of shades) {
          expect(shade).toBeGreaterThanOrEqual(least);
          expect(shade).toBeLessThanOrEqual(most);
        }
      }
      // The square is in front: as many pixels as its sides say, 3 to 6 of each.
      const [down, across] = [
        new Set(places(2).map((place) => Math.floor(place / 12))),
        new Set(places(2).map((place) => place % 12)),
      ];
      expect(places(2).length).toBe(down.size * across.size);
      expect(Math.min(down.size, across.size)).toBeGreaterThanOrEqual(2);
      expect(Math.max(down.size, across.size)).toBeLessThanOrEqual(7);
    }
  });

  test("a seed makes the same pictures again, another one others; noise has the deviation that is asked for", async () => {
    const first = await drawn({ pictures: 50, noise: 0, seed: 1 });
    expect((await drawn({ pictures: 50, noise: 0, seed: 1 })).picture).toEqual(first.picture);
    expect((await drawn({ pictures: 50, noise: 0, seed: 2 })).kind).not.toEqual(first.kind);
    const { picture } = await drawn({ pictures: 1, noise: 0.2, seed: 1 });
    const ground = [...picture].filter((_, place) => first.kind[place] === 0);
    const mean = ground.reduce((sum, each) => sum + each, 0) / ground.length;
    const variance = ground.reduce((sum, each) => sum + (each - mean) ** 2, 0) / ground.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(0.16);
    expect(Math.sqrt(variance)).toBeLessThan(0.24);
  });

  test("one field is not enough", async () => {
    await expect(makeShapes(fields.slice(0, 1), {})).rejects.toThrow(
      "shapes gives two fields: the picture and the labels of its pixels.",
    );
  });
});
