import type { AugmentationDefinition } from "../definition.ts";
import { anyOf } from "./any-of.ts";
import { auto } from "./auto.ts";
import { brightness } from "./brightness.ts";
import { contrast } from "./contrast.ts";
import { crop } from "./crop.ts";
import { crops } from "./crops.ts";
import { cutout } from "./cutout.ts";
import { distort } from "./distort.ts";
import { flip } from "./flip.ts";
import { mixup } from "./mixup.ts";
import { noise } from "./noise.ts";
import { padCrop } from "./pad-crop.ts";
import { pcaColor } from "./pca-color.ts";
import { resize } from "./resize.ts";
import { resizedCrop } from "./resized-crop.ts";
import { rotate } from "./rotate.ts";
import { shear } from "./shear.ts";
import { shift } from "./shift.ts";
import { sometimes } from "./sometimes.ts";
import { stretch } from "./stretch.ts";

export const augmentations: readonly AugmentationDefinition[] = [
  anyOf,
  auto,
  brightness,
  contrast,
  crop,
  crops,
  cutout,
  distort,
  flip,
  mixup,
  noise,
  padCrop,
  pcaColor,
  resize,
  resizedCrop,
  rotate,
  shear,
  shift,
  sometimes,
  stretch,
];
