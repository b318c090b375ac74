import type { Picture } from "./picture.ts";
import { cut, mirror } from "./augment-place.ts";
import { resizeShortSide } from "./augment-resize.ts";

/** One of the fixed ways to look at a picture; the predictions of all of them are averaged. */
export type View = (picture: Picture) => Picture;

/** The picture, and its mirror image. */
export function flipViews(along: "height" | "width"): readonly View[] {
  return [(picture) => picture, (picture) => mirror(picture, along)];
}

/** The four corners and the middle, of the picture itself or resized to each of the lengths of the short side. */
export function cropViews(
  height: number,
  width: number,
  ...sides: readonly number[]
): readonly View[] {
  const scaled: readonly View[] =
    sides.length === 0
      ? [(picture) => picture]
      : sides.map((side) => (picture) => resizeShortSide(picture, side));
  return scaled.flatMap((scale) =>
    corners.map(([down, across]) => (picture: Picture) => {
      const whole = scale(picture);
      const top = Math.floor((whole.height - height) * down);
      return cut(whole, top, Math.floor((whole.width - width) * across), height, width);
    }),
  );
}

/** Where the room that is left goes: none above and to the left, half of it, or all. */
const corners = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [0.5, 0.5],
] as const;

/** Every view of the first list, then every one of the next: 5 crops and 2 mirror images are 10 views. */
export function combineViews(...lists: readonly (readonly View[])[]): readonly View[] {
  const start: readonly View[] = [(picture) => picture];
  return lists.reduce(
    (made, list) =>
      made.flatMap((first) => list.map((then) => (picture: Picture) => then(first(picture)))),
    start,
  );
}

/** Rows one after the other, each seen through a view. */
export function viewRows(
  values: Float32Array,
  shape: readonly [height: number, width: number, channels: number],
  view: View,
): Float32Array {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const made = Array.from({ length: values.length / size }, (_, row) =>
    view({ height, width, channels, values: values.subarray(row * size, (row + 1) * size) }),
  );
  const length = made[0]?.values.length ?? 0;
  const out = new Float32Array(made.length * length);
  made.forEach((picture, row) => out.set(picture.values, row * length));
  return out;
}
