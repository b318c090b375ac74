import type { Use } from "../library/arguments.ts";
import type { AugmentationDefinition, PictureType } from "../library/definition.ts";

/** What a run does to the rows of its training batches. */
export interface TypedAugment {
  readonly fields: readonly FieldAugmentation[];
  readonly mixup:
    | {
        readonly alpha: number;
        /** All fields that are blended. */
        readonly fields: readonly string[];
        /** Those of them that hold labels, which become distributions. */
        readonly labels: readonly { readonly field: string; readonly classes: number }[];
      }
    | undefined;
}

export interface FieldAugmentation {
  readonly field: string;
  /** A row as the data has it. */
  readonly picture: PictureType;
  /** Each step with the picture that goes into it. */
  readonly steps: readonly {
    readonly use: Use<AugmentationDefinition>;
    readonly before: PictureType;
  }[];
}

/** `predict: average(crops(28, from: 32) then flip(w))`: the views of one field, in the order of their making. */
export interface TypedViews {
  readonly field: string;
  readonly picture: PictureType;
  readonly steps: readonly {
    readonly use: Use<AugmentationDefinition>;
    readonly before: PictureType;
  }[];
  readonly count: number;
}
