import type { ValueStatistics } from "../../../runtime/value-statistics.ts";
import type { LastingZeros, Measured, MeasuredValue } from "./measure.ts";

export type Ailment = "zero" | "vanishing" | "exploding" | "saturated" | "dead" | "symmetric";

/** One thing that is wrong at one place. */
export interface Finding {
  readonly ailment: Ailment;
  readonly of: "values" | "gradients";
  /** A few words for a column: `values vanish`. */
  readonly words: string;
}

export interface Judged {
  /** By the name of the value; a value without findings is healthy. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  /** The weights whose gradient is exactly 0 everywhere. */
  readonly unreached: readonly string[];
  /** What is wrong with the run, in a sentence each, with what to do; empty when it begins well. */
  readonly verdicts: readonly { readonly ailment: Ailment; readonly sentence: string }[];
}

/** The thresholds of the compiler's own lints: a hundredth and a hundredfold of the size at the inputs or the outputs. */
const least = 1e-2;
const most = 1e2;
/** More than half of the units flat or dead. */
const tooMany = 0.5;

/** What the beginning of a run suffers from, by its statistics. Values are judged by the inputs' spread, gradients by that at the last matrix. */
export function judge(measured: Measured): Judged {
  const weighted = measured.values.filter((value) => value.weighted);
  const last = weighted.at(-1);
  const scale =
    Math.max(...measured.inputs.map(({ value }) => Math.hypot(value.mean, value.deviation)), 0) ||
    1;
  const arriving = (last ?? measured.values.at(-1))?.gradient.deviation ?? 1;
  const lasts = (of: keyof LastingZeros, name: string): boolean =>
    measured.lastingZeros?.[of].has(name) ?? true;
  const findings = new Map(
    measured.values.map(
      (value) =>
        [
          value.name,
          [
            ...ofValue(value, last, { scale, stays: lasts("values", value.name) }),
            ...ofGradient(value, last, { arriving, stays: lasts("gradients", value.name) }),
          ],
        ] as const,
    ),
  );
  const unreached = measured.weights
    .filter(({ name, gradient }) => isZero(gradient) && lasts("weights", name))
    .map(({ name }) => name);
  return { findings, unreached, verdicts: summarize(measured, findings, unreached) };
}

function ofValue(
  value: MeasuredValue,
  last: MeasuredValue | undefined,
  { scale, stays }: { readonly scale: number; readonly stays: boolean },
): readonly Finding[] {
  const { notFinite, alike, dead, saturated = 0, mean, deviation } = value.value;
  const of: Finding["of"] = "values";
  if (notFinite > 0) return [{ ailment: "exploding", of, words: "values are no numbers" }];
  if (isZero(value.value) && value !== last)
    return stays ? [{ ailment: "zero", of, words: "values are all 0" }] : [];
  if (value.weighted && alike && value !== last)
    return [{ ailment: "symmetric", of, words: "units are all alike" }];
  if (saturated > tooMany)
    return [{ ailment: "saturated", of, words: `${percent(saturated)} of values flat` }];
  if (value.rectifies && dead > tooMany)
    return [{ ailment: "dead", of, words: `${percent(dead)} of units dead` }];
  const size = Math.hypot(mean, deviation) / scale;
  if (size < least && value !== last) return [{ ailment: "vanishing", of, words: "values vanish" }];
  return size > most ? [{ ailment: "exploding", of, words: "values explode" }] : [];
}

function ofGradient(
  value: MeasuredValue,
  last: MeasuredValue | undefined,
  { arriving, stays }: { readonly arriving: number; readonly stays: boolean },
): readonly Finding[] {
  const of = "gradients";
  if (value.gradient.notFinite > 0)
    return [{ ailment: "exploding", of, words: "gradient is no number" }];
  // Where nothing arrives at the outputs (one row, one number), nothing can be said of what is lost on the way.
  if (value === last || !(arriving > 0)) return [];
  if (isZero(value.gradient)) return stays ? [{ ailment: "zero", of, words: "gradient is 0" }] : [];
  const share = value.gradient.deviation / arriving;
  if (share < least) return [{ ailment: "vanishing", of, words: "gradient vanishes" }];
  return share > most ? [{ ailment: "exploding", of, words: "gradient explodes" }] : [];
}

/** Exactly, everywhere: not small. */
function isZero({ count, zeros }: ValueStatistics): boolean {
  return count > 0 && zeros === 1;
}

const advice: Readonly<Record<Ailment, string>> = {
  zero: "exactly 0 everywhere, so nothing is learned there: look for units that are 0 for every row (`leaky_relu`, or `kaiming(relu)` with biases of 0) and for an input that is 0 in every row",
  vanishing:
    "the first layers will hardly learn: `kaiming` before rectifiers, `xavier` before tanh, or normalise between layers",
  exploding:
    "the first steps will be far too long: `kaiming` or `xavier`, which follow the size of each layer",
  saturated:
    "no gradient passes where an activation is flat: smaller weights (`xavier`), or normalise before it",
  dead: "units that are 0 for every row get no gradient: `kaiming(relu)` with biases of 0, or `leaky_relu`",
  symmetric:
    "units that begin alike stay alike, as their gradients agree: draw the weights at random",
};

function summarize(
  measured: Measured,
  findings: ReadonlyMap<string, readonly Finding[]>,
  unreached: readonly string[],
): Judged["verdicts"] {
  const all = measured.values.flatMap(({ name }) =>
    (findings.get(name) ?? []).map((finding) => ({ name, ...finding })),
  );
  const order = Object.keys(advice) as readonly Ailment[];
  return order.flatMap((ailment) => {
    const weights = ailment === "zero" ? unreached : [];
    if (weights.length === 0 && !all.some((finding) => finding.ailment === ailment)) return [];
    const where = (of: Finding["of"]): string => {
      const names = all
        .filter((finding) => finding.ailment === ailment && finding.of === of)
        .map(({ name }) => name);
      return names.length === 0 ? "" : `${of} at ${range(names)}`;
    };
    const ofWeights = weights.length === 0 ? "" : `gradients of ${listed(weights)}`;
    const places = [where("values"), where("gradients"), ofWeights]
      .filter((text) => text !== "")
      .join(", ");
    return [{ ailment, sentence: `${ailment} (${places}): ${advice[ailment]}` }];
  });
}

const mostListed = 6;

/** By name, as the few that they are. */
function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** `h1`, `h1 and h2`, `h1 … h9`: first and last in the order of the network. */
function range(names: readonly string[]): string {
  if (names.length < 3) return names.join(" and ");
  return `${names[0]} … ${names.at(-1)}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
