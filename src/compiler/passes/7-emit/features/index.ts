import { join, nothing, ts, type Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import type { MakeFeature, TrainFeature } from "./feature.ts";

/** Every feature, in the order in which their code stands where several use one place. */
const features: readonly MakeFeature[] = [];

export type Hooks = Readonly<Required<TrainFeature>>;

/** A run with the code that its features add. */
export interface TrainingShape extends RunShape {
  readonly hooks: Hooks;
}

export function withFeatures(shape: RunShape): TrainingShape {
  const used = features.map((make) => make(shape)).filter((feature) => feature !== undefined);
  const of = (place: keyof TrainFeature): Code => {
    const parts = used.map((feature) => feature[place]).filter((code) => code !== undefined);
    return parts.length === 0 ? nothing : join(parts, ts`
`);
  };
  const hooks = Object.fromEntries(places.map((place) => [place, of(place)])) as Record<keyof TrainFeature, Code>;
  return { ...shape, hooks };
}

const places = Object.keys({
  settings: 0, progress: 0, sessionFields: 0, sessionValues: 0, begun: 0, resumed: 0, batches: 0, beforeStep: 0, runStep: 0, afterStep: 0,
  afterEpoch: 0, measured: 0, beforeUse: 0, afterUse: 0, moment: 0, finishing: 0, functions: 0,
} satisfies Record<keyof TrainFeature, 0>) as readonly (keyof TrainFeature)[];
