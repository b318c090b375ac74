import { join, nothing, ts, type Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import { augmentation } from "./augmentation.ts";
import { averages } from "./averages.ts";
import { member } from "./member.ts";
import { plateaus } from "./plateau.ts";
import { teaching } from "./teaching.ts";
import { warmStart } from "./warm-start.ts";
import { kroneckerFactors } from "./kronecker.ts";
import { wholeMethods } from "./whole.ts";
import type { MakeFeature, TrainFeature } from "./feature.ts";

/** Every feature, in the order in which their code stands where several use one place. */
const features: readonly MakeFeature[] = [
  augmentation,
  averages,
  member,
  plateaus,
  teaching,
  warmStart,
  wholeMethods,
  kroneckerFactors,
];

export type Hooks = Readonly<Required<TrainFeature>>;
type Place = Exclude<keyof TrainFeature, "moment">;

/** A run with the code that its features add. */
export interface TrainingShape extends RunShape {
  readonly hooks: Hooks;
}

export function withFeatures(shape: RunShape): TrainingShape {
  const used = features.map((make) => make(shape)).filter((feature) => feature !== undefined);
  const joined = (parts: readonly (Code | undefined)[]): Code => {
    const code = parts.filter((part) => part !== undefined);
    return code.length === 0
      ? nothing
      : join(
          code,
          ts`
`,
        );
  };
  const hooks = Object.fromEntries(
    places.map((place) => [place, joined(used.map((feature) => feature[place]))]),
  ) as Record<Place, Code>;
  return {
    ...shape,
    hooks: { ...hooks, moment: (progress) => joined(used.map(({ moment }) => moment?.(progress))) },
  };
}

const places = Object.keys({
  settings: 0,
  progress: 0,
  sessionFields: 0,
  sessionValues: 0,
  begun: 0,
  started: 0,
  evaluating: 0,
  resumed: 0,
  batches: 0,
  beforeStep: 0,
  runStep: 0,
  afterStep: 0,
  afterEpoch: 0,
  measured: 0,
  beforeUse: 0,
  afterUse: 0,
  remembered: 0,
  endings: 0,
  finishing: 0,
  ended: 0,
  functions: 0,
} satisfies Record<Place, 0>) as readonly Place[];
