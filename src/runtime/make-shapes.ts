import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { normalFrom, randomStream, randomWords, uniformFrom } from "./random.ts";

/** Pictures of a disc and a square; `noise` is a standard deviation. */
export interface ShapeSource {
  readonly pictures?: number;
  readonly noise?: number;
  readonly seed?: number;
}

/** The labels of a pixel. */
const ground = 0;
const disc = 1;
const square = 2;

/** The first field holds the picture, `[height, width, 1]`, the second the label of each of its pixels. */
export async function makeShapes(fields: readonly Field[], source: ShapeSource): Promise<RawData> {
  const { pictures = 300, noise = 0.05, seed = 0 } = source;
  const [picture, mask] = fields;
  if (picture === undefined || mask === undefined)
    throw new UserError("shapes gives two fields: the picture and the labels of its pixels.");
  const [height = 1, width = 1] = picture.shape;
  const words = randomWords(randomStream(seed, "shapes"), 0);
  const normal = normalFrom(words);
  const pixels = new Float32Array(pictures * height * width);
  const labels = new Float32Array(pixels.length);
  for (let row = 0; row < pictures; row++) {
    const drawing = drawnFrom(words, height, width);
    const start = row * height * width;
    for (let place = 0; place < height * width; place++) {
      const label = labelAt(drawing, Math.floor(place / width), place % width);
      labels[start + place] = label;
      pixels[start + place] = drawing.brightness[label]! + noise * normal();
    }
  }
  return {
    where: "shapes",
    rows: pictures,
    columns: new Map([
      [picture.name, { shape: picture.shape, values: pixels }],
      [mask.name, { shape: mask.shape, values: labels }],
    ]),
  };
}

/** The middle of a shape, and half of what it measures. */
interface Place {
  readonly top: number;
  readonly left: number;
  readonly radius: number;
}

interface Drawing {
  readonly disc: Place;
  readonly square: Place;
  /** Of each label. */
  readonly brightness: readonly number[];
}

function drawnFrom(words: () => number, height: number, width: number): Drawing {
  const between = (from: number, to: number): number => from + (to - from) * uniformFrom(words);
  const place = (): Place => {
    const radius = (Math.min(height, width) * between(1 / 4, 1 / 2)) / 2;
    return {
      top: between(radius, height - radius),
      left: between(radius, width - radius),
      radius,
    };
  };
  return {
    disc: place(),
    square: place(),
    brightness: [between(0, 0.3), between(0.5, 1), between(0.5, 1)],
  };
}

/** What the middle of a pixel lies in; the square is in front. */
function labelAt(drawing: Drawing, row: number, column: number): number {
  const distance = ({ top, left }: Place): readonly [number, number] => [
    Math.abs(row + 1 / 2 - top),
    Math.abs(column + 1 / 2 - left),
  ];
  const [down, right] = distance(drawing.square);
  if (Math.max(down, right) <= drawing.square.radius) return square;
  const [below, beside] = distance(drawing.disc);
  return below * below + beside * beside <= drawing.disc.radius ** 2 ? disc : ground;
}
