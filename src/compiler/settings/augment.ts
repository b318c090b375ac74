import { needsNoNoise } from "../base/diagnostics/catalogue/training.ts";
import type { TypedAugment } from "../typed/augment.ts";
import { showSteps } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly augment?: TypedAugment | undefined;
  }
}

export const augment = defineSetting({
  name: "augment",
  summary: "What is done to the rows of each training batch, drawn anew in each epoch.",
  takes: "augmentations joined by `then` (7.7)",
  otherwise: "none",
  items: "augmentation",
  example: "augment: pad_crop(4) then flip(w) then mixup(alpha: 0.2)",
  infer: ({ read }): { augment: TypedAugment | undefined } | undefined => {
    const augmented = read("augment");
    return augmented && { augment: augmented.steps };
  },
  show: (run) => run.augment && showAugment(run.augment),
  check: ({ augment: steps, optimizer: { use } }, { written, report }) => {
    if (use.definition.whole === undefined || !written || !steps) return;
    report(needsNoNoise, written.span, {
      optimizer: use.definition.name,
      what: "`augment` changes the rows from step to step",
      instead: "leave it out, or use `adam`",
    });
  },
});

/** `(image: flip(axis: w, chance: 0.5)) then mixup(alpha: 0.2)`. */
function showAugment({ fields, mixup }: TypedAugment): string {
  const own = fields.map(({ field, steps }) => `${field}: ${showSteps(steps)}`);
  return [
    ...(own.length === 0 ? [] : [`(${own.join(", ")})`]),
    ...(mixup ? [`mixup(alpha: ${mixup.alpha})`] : []),
  ].join(" then ");
}
