import { measuresRows, prefetches } from "../augment-module.ts";
import { nothing, ts } from "../code.ts";
import type { MakeFeature } from "./feature.ts";

/** Rows that are augmented on their way into a batch, by a worker where that takes long. */
export const augmentation: MakeFeature = ({ run }) => {
  if (!run.augment) return undefined;
  const make = measuresRows(run.augment.fields) ? ts`augmentingOf(data.train)` : ts`augmentingOf()`;
  const epoch = ts`data.train, { order: epochOrder(data.train.rows, seed, epoch), seed, epoch, done }, inputs, batchSize, session.augmenting`;
  const ahead = prefetches(run);
  return {
    sessionFields: ts`/** What is done to the rows of each batch. */
  readonly augmenting: Augmenting;
  ${
    ahead
      ? ts`/** Makes batches while the device computes. */
  readonly prefetcher: Prefetcher;`
      : nothing
  }`,
    sessionValues: ts`augmenting: ${make}, ${ahead ? ts`prefetcher: new Prefetcher(startThread()),` : nothing}`,
    batches: ahead ? ts`session.prefetcher.batches(${epoch})` : ts`augmentedBatches(${epoch})`,
    ...(ahead && {
      ended: ts`session.prefetcher.close();`,
      functions: ts`/** The worker of augment-worker.ts, where there can be one; otherwise batches are made between the steps. */
function startThread(): StartThread {
  if (runsInNode()) return startNodeThread(new URL("./augment-worker.ts", import.meta.url));
  return startPageThread(() => new Worker(new URL("./augment-worker.ts", import.meta.url), { type: "module" }));
}`,
    }),
  };
};
