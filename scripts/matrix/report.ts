import { actions, examples, places, type Cell } from "./cells.ts";
import type { Outcome } from "./node-cells.ts";

interface Settings {
  readonly limit: number;
  /** Whether processor time is what counts. */
  readonly byCpu: boolean;
  readonly skipped: ReadonlyMap<string, number>;
}

/** The table of all cells by place, action and example, those that failed, and how many of what there were. */
export function reportOf(
  outcomes: readonly Outcome[],
  settings: Settings,
): { readonly text: string; readonly failed: number } {
  const failed = outcomes.filter((outcome) => problemOf(outcome, settings) !== undefined);
  const lines = failed.map(
    (outcome) => `- ${titleOf(outcome.cell)}: ${problemOf(outcome, settings)!}`,
  );
  return {
    failed: failed.length,
    text: [tableOf(outcomes, settings), ...lines, summaryOf(outcomes, failed, settings)].join("\n"),
  };
}

function titleOf({ threads, ...others }: Cell): string {
  return [...Object.values(others), `threads=${threads}`].join(" · ");
}

/** Time that counts; pages tell no processor time of their own. */
function timeOf({ seconds, processorSeconds }: Outcome, { byCpu }: Settings): number {
  return byCpu && processorSeconds > 0 ? processorSeconds : seconds;
}

function problemOf(outcome: Outcome, settings: Settings): string | undefined {
  if (outcome.problem !== undefined) return outcome.problem;
  const time = timeOf(outcome, settings);
  const counts = outcome.processorSeconds > 0 || !settings.byCpu;
  return counts && time > settings.limit ? `it took ${time.toFixed(1)} s` : undefined;
}

/** `34 of 34, 2.1 s`: how many were right, and the longest time. */
function tableOf(outcomes: readonly Outcome[], settings: Settings): string {
  const rows = places.flatMap((place) =>
    actions.flatMap((action) => {
      const own = outcomes.filter(({ cell }) => cell.place === place && cell.action === action);
      if (own.length === 0) return [];
      const entries = examples.map((example) =>
        entryOf(
          own.filter(({ cell }) => cell.example === example),
          settings,
        ),
      );
      return [`| ${place} | ${action} | ${entries.join(" | ")} |`];
    }),
  );
  const head = `| place | action | ${examples.join(" | ")} |\n|---|---|${examples.map(() => "---|").join("")}`;
  return [head, ...rows].join("\n");
}

function entryOf(outcomes: readonly Outcome[], settings: Settings): string {
  if (outcomes.length === 0) return "–";
  const right = outcomes.filter((outcome) => problemOf(outcome, settings) === undefined);
  const longest = Math.max(...outcomes.map((outcome) => timeOf(outcome, settings)));
  return `${right.length} of ${outcomes.length}, ${longest.toFixed(1)} s`;
}

function summaryOf(
  outcomes: readonly Outcome[],
  failed: readonly Outcome[],
  { limit, byCpu, skipped }: Settings,
): string {
  const why = [...skipped].map(([reason, count]) => `${reason}: ${count}`).join("; ");
  const all = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const ended = outcomes.length - failed.length;
  const time = `${limit} s${byCpu ? " of processor time" : ""}`;
  return `${outcomes.length} cells: ${ended} ended within ${time} and were right, ${failed.length} failed. ${all} combinations mean nothing (${why}).`;
}
