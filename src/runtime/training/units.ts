import { unitsOf } from "../normalize.ts";
import type { Preparation } from "../prepare.ts";
import type { TrainingDefinition } from "./definition.ts";

/** The units of the targets that are measured, as their values were brought to scale. */
export function unitTensors(
  training: TrainingDefinition,
  { normalizations }: Preparation,
): readonly (readonly [string, Float32Array])[] {
  return training.units!.map(({ name, field }) => [name, unitsOf(normalizations[field]!)]);
}
