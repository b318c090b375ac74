import type { Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";

/**
 * What one feature of a run (an average of weights, an augmentation, a schedule that watches a metric) adds to the training
 * program: code for the places named here. A run without the feature carries none of it.
 */
export interface TrainFeature {
  /** Constants at the top of the program. */
  readonly settings?: Code;
  /** Entries of `beginning`, `name: number,`: what is saved and resumed with the counters. */
  readonly progress?: Code;
  /** Members of `Session`, and what they are when it is made (`name: value,`). In scope there: options, device, data, seed, folder. */
  readonly sessionFields?: Code;
  readonly sessionValues?: Code;
  /** In `begin`, after the first tensors were written and files loaded. In scope: session. */
  readonly begun?: Code;
  /** Entries of the start as it is reported. In scope: session, options, progress. */
  readonly started?: Code;
  /** In `evaluateCheckpoint`, after the tensors were written. In scope: device, options, file. */
  readonly evaluating?: Code;
  /** In `resume`, after the tensors were written back. In scope: session, file, folder. */
  readonly resumed?: Code;
  /** Instead of `batches(…)` in the loop of an epoch: something that `for await` takes. In scope: session, epoch, done (steps of this epoch that a resumed training has behind it). */
  readonly batches?: Code;
  /** Before the numbers of a step are worked out. In scope: session, progress, epoch, batch. */
  readonly beforeStep?: Code;
  /** Instead of `device.run(plans.train, …)`. In scope besides: numbers. */
  readonly runStep?: Code;
  /** After the step ran. In scope: session, progress, epoch, batch. */
  readonly afterStep?: Code;
  /** After the steps of an epoch, before anything is measured. In scope: session, progress, epoch. */
  readonly afterEpoch?: Code;
  /** After the epoch was measured. In scope besides: trained, validation (where there are validation rows). */
  readonly measured?: Code;
  /** Around everything that speaks of the weights in use (measuring, keeping): as when averages stand in for them. In scope: session, progress, device. */
  readonly beforeUse?: Code;
  readonly afterUse?: Code;
  /** Further entries of the moment that `numbersOf` is given (`drops: progress.drops,`), from that progress; `model.ts` declares them. */
  readonly moment?: (progress: Code) => Code;
  /** Further tensors of `resume.safetensors`, as entries of a list. In scope: session, progress. */
  readonly remembered?: Code;
  /** After an epoch was reported: `if (…) return "why training ends";`. In scope: session, progress, epoch, trained. */
  readonly endings?: Code;
  /** In `finish`, after the weights that are kept were written back, before they are measured. In scope: session, tensors. */
  readonly finishing?: Code;
  /** When training is over, however it ended, before the device is given up. In scope: session. */
  readonly ended?: Code;
  /** Functions of the program. */
  readonly functions?: Code;
}

export type MakeFeature = (shape: RunShape) => TrainFeature | undefined;
