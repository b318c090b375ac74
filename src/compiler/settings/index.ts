import type { TypedRun } from "../typed/program.ts";
import { accumulate } from "./accumulate.ts";
import { after } from "./after.ts";
import { augment } from "./augment.ts";
import { average } from "./average.ts";
import { batch } from "./batch.ts";
import { clip } from "./clip.ts";
import { epochs } from "./epochs.ts";
import { guarantee } from "./guarantee.ts";
import { inputs } from "./inputs.ts";
import { keep } from "./keep.ts";
import { loss } from "./loss.ts";
import { metrics } from "./metrics.ts";
import { optimizer } from "./optimizer.ts";
import { predict } from "./predict.ts";
import { save } from "./save.ts";
import { schedule } from "./schedule.ts";
import { seed } from "./seed.ts";
import type { Setting } from "./setting.ts";
import { steps } from "./steps.ts";
import { stop } from "./stop.ts";
import { teacher } from "./teacher.ts";

const all = [
  loss,
  metrics,
  optimizer,
  schedule,
  batch,
  accumulate,
  epochs,
  steps,
  stop,
  keep,
  save,
  clip,
  average,
  teacher,
  augment,
  predict,
  after,
  seed,
  inputs,
  guarantee,
] as const;

/** Every setting of runs and recipes, in the order in which they are shown. */
export const settings: readonly Setting[] = all;

/** The setting of a name. */
export function settingOf(name: string): Setting | undefined {
  return settings.find((setting) => setting.name === name);
}

type MembersOf<Each> = Each extends Setting<infer Members> ? (members: Members) => void : never;

/** What all settings together give a run: a member of `TypedRun` that is here none of does not compile. */
export type Given =
  MembersOf<(typeof all)[number]> extends (members: infer Members) => void ? Members : never;

/** Where what holds for a setting was written. */
export function originOf(
  run: TypedRun,
  setting: Setting,
): ReturnType<NonNullable<Setting["origin"]>> | undefined {
  return run.origins?.get(setting.name);
}
