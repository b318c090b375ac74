import { measuresRows } from "../augment-module.ts";
import { ts } from "../code.ts";
import type { MakeFeature } from "./feature.ts";

/** Rows that are augmented on their way into a batch. */
export const augmentation: MakeFeature = ({ run }) => {
  if (!run.augment) return undefined;
  return {
    sessionFields: ts`/** What is done to the rows of each batch. */
  readonly augmenting: Augmenting;`,
    sessionValues: measuresRows(run.augment.fields) ? ts`augmenting: augmentingOf(data.train),` : ts`augmenting: augmentingOf(),`,
    batches: ts`augmentedBatches(data.train, { order: epochOrder(data.train.rows, seed, epoch), seed, epoch, done }, inputs, batchSize, session.augmenting)`,
  };
};
