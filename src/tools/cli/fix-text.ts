import type { Diagnostic, Fix } from "../../compiler/base/diagnostics/diagnostic.ts";
import { applyEdits } from "../../compiler/base/diagnostics/print.ts";
import type { Source } from "../../compiler/base/source.ts";

type Diagnose = (source: Source) => readonly Diagnostic[];

export interface Fixed {
  readonly text: string;
  readonly count: number;
}

/** What a fix uncovers may have a fix of its own; so often and no oftener. */
const mostRounds = 20;

/**
 * Applies the fix of every finding that has exactly one, then looks again, until nothing is left to fix. A fix is kept only
 * when its finding is gone and the file is no worse: one that parsed still parses, one without errors stays without.
 */
export function fixText(source: Source, diagnose: Diagnose): Fixed {
  let current = source;
  let count = 0;
  let found = diagnose(current);
  const refused = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const chosen = apart(
      found.filter((each) => isFixable(each, current) && !refused.has(keyOf(each))),
    );
    if (chosen.length === 0) break;
    const step =
      attempt(current, found, chosen, diagnose) ??
      first(chosen, (one) => attempt(current, found, [one], diagnose));
    if (!step) {
      for (const each of chosen) refused.add(keyOf(each));
      continue;
    }
    ({ current, found } = step);
    count += step.applied;
  }
  return { text: current.text, count };
}

interface Step {
  readonly current: Source;
  readonly found: readonly Diagnostic[];
  readonly applied: number;
}

/** The text with these fixes, when it is better for them. */
function attempt(
  source: Source,
  before: readonly Diagnostic[],
  chosen: readonly Diagnostic[],
  diagnose: Diagnose,
): Step | undefined {
  const current = { path: source.path, text: applyEdits(source.text, chosen.flatMap(editsOf)) };
  const found = diagnose(current);
  const gone = chosen.every((each) => count(found, keyOf(each)) < count(before, keyOf(each)));
  return gone && soundness(found) >= soundness(before)
    ? { current, found, applied: chosen.length }
    : undefined;
}

function first(
  chosen: readonly Diagnostic[],
  attemptOne: (one: Diagnostic) => Step | undefined,
): Step | undefined {
  for (const one of chosen) {
    const step = attemptOne(one);
    if (step) return step;
  }
  return undefined;
}

function count(found: readonly Diagnostic[], key: string): number {
  return found.filter((each) => keyOf(each) === key).length;
}

/** The same finding before and after an edit, wherever it stands then. */
function keyOf({ code, message }: Diagnostic): string {
  return `${code} ${message}`;
}

/** 0: does not parse; 1: parses, with errors; 2: no errors. */
export function soundness(found: readonly Diagnostic[]): 0 | 1 | 2 {
  const errors = found.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return 2;
  return errors.some(({ code }) => /^NN0[01]/.test(code)) ? 0 : 1;
}

function isFixable({ fixes }: Diagnostic, source: Source): boolean {
  return (
    fixes.length === 1 &&
    fixes[0]!.edits.length > 0 &&
    fixes[0]!.edits.every(({ span }) => span.source.path === source.path)
  );
}

function editsOf({ fixes }: Diagnostic): Fix["edits"] {
  return fixes[0]!.edits;
}

/** Those whose edits neither overlap nor touch those of one before; the others have their turn in the next round. */
function apart(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const taken: Fix["edits"][number]["span"][] = [];
  return found.filter((each) => {
    const spans = editsOf(each).map(({ span }) => span);
    if (
      spans.some((span) =>
        taken.some((other) => span.start <= other.end && other.start <= span.end),
      )
    )
      return false;
    taken.push(...spans);
    return true;
  });
}
