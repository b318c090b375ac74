import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { threadCount } from "../../../runtime/thread-count.ts";
import { UserError } from "../../../runtime/errors.ts";
import { exitCode, UsageError } from "../exit.ts";
import type { VerifyOptions } from "../options.ts";
import { usesColor, writeLine, type Format } from "../output.ts";
import { choose, chooseRun, programOf, refuseNotYet } from "../runs.ts";
import { duration } from "../verification/affordable.ts";
import { printVerified } from "../verification/print.ts";
import { isBeyond, verifyRun, type Verified } from "../verification/verify-run.ts";

type Outcome = Awaited<ReturnType<typeof verifyRun>>;

/** One batch of a run on every backend here against the float64 interpreter; without `--run` of every run of the file. */
export async function verify(file: string, options: VerifyOptions): Promise<void> {
  const program = programOf(file, options.set, options.format);
  if (!program) return;
  const { threads, ...rest } = options;
  const choices = { ...rest, file, ...(threads !== undefined && { threads: countOf(threads) }) };
  const outcomes: Outcome[] = [];
  for (const run of runsOf(program, options.run)) {
    const outcome = await verifyRun(program, run, choices, (seconds) =>
      announce(run.name, seconds, options.format),
    );
    outcomes.push(outcome);
    if (options.format === "pretty") print(outcome);
  }
  if (options.format === "json") writeLine(JSON.stringify({ runs: outcomes.map(plain) }, spell, 2));
  process.exitCode = codeOf(outcomes);
}

/** The run of that name, the members of an ensemble, or all runs. */
function runsOf(program: Program, name: string | undefined): readonly TypedRun[] {
  if (name === undefined && program.runs.length > 1) return program.runs.map(refuseNotYet);
  const chosen = choose(program, name);
  if (!("members" in chosen)) return [chosen];
  return [...new Set(chosen.members.map(({ run }) => run))].map((run) => chooseRun(program, run));
}

function countOf(threads: string): number | "auto" {
  try {
    return threadCount(threads) ?? "auto";
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message);
    throw error;
  }
}

/** What takes long is said before it begins. */
function announce(run: string, seconds: number, format: Format): void {
  if (format === "pretty" && seconds >= 5)
    process.stderr.write(`${run}: interpreting a step, which takes about ${duration(seconds)}\n`);
}

function print(outcome: Outcome): void {
  if ("refused" in outcome)
    process.stderr.write(`nnspec: ${outcome.run} is not verified: ${outcome.refused}\n`);
  else writeLine(printVerified(outcome, usesColor(process.stdout)));
}

/** For programs: the verdict stands with the numbers. */
function plain(outcome: Outcome): object {
  if ("refused" in outcome) return { ...outcome, verdict: "not verified" };
  return { ...outcome, verdict: deviates(outcome) ? "beyond rounding" : "within rounding" };
}

/** Numbers that JSON has no word for are texts. */
function spell(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function deviates({ backends }: Verified): boolean {
  return backends.some(isBeyond);
}

function codeOf(outcomes: readonly Outcome[]): number {
  if (outcomes.some((outcome) => !("refused" in outcome) && deviates(outcome)))
    return exitCode.specHasErrors;
  return outcomes.some((outcome) => "refused" in outcome) ? exitCode.usage : exitCode.clean;
}
