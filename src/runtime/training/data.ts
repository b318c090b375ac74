import { UserError } from "../errors.ts";
import { feedData, feedPart } from "../feed.ts";
import { noteAside } from "../note-aside.ts";
import {
  prepareData,
  preparePart,
  type Part,
  type Preparation,
  type PreparedData,
  type Sources,
} from "../prepare.ts";
import { sourcesIdentity, type RunIdentity, type SourceIdentity } from "../run-identity.ts";
import { rowsAsBefore } from "../same-rows.ts";
import type { TrainingDefinition } from "./definition.ts";

/** The rows, and who they are. */
export interface LoadedData extends PreparedData {
  readonly sources: readonly SourceIdentity[];
}

/**
 * Reads all rows and divides them; `seed` decides which row goes where. What brings the values to scale is measured on the
 * training rows alone. With `path` the rows come from another file.
 */
export async function loadData(
  training: TrainingDefinition,
  seed: number,
  path?: string,
  fold?: number,
): Promise<LoadedData> {
  const sources = await readAll(training, path);
  // Values are brought to scale where they lie, so who the rows are is asked before.
  const identity = sourcesIdentity(sources);
  const normalize = training.normalization ? await training.normalization() : {};
  const data = prepareData(training.fields, sources, {
    split: training.split,
    seed,
    fold,
    normalize,
  });
  const fed = training.feeding ? feedData(data, training.feeding) : data;
  return { ...fed, sources: identity };
}

/** The rows of an earlier training, numbered, scaled and divided as they were there; what has changed since is told. */
export async function loadAgain(
  training: TrainingDefinition,
  seed: number,
  before: { readonly identity: RunIdentity; readonly preparation: Preparation },
  tell: (remark: string) => void,
  fold?: number,
): Promise<PreparedData> {
  const { identity, preparation: known } = before;
  const sources = rowsAsBefore(
    await readAll(training, identity.bound),
    identity,
    known.layout,
    tell,
  );
  const data = prepareData(training.fields, sources, {
    split: training.split,
    seed,
    fold,
    known,
  });
  return training.feeding ? feedData(data, training.feeding) : data;
}

async function readAll(training: TrainingDefinition, path: string | undefined): Promise<Sources> {
  return path === undefined ? ownSources(training) : { all: await training.readOther(path) };
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
  const rows = training.tableOptions
    ? await training.readOther(path, preparation.layout)
    : await training.readOther(path);
  if (training.tableOptions) noteAside(rows.notes);
  const part = preparePart(training.fields, rows, preparation);
  return training.feeding ? feedPart(part, training.feeding) : part;
}
