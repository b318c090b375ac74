import type { Duration } from "../../../library/arguments.ts";
import { isDuration, lengthsOf, dropsName, watchingParts } from "../../3-lower/schedules.ts";
import { join, literal, name, ts, type Code } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import type { TrainFeature } from "./feature.ts";

/** Schedules that watch a number: how often each has lowered the rate is a number of the progress. */
export function plateaus(shape: RunShape): TrainFeature | undefined {
  const parts = watchingParts(shape.run.schedule.parts);
  if (parts.length === 0) return undefined;
  const plateaus = parts.map((part, index) => plateauOf(shape, part, index));
  return {
    settings: ts`${plateaus.map(({ settings }) => settings)}`,
    progress: ts`${plateaus.map(({ progress }) => progress)}`,
    moment: (progress) =>
      join(
        plateaus.map(({ counter }) => ts`${counter}: ${progress}.${counter},`),
        ts` `,
      ),
    measured: ts`${plateaus.map(({ measured }) => measured)}`,
  };
}

function plateauOf(
  { run, validates }: RunShape,
  part: ReturnType<typeof watchingParts>[number],
  index: number,
) {
  const { monitor, threshold, patience, cooldown } = part.use.arguments;
  const counter = name(dropsName(index));
  const [rule, best, since, rest] = ["Rule", "Best", "Since", "Rest"].map((what) =>
    name(`plateau${index === 0 ? "" : index + 1}${what}`),
  ) as [Code, Code, Code, Code];
  const watched = String(monitor);
  const better =
    run.metrics.find((metric) => watched === `validation.${metric.name}`)?.use.definition.better ??
    "lower";
  const metric = literal(watched.slice(watched.indexOf(".") + 1));
  const value =
    watched.startsWith("validation.") && validates
      ? ts`validation?.[${metric}]`
      : ts`trained[${metric}]`;
  const inSteps = [patience, cooldown].some(
    (duration) => isDuration(duration) && duration.unit === "step",
  );
  const position = inSteps ? ts`progress.step` : ts`progress.epoch`;
  const length = (duration: unknown): Code =>
    isDuration(duration) ? (inSteps ? stepsOf(duration) : literal(duration.amount)) : literal(0);
  const before = lengthsOf(run.schedule.parts.slice(0, run.schedule.parts.indexOf(part)));
  const update = ts`const ${counter} = updatePlateau(
      { ...${rule}, patience: ${length(patience)}, cooldown: ${length(cooldown)} },
      { best: progress.${best}, since: progress.${since}, rest: progress.${rest}, drops: progress.${counter} },
      ${value} ?? Number.NaN, ${position},
    );
    progress.${best} = ${counter}.best;
    progress.${since} = ${counter}.since;
    progress.${rest} = ${counter}.rest;
    progress.${counter} = ${counter}.drops;`;
  return {
    counter,
    settings: ts`
/** When the watched number, ${literal(watched)}, counts as better; the rate is lowered when it no longer gets better. */
const ${rule} = ${literal({ better, threshold: Number(threshold) })} as const;`,
    progress: ts`${best}: Number.${name(better === "lower" ? "POSITIVE_INFINITY" : "NEGATIVE_INFINITY")}, ${since}: 0, ${rest}: 0, ${counter}: 0,`,
    measured:
      before.length === 0
        ? update
        : ts`if (progress.step > ${join(before.map(stepsOf), ts` + `)}) {
      ${update}
    } else progress.${since} = ${position};`,
  };
}

function stepsOf({ amount, unit }: Duration): Code {
  return unit === "step" ? literal(amount) : ts`${literal(amount)} * stepsPerEpoch`;
}
