import type { Augmentation, Picture } from "./picture.ts";
import { cosineAndSine } from "./elementary.ts";

/** Where a pixel of the result is taken from: distances from the middle, downwards and to the right. */
type Map = (y: number, x: number) => readonly [y: number, x: number];

/** Turns by an angle from −`most` to `most` degrees about the middle. */
export function rotate(most: number): Augmentation {
  return (picture, random) => turnBy(picture, (2 * random.uniform() - 1) * most);
}

/** Turns anticlockwise, as one looks at the picture; rows count downwards. */
export function turnBy(picture: Picture, degrees: number): Picture {
  const [cosine, sine] = cosineAndSine(degrees);
  return warp(picture, (y, x) => [cosine * y + sine * x, cosine * x - sine * y]);
}

/** Slants along the width by an angle from −`most` to `most` degrees: every line moves by its distance from the middle · tan. */
export function shear(most: number): Augmentation {
  return (picture, random) => slant(picture, (2 * random.uniform() - 1) * most);
}

export function slant(picture: Picture, degrees: number): Picture {
  const [cosine, sine] = cosineAndSine(degrees);
  return warp(picture, (y, x) => [y, x + (sine / cosine) * y]);
}

/** Scales height and width by factors of their own, each from `from` to `to`, about the middle. */
export function stretch(from: number, to: number): Augmentation {
  return (picture, random) => {
    const down = from + (to - from) * random.uniform();
    const across = from + (to - from) * random.uniform();
    return scaleBy(picture, picture.height === 1 ? 1 : down, picture.width === 1 ? 1 : across);
  };
}

export function scaleBy(picture: Picture, down: number, across: number): Picture {
  return warp(picture, (y, x) => [y / down, x / across]);
}

/** Bends as a lens does, r → r (1 + k r²), r = 1 at the corners, k from −`most` to `most`: barrel or pincushion. */
export function distort(most: number): Augmentation {
  return (picture, random) => bend(picture, (2 * random.uniform() - 1) * most);
}

export function bend(picture: Picture, k: number): Picture {
  const corner = (picture.height * picture.height + picture.width * picture.width) / 4;
  return warp(picture, (y, x) => {
    const factor = 1 + (k * (y * y + x * x)) / corner;
    return [y * factor, x * factor];
  });
}

/** The picture with each pixel taken from where `map` says, linear between the four neighbours; outside there is 0. */
function warp(picture: Picture, map: Map): Picture {
  const { height, width, channels, values } = picture;
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [fromY, fromX] = map(y - middleY, x - middleX);
      sample(
        picture,
        nearWhole(fromY + middleY),
        nearWhole(fromX + middleX),
        out,
        (y * width + x) * channels,
      );
    }
  return { height, width, channels, values: out };
}

/** A coordinate that rounding alone took off a pixel, put back on it, so that quarter turns are exact. */
function nearWhole(coordinate: number): number {
  const whole = Math.round(coordinate);
  return Math.abs(coordinate - whole) < 1e-9 ? whole : coordinate;
}

function sample(picture: Picture, y: number, x: number, out: Float32Array, to: number): void {
  const { height, width, channels, values } = picture;
  const [top, left] = [Math.floor(y), Math.floor(x)];
  for (let corner = 0; corner < 4; corner++) {
    const [row, column] = [top + (corner >> 1), left + (corner & 1)];
    const weight = (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
    if (weight === 0 || row < 0 || row >= height || column < 0 || column >= width) continue;
    const from = (row * width + column) * channels;
    for (let c = 0; c < channels; c++)
      out[to + c] = (out[to + c] ?? 0) + weight * (values[from + c] ?? 0);
  }
}
