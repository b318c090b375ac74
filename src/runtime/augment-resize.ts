import type { Augmentation, Picture } from "./picture.ts";
import { centreCrop, crop, cut } from "./augment-place.ts";
import { exponential, logarithm } from "./elementary.ts";

/** Resizes so that the short side has a length from `from` to `to`, each equally likely; the other side keeps the proportion. */
export function resize(from: number, to: number): Augmentation {
  return (picture, random) => resizeShortSide(picture, from + random.below(to - from + 1));
}

/** The same with one length. */
export function resizeTo(side: number): Augmentation {
  return (picture) => resizeShortSide(picture, side);
}

export function resizeShortSide(picture: Picture, side: number): Picture {
  const { height, width } = picture;
  const short = Math.min(height, width);
  return resample(
    picture,
    Math.max(side, Math.round((height * side) / short)),
    Math.max(side, Math.round((width * side) / short)),
  );
}

/** Gives the short side this length, then cuts out a region at a place drawn at random. */
export function resizeAndCrop(side: number, height: number, width: number): Augmentation {
  const cropped = crop(height, width);
  return (picture, random) => cropped(resizeShortSide(picture, side), random);
}

/** The same with the region in the middle. */
export function resizeAndCentreCrop(side: number, height: number, width: number): Augmentation {
  const cropped = centreCrop(height, width);
  return (picture, random) => cropped(resizeShortSide(picture, side), random);
}

/**
 * A region whose area is a share of the picture's from `least` to 1 and whose proportion lies between `narrow` and 1 / `narrow`
 * (uniform in its logarithm), resized (Szegedy et al. 2015). After ten draws that do not fit, the largest square in the middle.
 */
export function resizedCrop(
  height: number,
  width: number,
  least: number,
  most: number,
  narrow: number,
): Augmentation {
  return (picture, random) => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = picture.height * picture.width * (least + (most - least) * random.uniform());
      const proportion = exponential((2 * random.uniform() - 1) * logarithm(narrow));
      const across = Math.round(Math.sqrt(area * proportion));
      const down = Math.round(Math.sqrt(area / proportion));
      if (across < 1 || down < 1 || across > picture.width || down > picture.height) continue;
      const top = random.below(picture.height - down + 1);
      const left = random.below(picture.width - across + 1);
      return resample(cut(picture, top, left, down, across), height, width);
    }
    return coverCentre(picture, height, width);
  };
}

/** Cuts the largest region of this proportion out of the middle and resizes it. */
export function coverCentre(picture: Picture, height: number, width: number): Picture {
  const scale = Math.min(picture.height / height, picture.width / width);
  const down = Math.max(1, Math.round(height * scale));
  const across = Math.max(1, Math.round(width * scale));
  const top = Math.floor((picture.height - down) / 2);
  const left = Math.floor((picture.width - across) / 2);
  return resample(cut(picture, top, left, down, across), height, width);
}

/** `coverCentre` as a step. */
export function cover(height: number, width: number): Augmentation {
  return (picture) => coverCentre(picture, height, width);
}

/**
 * Another size, line by line and then column by column, each with a triangle as wide as the larger of the two pixels: linear
 * interpolation between the centres of pixels where the picture grows, an average without aliasing where it shrinks.
 */
export function resample(picture: Picture, height: number, width: number): Picture {
  if (height === picture.height && width === picture.width) return picture;
  const { channels } = picture;
  const across = weightsOf(picture.width, width);
  const middle = new Float64Array(picture.height * width * channels);
  for (let y = 0; y < picture.height; y++)
    across.forEach(({ first, weights }, x) =>
      weights.forEach((weight, place) => {
        const from = (y * picture.width + first + place) * channels;
        const to = (y * width + x) * channels;
        for (let c = 0; c < channels; c++)
          middle[to + c] = (middle[to + c] ?? 0) + weight * (picture.values[from + c] ?? 0);
      }),
    );
  return {
    height,
    width,
    channels,
    values: columns(middle, picture.height, height, width * channels),
  };
}

function columns(source: Float64Array, from: number, height: number, line: number): Float32Array {
  const out = new Float64Array(height * line);
  weightsOf(from, height).forEach(({ first, weights }, y) =>
    weights.forEach((weight, place) => {
      const start = (first + place) * line;
      for (let at = 0; at < line; at++)
        out[y * line + at] = (out[y * line + at] ?? 0) + weight * (source[start + at] ?? 0);
    }),
  );
  return Float32Array.from(out);
}

interface Weights {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For each place of the result the places of the source that it is made of, and their shares, which add up to 1. */
function weightsOf(from: number, to: number): readonly Weights[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.floor(centre - support) + 1);
    const last = Math.min(from - 1, Math.ceil(centre + support) - 1);
    const raw = Array.from({ length: last - first + 1 }, (_each, index) =>
      Math.max(0, 1 - Math.abs(first + index - centre) / support),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: raw.map((weight) => weight / total) };
  });
}
