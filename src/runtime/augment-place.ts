import type { Augmentation, Picture } from "./picture.ts";

/** Mirrors along the height or the width, with a chance. */
export function flip(along: "height" | "width", chance: number): Augmentation {
  return (picture, random) => (random.uniform() < chance ? mirror(picture, along) : picture);
}

export function mirror(picture: Picture, along: "height" | "width"): Picture {
  const { height, width, channels } = picture;
  const out = new Float32Array(picture.values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = along === "height" ? (height - 1 - y) * width + x : y * width + width - 1 - x;
      copyPixel(picture.values, from, out, y * width + x, channels);
    }
  return { ...picture, values: out };
}

function copyPixel(
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  channels: number,
): void {
  for (let c = 0; c < channels; c++) target[to * channels + c] = source[from * channels + c] ?? 0;
}

/** The region of `height` × `width` whose upper left corner is (top, left); what lies outside of the picture is 0. */
export function cut(
  picture: Picture,
  top: number,
  left: number,
  height: number,
  width: number,
): Picture {
  const { channels } = picture;
  const out = new Float32Array(height * width * channels);
  for (let y = Math.max(0, -top); y < Math.min(height, picture.height - top); y++) {
    const first = Math.max(0, -left);
    const last = Math.min(width, picture.width - left);
    if (first >= last) continue;
    const from = ((top + y) * picture.width + left + first) * channels;
    const line = picture.values.subarray(from, from + (last - first) * channels);
    out.set(line, (y * width + first) * channels);
  }
  return { height, width, channels, values: out };
}

/** A region of this size, every place equally likely. */
export function crop(height: number, width: number): Augmentation {
  return (picture, random) => {
    const top = random.below(picture.height - height + 1);
    return cut(picture, top, random.below(picture.width - width + 1), height, width);
  };
}

/** The region of this size in the middle; an odd row or column is left out at the end. */
export function centreCrop(height: number, width: number): Augmentation {
  return (picture) => {
    const top = Math.floor((picture.height - height) / 2);
    return cut(picture, top, Math.floor((picture.width - width) / 2), height, width);
  };
}

/** Surrounds the picture with zeros and cuts its own size out again, at a place drawn at random: a shift by whole pixels. */
export function padCrop(down: number, across: number): Augmentation {
  return (picture, random) => {
    const top = random.below(2 * down + 1) - down;
    return cut(picture, top, random.below(2 * across + 1) - across, picture.height, picture.width);
  };
}

/** Moves by up to these shares of height and width, rounded to whole pixels; what comes in is 0. */
export function shift(down: number, across: number): Augmentation {
  return (picture, random) => {
    const top = Math.round((2 * random.uniform() - 1) * down * picture.height);
    const left = Math.round((2 * random.uniform() - 1) * across * picture.width);
    return cut(picture, -top, -left, picture.height, picture.width);
  };
}

/** Sets a rectangle to 0 whose middle is any pixel; what sticks out is lost (DeVries and Taylor 2017). */
export function cutout(height: number, width: number): Augmentation {
  return (picture, random) => {
    const top = random.below(picture.height) - Math.floor(height / 2);
    const left = random.below(picture.width) - Math.floor(width / 2);
    const values = picture.values.slice();
    for (let y = Math.max(0, top); y < Math.min(picture.height, top + height); y++) {
      const start = (y * picture.width + Math.max(0, left)) * picture.channels;
      const end =
        (y * picture.width + Math.max(0, Math.min(picture.width, left + width))) * picture.channels;
      values.fill(0, start, end);
    }
    return { ...picture, values };
  };
}
