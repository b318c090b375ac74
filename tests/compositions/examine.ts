import { observe, type BackendName, type Spoil } from "./backends.ts";
import type { Composition } from "./composition.ts";
import { differences } from "./differences.ts";
import { judge, type Deviation, type Judgement } from "./judge.ts";
import {
  compileComposition,
  NoNetwork,
  problemOf,
  type CompiledSpec,
  type Problem,
} from "./problem.ts";
import { referenceOf, type Reference } from "./reference.ts";

/** What is compared with the reference: backends, and the gradient with the slope of the loss itself. */
export type Examiner = BackendName | "slope";

/** What came of a network on the backends. */
export type Examined = { readonly text: string; readonly draws: number } & (
  | { readonly verdict: "fine"; readonly judgements: ReadonlyMap<Examiner, Judgement> }
  | { readonly verdict: "skipped"; readonly reason: string }
  | { readonly verdict: "fault"; readonly fault: Fault }
);

export interface Fault {
  readonly examiner: Examiner | "compiler";
  readonly deviations: readonly Deviation[];
  /** Where it was not a number that was wrong. */
  readonly error?: string;
}

export interface Examination {
  readonly examiners: readonly Examiner[];
  readonly spoil?: Spoil;
}

/** How often the numbers of a network are drawn anew where rounding could take a decision otherwise. */
const mostDraws = 6;
/** How many calculations are rounded by chance before a deviation is believed. */
const suspicious = 16;

/** A network on backends against the float64 interpreter. */
export async function examine(
  composition: Composition,
  examination: Examination,
): Promise<Examined> {
  const compiled = compileOrFault(composition);
  return "verdict" in compiled
    ? compiled
    : examineSpec(compiled, composition.seed, composition.rows, examination);
}

/** An error of the compiler is a fault of it; a text that is no network is not. */
function compileOrFault(
  composition: Composition,
): CompiledSpec | (Examined & { readonly verdict: "fault" }) {
  try {
    return compileComposition(composition);
  } catch (error) {
    if (error instanceof NoNetwork) throw error;
    const fault = { examiner: "compiler", deviations: [], error: messageOf(error) } as const;
    return { text: JSON.stringify(composition), draws: 0, verdict: "fault", fault };
  }
}

export async function examineSpec(
  spec: CompiledSpec,
  seed: number,
  rows: readonly number[],
  examination: Examination,
): Promise<Examined> {
  const { text } = spec;
  let reason = "";
  for (let draws = 0; draws < mostDraws; draws++) {
    const problem = problemOf(spec, seed + 1_000_003 * draws, rows);
    const outcome = await compare(problem, examination);
    if (!("reason" in outcome)) return { text, draws, ...outcome };
    reason = outcome.reason;
  }
  return { text, draws: mostDraws, verdict: "skipped", reason };
}

type Outcome =
  | { readonly verdict: "fine"; readonly judgements: ReadonlyMap<Examiner, Judgement> }
  | { readonly verdict: "fault"; readonly fault: Fault }
  | { readonly reason: string };

async function compare(problem: Problem, { examiners, spoil }: Examination): Promise<Outcome> {
  const reference = referenceOf(problem);
  const reason = whyNot(reference);
  if (reason !== undefined) return { reason };
  const judgements = new Map<Examiner, Judgement>();
  for (const examiner of examiners) {
    try {
      const found =
        examiner === "slope"
          ? differences(problem, reference)
          : await judged(problem, reference, examiner, spoil);
      if ("reason" in found) return found;
      if (found.deviations.length > 0)
        return { verdict: "fault", fault: { examiner, deviations: found.deviations } };
      judgements.set(examiner, found);
    } catch (error) {
      return { verdict: "fault", fault: { examiner, deviations: [], error: messageOf(error) } };
    }
  }
  return { verdict: "fine", judgements };
}

/** A deviation is believed when many more calculations rounded by chance do not explain it. */
async function judged(
  problem: Problem,
  reference: Reference,
  backend: BackendName,
  spoil: Spoil | undefined,
): Promise<Judgement | { readonly reason: string }> {
  const observed = await observe(problem, backend, spoil);
  const first = judge(observed, reference);
  if (first.deviations.length === 0) return first;
  const closer = referenceOf(problem, suspicious);
  const reason = whyNot(closer);
  return reason === undefined ? judge(observed, closer) : { reason };
}

function whyNot({ isBounded, undecided }: Reference): string | undefined {
  if (!isBounded) return "numbers grow beyond a million";
  return undecided && `rounding decides a ${undecided}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
