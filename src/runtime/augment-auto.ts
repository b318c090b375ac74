import { augmentPicture, type Augmentation, type Random } from "./picture.ts";
import { brightness, contrast, noise } from "./augment-color.ts";
import { cut } from "./augment-place.ts";
import { slant, turnBy } from "./augment-warp.ts";
import type { ChannelRange } from "./color-statistics.ts";

/**
 * `count` operations drawn with repetition, each equally likely, all of one magnitude from 0 to 1 (RandAugment: Cubuk, Zoph, Shlens,
 * Le 2020). Turning, slanting and moving go by exactly the magnitude, to either side.
 */
export function autoAugment(
  count: number,
  magnitude: number,
  ranges: readonly ChannelRange[],
): Augmentation {
  const operations = operationsOf(magnitude, ranges);
  return (picture, random) => {
    const steps = Array.from({ length: count }, () => operations[random.below(operations.length)]);
    return augmentPicture(
      picture,
      steps.filter((step) => step !== undefined),
      random,
    );
  };
}

/** The list: nothing, turn (30°), slant (17°), move down and across (45 %), brightness, contrast (90 %), noise (10 %). */
function operationsOf(m: number, ranges: readonly ChannelRange[]): readonly Augmentation[] {
  return [
    (picture) => picture,
    (picture, random) => turnBy(picture, sign(random) * 30 * m),
    (picture, random) => slant(picture, sign(random) * 17 * m),
    (picture, random) => {
      const down = Math.round(sign(random) * 0.45 * m * picture.height);
      return cut(picture, -down, 0, picture.height, picture.width);
    },
    (picture, random) => {
      const across = Math.round(sign(random) * 0.45 * m * picture.width);
      return cut(picture, 0, -across, picture.height, picture.width);
    },
    brightness(0.9 * m, ranges),
    contrast(0.9 * m),
    noise(0.1 * m, ranges),
  ];
}

function sign(random: Random): number {
  return random.below(2) === 0 ? -1 : 1;
}
