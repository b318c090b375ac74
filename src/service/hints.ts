import { place, type Analysis } from "../compiler/analysis/analysis.ts";
import { stageFacts } from "../compiler/analysis/facts.ts";
import { toPosition, type Position } from "./places.ts";

/** A shape after a stage, and how many numbers training changes in it. */
export interface StageHint {
  /** The end of the stage. */
  readonly offset: number;
  readonly position: Position;
  /** `f32[B, h: 14, w: 14, c: 16]`. */
  readonly shape: string;
  readonly parameters: number | undefined;
  /** Whether it is of an earlier text, as this one cannot be inferred here. */
  readonly kept: boolean;
}

/**
 * The shapes after all stages that can be inferred, and where something cannot, those of the text before in the places to which the
 * change has moved them: a hint goes only with the text that it stands in.
 */
export function hintsOf(
  analysis: Analysis,
  before: { readonly analysis: Analysis; readonly hints: readonly StageHint[] } | undefined,
): readonly StageHint[] {
  const { source, recording } = analysis;
  const hints = new Map<number, StageHint>();
  const seen = new Set<number>();
  for (const [stage, observed] of recording.stages) {
    const at = place(analysis, stage.span);
    if (at?.source !== source) continue;
    const { outputs, parameters } = stageFacts(analysis, observed, "shapes");
    if (outputs === undefined) continue;
    seen.add(at.end);
    hints.set(at.end, {
      offset: at.end,
      position: toPosition(source, at.end),
      shape: outputs.length === 1 ? outputs[0]! : `(${outputs.join(", ")})`,
      parameters,
      kept: false,
    });
  }
  for (const hint of before ? moved(before.hints, before.analysis.source.text, source.text) : []) {
    if (seen.has(hint.offset) || isWhole(analysis, hint.offset)) continue;
    hints.set(hint.offset, {
      ...hint,
      position: toPosition(source, hint.offset),
      kept: true,
    });
  }
  return [...hints.values()].sort((a, b) => a.offset - b.offset);
}

/** Whether what stands at an offset was inferred without an error, so that nothing older can be truer. */
function isWhole({ items, program, resolved }: Analysis, offset: number): boolean {
  const placed = items.find(({ start, end }) => start <= offset && offset <= end);
  if (!placed) return false;
  const { item } = placed;
  if (item.kind !== "model") return false;
  return (
    resolved.file.items.includes(item) && program.models.some(({ span }) => span === item.name.span)
  );
}

/** Hints outside of what changed, at their new offsets. */
function moved(hints: readonly StageHint[], before: string, after: string): readonly StageHint[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  const [last, shift] = [before.length - end, after.length - before.length];
  return hints.flatMap((hint) => {
    if (hint.offset <= start) return [hint];
    return hint.offset >= last ? [{ ...hint, offset: hint.offset + shift }] : [];
  });
}
