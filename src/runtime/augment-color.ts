import type { Augmentation, Picture } from "./picture.ts";
import type { ChannelRange, ColorComponents } from "./color-statistics.ts";

/** Adds one number to all pixels: from −`most` to `most` of the range of each channel. */
export function brightness(most: number, ranges: readonly ChannelRange[]): Augmentation {
  return (picture, random) => {
    const amount = (2 * random.uniform() - 1) * most;
    return perChannel(picture, (value, c) => value + amount * extentOf(ranges[c]));
  };
}

function extentOf(range: ChannelRange | undefined): number {
  return range === undefined ? 0 : range.greatest - range.least;
}

/** Stretches the distances from the mean of each channel of the picture by a factor from 1 − `most` to 1 + `most`. */
export function contrast(most: number): Augmentation {
  return (picture, random) => {
    const factor = 1 + (2 * random.uniform() - 1) * most;
    const means = channelMeans(picture);
    return perChannel(picture, (value, c) => {
      const mean = means[c] ?? 0;
      return mean + factor * (value - mean);
    });
  };
}

function channelMeans({ values, channels }: Picture): readonly number[] {
  const sums = Array.from({ length: channels }, () => 0);
  values.forEach(
    (value, place) => (sums[place % channels] = (sums[place % channels] ?? 0) + value),
  );
  return sums.map((sum) => (sum * channels) / values.length);
}

/** Adds to every value a number of the normal distribution whose deviation is a share of the range of its channel. */
export function noise(share: number, ranges: readonly ChannelRange[]): Augmentation {
  return (picture, random) =>
    perChannel(picture, (value, c) => value + share * extentOf(ranges[c]) * random.normal());
}

/** The noise of a sensor: the deviation grows with the root of the brightness, as counted photons have it. */
export function sensorNoise(share: number, ranges: readonly ChannelRange[]): Augmentation {
  return (picture, random) =>
    perChannel(picture, (value, c) => {
      const extent = extentOf(ranges[c]);
      const level = extent === 0 ? 0 : (value - (ranges[c]?.least ?? 0)) / extent;
      const deviation = share * extent * Math.sqrt(Math.min(1, Math.max(0, level)));
      return value + deviation * random.normal();
    });
}

/** Adds Σ aᵢ √λᵢ pᵢ to every pixel, aᵢ normal with this deviation; pᵢ and λᵢ are the components of the training pixels. */
export function pcaColor(deviation: number, components: ColorComponents): Augmentation {
  return (picture, random) => {
    const shift = Array.from({ length: picture.channels }, () => 0);
    for (const { direction, variance } of components) {
      const amount = deviation * random.normal() * Math.sqrt(variance);
      direction.forEach((part, c) => (shift[c] = (shift[c] ?? 0) + amount * part));
    }
    return perChannel(picture, (value, c) => value + (shift[c] ?? 0));
  };
}

function perChannel(picture: Picture, change: (value: number, channel: number) => number): Picture {
  const { channels } = picture;
  return {
    ...picture,
    values: picture.values.map((value, place) => change(value, place % channels)),
  };
}
