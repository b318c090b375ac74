import type { Duration } from "../library/arguments.ts";
import type { SchedulePart } from "./program.ts";

/** The parts of a sequence that watch a number, in order. */
export function watchingParts(
  parts: readonly SchedulePart[],
): readonly Extract<SchedulePart, { kind: "use" }>[] {
  return parts.filter(
    (part) => part.kind === "use" && part.use.definition.watches === true,
  ) as readonly Extract<SchedulePart, { kind: "use" }>[];
}

/** How long each of some parts lasts, where they say so. */
export function lengthsOf(parts: readonly SchedulePart[]): readonly Duration[] {
  return parts.flatMap((part) => {
    const value =
      part.kind === "formula" || part.use.definition.duration === undefined
        ? undefined
        : part.use.arguments[part.use.definition.duration];
    return isDuration(value) ? [value] : [];
  });
}

export function isDuration(value: unknown): value is Duration {
  return typeof value === "object" && value !== null && "amount" in value && "unit" in value;
}
