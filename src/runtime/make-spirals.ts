import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { normalFrom, randomStream, randomWords, turn, uniformFrom } from "./random.ts";

/** Intertwined spirals: `points` for each class; each winds `turns` times around; `noise` is a standard deviation. */
export interface SpiralSource {
  readonly points?: number;
  readonly classes?: number;
  readonly turns?: number;
  readonly noise?: number;
  readonly seed?: number;
}

/**
 * The first field holds the two coordinates, the second the class. Class k: with s drawn evenly from [0, 1), the angle is
 * 2π (k / classes + turns · s), the point s (cos angle, sin angle) + noise · N(0, 1).
 */
export async function makeSpirals(
  fields: readonly Field[],
  source: SpiralSource,
): Promise<RawData> {
  const { points = 200, classes = 2, turns = 1.5, noise = 0.02, seed = 0 } = source;
  const [place, label] = fields;
  if (place === undefined || label === undefined)
    throw new UserError("spirals gives two fields: the place (2 numbers) and the class.");
  const words = randomWords(randomStream(seed, "spirals"), 0);
  const normal = normalFrom(words);
  const places = new Float32Array(2 * points * classes);
  const labels = new Float32Array(points * classes);
  for (let row = 0; row < labels.length; row++) {
    const arm = row % classes;
    const radius = uniformFrom(words);
    const angle = arm / classes + turns * radius;
    const [cosine, sine] = turn(angle - Math.floor(angle));
    places[2 * row] = radius * cosine + noise * normal();
    places[2 * row + 1] = radius * sine + noise * normal();
    labels[row] = arm;
  }
  return {
    where: "spirals",
    rows: labels.length,
    columns: new Map([
      [place.name, { shape: [2], values: places }],
      [label.name, { shape: [], values: labels }],
    ]),
  };
}
