import { UserError } from "../errors.ts";
import { feedData, feedPart } from "../feed.ts";

import {
  prepareData,
  preparePart,
  type Part,
  type Preparation,
  type PreparedData,
  type Sources,
} from "../prepare.ts";
import type { TrainingDefinition } from "./definition.ts";

/**
 * Reads all rows and divides them; `seed` decides which row goes where. What brings the values to scale is measured on the
 * training rows alone. With `path` the rows come from another file.
 */
export async function loadData(
  training: TrainingDefinition,
  seed: number,
  path?: string,
): Promise<PreparedData> {
  const sources =
    path === undefined ? await ownSources(training) : { all: await training.readOther(path) };
  const normalize = training.normalization ? await training.normalization() : {};
  const data = prepareData(training.fields, sources, { split: training.split, seed, normalize });
  return training.feeding ? feedData(data, training.feeding) : data;
}

/** The sources of the spec. */
async function ownSources(training: TrainingDefinition): Promise<Sources> {
  if (training.readSources) return training.readSources();
  throw new UserError(
    `${training.dataName} names no source; give one with --data ${training.dataName}=path`,
  );
}

/** Reads rows of another file, brought to scale as the training rows were. */
export async function loadOther(
  training: TrainingDefinition,
  path: string,
  preparation: Preparation,
): Promise<Part> {
  const part = preparePart(training.fields, await training.readOther(path), preparation);
  return training.feeding ? feedPart(part, training.feeding) : part;
}
