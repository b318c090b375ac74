import { freemem } from "node:os";
import type { InterpretationCost } from "../../../compiler/ir/interpretation-cost.ts";
import type { TypedRun } from "../../../compiler/typed/program.ts";
import { verificationCost } from "../../../compiler/verification.ts";
import { byteCount } from "../output.ts";

/** Rows that stand for the whole set where a run trains on all of it at once. */
export const rowsOfAll = 256;

/** What an interpretation of several rows may cost where nobody asked for more: some seconds; one row may take a minute. */
const mostOperations = 5e8;
const mostOfOneRow = 3e9;
const mostBytes = 2 ** 31;

/** The step is interpreted in float64, in float32, and its last part with other gradients; backends take their time as well. */
const interpretations = 4;
const secondsPerOperation = 5e-9;
/** Of each interpretation the results are kept. */
const copies = 3;

/** What it takes to interpret the batch that a run trains with. */
export function wholeBatchCost(
  run: TypedRun,
  dims: ReadonlyMap<string, number>,
): { readonly operations: number; readonly seconds: number } {
  const cost = verificationCost(run, { rows: rowsOfAll, dims })(wholeBatch(run));
  return { operations: cost.operations, seconds: secondsOf(cost) };
}

function wholeBatch({ batch }: TypedRun): number {
  return batch === "all" ? rowsOfAll : batch;
}

/** How many rows are interpreted, and what that takes; or why even one row is not. */
export type Affordable =
  | { readonly rows: number; readonly seconds: number; readonly isWhole: boolean }
  | { readonly refused: string };

/**
 * The rows of a step that the interpreter has time for: those that were asked for, else those of the run's own batch, else as many
 * as take a few seconds. What takes longer or more memory than there is, is refused.
 */
export function affordableRows(
  run: TypedRun,
  dims: ReadonlyMap<string, number>,
  asked?: number,
): Affordable {
  const whole = wholeBatch(run);
  const costOf = verificationCost(run, { rows: rowsOfAll, dims });
  const of = (rows: number): Affordable => ({
    rows,
    seconds: secondsOf(costOf(rows)),
    isWhole: rows === whole && asked === undefined,
  });
  if (asked !== undefined) return tooLarge(costOf(asked)) ?? of(asked);
  const one = costOf(1);
  if (one.operations > mostOfOneRow || copies * one.bytes > mostBytes)
    return { refused: tooLong(one) };
  return of(largestBelow(whole, (rows) => isCheap(costOf(rows))));
}

/** The largest number up to `most` for which that holds, and at least 1. */
function largestBelow(most: number, holds: (rows: number) => boolean): number {
  if (holds(most)) return most;
  let [low, high] = [1, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function isCheap({ operations, bytes }: InterpretationCost): boolean {
  return operations <= mostOperations && copies * bytes <= mostBytes;
}

function tooLarge({ bytes }: InterpretationCost): Affordable | undefined {
  const needed = copies * bytes;
  return needed <= freemem()
    ? undefined
    : {
        refused: `the float64 interpreter would need about ${byteCount(needed)} of memory, and ${byteCount(freemem())} are free`,
      };
}

function tooLong(one: InterpretationCost): string {
  return `even one row would take the float64 interpreter about ${duration(secondsOf(one))} and ${byteCount(copies * one.bytes)} of memory; --rows 1 does it all the same`;
}

function secondsOf({ operations }: InterpretationCost): number {
  return operations * interpretations * secondsPerOperation;
}

/** `8 seconds`, `5 minutes`: an estimate, so no finer. */
export function duration(seconds: number): string {
  const [amount, unit] = seconds < 90 ? [seconds, "second"] : [seconds / 60, "minute"];
  const rounded = Math.max(1, Math.round(amount));
  return `${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}
