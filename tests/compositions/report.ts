import type { Composition } from "./composition.ts";
import { drawComposition } from "./draw.ts";
import { examine, type Examined, type Examination, type Examiner, type Fault } from "./examine.ts";
import { shrink } from "./shrink.ts";

/** What many networks came to. */
export interface Tally {
  networks: number;
  stages: number;
  /** Networks whose numbers had to be drawn anew, and those that no draw decided, by reason. */
  drawnAnew: number;
  readonly skipped: Map<string, number>;
  readonly faults: Map<string, number>;
  readonly examiners: Map<Examiner, ExaminerTally>;
}

interface ExaminerTally {
  networks: number;
  tensors: number;
  vague: number;
  ofAllowed: number;
  relative: number;
}

export function newTally(): Tally {
  return {
    networks: 0,
    stages: 0,
    drawnAnew: 0,
    skipped: new Map(),
    faults: new Map(),
    examiners: new Map(),
  };
}

/** Adds what came of one network. */
export function count(tally: Tally, { stages }: Composition, examined: Examined): void {
  tally.networks++;
  tally.stages += stages.length;
  if (examined.draws > 0) tally.drawnAnew++;
  if (examined.verdict === "skipped") increase(tally.skipped, examined.reason);
  if (examined.verdict === "fault") increase(tally.faults, examined.fault.examiner);
  if (examined.verdict !== "fine") return;
  for (const [examiner, { tensors, vague, worst }] of examined.judgements) {
    const known = tally.examiners.get(examiner);
    const own = known ?? { networks: 0, tensors: 0, vague: 0, ofAllowed: 0, relative: 0 };
    tally.examiners.set(examiner, own);
    own.networks++;
    own.tensors += tensors;
    own.vague += vague;
    own.ofAllowed = Math.max(own.ofAllowed, worst.ofAllowed);
    own.relative = Math.max(own.relative, worst.relative);
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The share of networks that nothing was said about. */
export function skippedShare({ skipped, networks }: Tally): number {
  return [...skipped.values()].reduce((sum, each) => sum + each, 0) / Math.max(1, networks);
}

/** A fault on the smallest network that shows it, in words. */
export async function shrunkReport(
  composition: Composition,
  { fault }: Examined & { readonly verdict: "fault" },
  examination: Examination,
  looks?: number,
): Promise<{ readonly smallest: Composition; readonly report: string }> {
  const examiners = fault.examiner === "compiler" ? [] : [fault.examiner];
  const look = (candidate: Composition): Promise<Examined> =>
    examine(candidate, { ...examination, examiners });
  const smallest = await shrink(
    composition,
    async (candidate) => {
      const found = await look(candidate);
      return found.verdict === "fault" && isAlike(found.fault, fault);
    },
    looks,
  );
  const again = await look(smallest);
  return {
    smallest,
    report:
      again.verdict === "fault" ? faultText(smallest, again.text, again.fault) : "not seen again",
  };
}

/** On the same backend, and wrong in the same way: by a number or by an error. */
function isAlike(one: Fault, other: Fault): boolean {
  return (
    one.examiner === other.examiner && (one.error === undefined) === (other.error === undefined)
  );
}

/** The spec, the tensors that deviate, and how to see it again. */
export function faultText({ seed, rows }: Composition, text: string, fault: Fault): string {
  const deviations = fault.deviations.map(
    ({ name, place, found, expected, allowed }) =>
      `  ${name}[${place}] is ${found}, not ${expected} ± ${allowed.toExponential(1)}`,
  );
  return [
    `seed ${seed} on ${fault.examiner}, rows ${rows.join(", ")}:`,
    ...(fault.error === undefined ? [] : [`  ${fault.error}`]),
    ...deviations,
    text,
  ].join("\n");
}

/** Draws and examines one network of a seed. */
export async function examineSeed(
  seed: number,
  examination: Examination,
): Promise<{ readonly composition: Composition; readonly examined: Examined }> {
  const composition = drawComposition(seed);
  return { composition, examined: await examine(composition, examination) };
}
