import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { badRepeat, undecidedTest } from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import type { Frame } from "./elaboration.ts";
import { evaluate, reportUnknown } from "./evaluate.ts";

const mostTurns = 10_000;

/** The values of the index: 1 … n, or those of the range; both ends belong to it, and a range that goes down is empty. */
export function turnsOf(
  frame: Frame,
  scope: Scope,
  repeat: Ast.Repeat,
): readonly number[] | undefined {
  const value = evaluate(frame.context, scope, repeat.count);
  if (!value) return undefined;
  const [low, high] = value.kind === "range" ? [value.from, value.to] : [undefined, value];
  const ends = [low === undefined ? 1 : wholeNumber(frame, low), wholeNumber(frame, high)];
  const [from, to] = ends;
  if (from === undefined || to === undefined) return undefined;
  if (value.kind !== "range" && to < 0)
    return refuseRepeat(frame, "an integer from 0 on", repeat.count.span);
  if (to - from >= mostTurns)
    return refuseRepeat(frame, `at most ${mostTurns} repetitions`, repeat.count.span);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);
}

function refuseRepeat(frame: Frame, expected: string, at: Span): undefined {
  frame.context.report(diagnostic(badRepeat, at, { expected, found: snippet(at) }));
  return undefined;
}

function wholeNumber(frame: Frame, value: CompileValue): number | undefined {
  if (value.kind === "word") {
    reportUnknown(frame.context, value.scope, value.path);
    return undefined;
  }
  if (value.kind !== "size") return refuseRepeat(frame, "an integer", value.span);
  const known = Dims.known(value.dim);
  if (known !== undefined) return known;
  frame.context.report(
    diagnostic(undecidedTest, value.span, {
      test: `repeat ${Dims.print(value.dim)}`,
      symbols: Dims.symbolsOf(value.dim),
    }),
  );
  return undefined;
}
