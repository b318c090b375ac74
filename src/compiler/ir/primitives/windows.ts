import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import type { Window } from "../graph.ts";
import { showType } from "../types.ts";

/** How many places a window has along one axis of `size` elements: ⌊(size + low + high − dilation·(k − 1) − 1) / stride⌋ + 1. */
function placesAlong(size: number, window: Window, axis: number): number {
  const reach = window.dilation[axis]! * (window.size[axis]! - 1) + 1;
  return (
    Math.floor((size + window.low[axis]! + window.high[axis]! - reach) / window.stride[axis]!) + 1
  );
}

/** The spatial sizes that windows over [batch, spatial…, channels] give. */
function spatialPlaces(shape: readonly number[], window: Window): number[] {
  return shape.slice(1, -1).map((size, axis) => placesAlong(size, window, axis));
}

/** One entry a spatial axis in every list, whole, from 1 on (paddings from 0 on), and at least one place. */
function checkWindow(type: ArrayType, window: Window): void {
  const rank = type.shape.length - 2;
  const { size, stride, dilation, low, high } = window;
  const isList = (list: readonly number[], least: number): boolean =>
    list.length === rank && list.every((each) => Number.isInteger(each) && each >= least);
  const isWindow =
    isList(size, 1) &&
    isList(stride, 1) &&
    isList(dilation, 1) &&
    isList(low, 0) &&
    isList(high, 0);
  invariant(
    rank >= 1 && rank <= 3 && isWindow,
    `${showType(type)} does not take the window ${JSON.stringify(window)}`,
  );
  invariant(
    spatialPlaces(type.shape, window).every((places) => places >= 1),
    `the window ${JSON.stringify(window)} is larger than ${showType(type)}`,
  );
}

/** Every place of the window has an element inside, so that a maximum exists. */
export function checkNoneEmpty(type: ArrayType, window: Window): void {
  type.shape.slice(1, -1).forEach((size, axis) => {
    for (let place = 0; place < placesAlong(size, window, axis); place++) {
      const first = place * window.stride[axis]! - window.low[axis]!;
      const inside = Array.from(
        { length: window.size[axis]! },
        (_, tap) => first + tap * window.dilation[axis]!,
      ).some((at) => at >= 0 && at < size);
      invariant(
        inside,
        `place ${place} of the window ${JSON.stringify(window)} lies outside ${showType(type)}`,
      );
    }
  });
}

/** The type of windows over `type`, with `channels` channels. */
export function windowType(type: ArrayType, window: Window, channels: number): ArrayType {
  checkWindow(type, window);
  return {
    shape: [type.shape[0]!, ...spatialPlaces(type.shape, window), channels],
    batched: type.batched,
  };
}

/**
 * Calls `visit` for every spatial place and every tap of the window there that lies inside: flat row-major places in the
 * operand's and the result's spatial axes, and of the tap in the window.
 */
export function forEachTap(
  spatial: readonly number[],
  window: Window,
  visit: (from: number, to: number, tap: number) => void,
): void {
  const places = spatial.map((size, axis) => placesAlong(size, window, axis));
  const walk = (axis: number, from: number, to: number, tap: number): void => {
    if (axis === spatial.length) return visit(from, to, tap);
    for (let place = 0; place < places[axis]!; place++) {
      for (let at = 0; at < window.size[axis]!; at++) {
        const index =
          place * window.stride[axis]! - window.low[axis]! + at * window.dilation[axis]!;
        if (index < 0 || index >= spatial[axis]!) continue;
        walk(
          axis + 1,
          from * spatial[axis]! + index,
          to * places[axis]! + place,
          tap * window.size[axis]! + at,
        );
      }
    }
  };
  walk(0, 0, 0, 0);
}
