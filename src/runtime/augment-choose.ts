import { augmentPicture, type Augmentation } from "./picture.ts";

/** The steps with a chance, otherwise nothing. */
export function sometimes(chance: number, steps: readonly Augmentation[]): Augmentation {
  return (picture, random) =>
    random.uniform() < chance ? augmentPicture(picture, steps, random) : picture;
}

/** `pick` different ones of several sequences, every selection equally likely, done in the order in which they are written. */
export function anyOf(choices: readonly (readonly Augmentation[])[], pick: number): Augmentation {
  return (picture, random) => {
    const left = choices.map((_, index) => index);
    const picked = Array.from(
      { length: pick },
      () => left.splice(random.below(left.length), 1)[0] ?? 0,
    );
    const steps = picked.sort((a, b) => a - b).flatMap((index) => choices[index] ?? []);
    return augmentPicture(picture, steps, random);
  };
}
