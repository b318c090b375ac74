import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { isDim, known } from "../../ir/dim.ts";
import type { ArgumentValue, ArgumentValues, Duration } from "../../library/arguments.ts";
import type { SchedulePart } from "../../typed/program.ts";
import { isDuration, watchingParts } from "../../typed/schedule-parts.ts";
import { clockNames, dropsName } from "../../plan/names.ts";
import { lowerFormula } from "../../typed/formula-nodes.ts";

/** The scalars that every schedule is a formula over; the host knows them at each step. */
export interface Clock {
  readonly graph: GraphBuilder;
  /** From 1. */
  readonly step: Node;
  readonly stepsPerEpoch: Node;
  readonly totalSteps: Node;
}

export function makeClock(builder: GraphBuilder): Clock {
  const graph = builder.at({ path: "schedule", role: "schedule" });
  return {
    graph,
    step: graph.scalar(clockNames.step),
    stepsPerEpoch: graph.scalar(clockNames.stepsPerEpoch),
    totalSteps: graph.scalar(clockNames.totalSteps),
  };
}

/**
 * The value of a sequence at the clock's step. Each part counts its own steps from 1, lasts for its duration, and is told
 * where the part before it ended; the last part lasts to the end of the run.
 */
export function lowerSequence(clock: Clock, parts: readonly SchedulePart[], base: Node): Node {
  return lowerFrom(clock, parts, base, clock.graph.constant(0), base);
}

function lowerFrom(
  clock: Clock,
  parts: readonly SchedulePart[],
  base: Node,
  offset: Node,
  previous: Node,
  watching = 0,
): Node {
  const { graph } = clock;
  const [part, ...rest] = parts;
  invariant(part, "a sequence of schedules has parts");
  const left = graph.subtract(clock.totalSteps, offset);
  const length = durationOf(clock, part) ?? left;
  const valueAt = (step: Node): Node =>
    lowerPart(clock, part, { base, previous, step, length, watching });
  const value = valueAt(graph.subtract(clock.step, offset));
  if (rest.length === 0) return value;
  const end = graph.add(offset, length);
  return graph.select(
    graph.lessEqual(clock.step, end),
    value,
    lowerFrom(
      clock,
      rest,
      base,
      end,
      valueAt(graph.add(length, 1)),
      watching + watchingParts([part]).length,
    ),
  );
}

function durationOf(clock: Clock, part: SchedulePart): Node | undefined {
  if (part.kind === "formula" || part.use.definition.duration === undefined) return undefined;
  const value = part.use.arguments[part.use.definition.duration];
  return value === undefined ? undefined : numberOf(clock, value, undefined);
}

interface Moment {
  readonly base: Node;
  readonly previous: Node;
  readonly step: Node;
  readonly length: Node;
  /** How many parts before this one watch a number. */
  readonly watching: number;
}

function lowerPart(
  clock: Clock,
  part: SchedulePart,
  { base, previous, step, length, watching }: Moment,
): Node {
  const { graph, stepsPerEpoch, totalSteps } = clock;
  if (part.kind === "formula")
    return graph.multiply(
      base,
      lowerFormula(graph, part.expression, new Map([[part.variable, step]])),
    );
  const values = part.use.arguments;
  return part.use.definition.rate({
    graph,
    step,
    length,
    stepsPerEpoch,
    totalSteps,
    base,
    previous,
    drops: graph.scalar(dropsName(watching)),
    number: (argument, index) => numberOf(clock, at(values, argument, index), base),
    count: (argument) => listOf(values[argument]).length,
    values,
  });
}

function at(values: ArgumentValues, argument: string, index: number | undefined): ArgumentValue {
  return index === undefined ? values[argument] : listOf(values[argument])[index];
}

function listOf(value: ArgumentValue): readonly ArgumentValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A duration as steps, a multiple as that many times the base, a number as it is. */
function numberOf(clock: Clock, value: ArgumentValue, base: Node | undefined): Node {
  if (typeof value === "number") return clock.graph.constant(value);
  if (isDuration(value)) return stepsOf(clock, value);
  if (isDim(value)) return clock.graph.constant(known(value) ?? Number.NaN);
  invariant(
    base && typeof value === "object" && "multiple" in value,
    "a schedule's argument is a number, a duration or a multiple",
  );
  return clock.graph.multiply(base, value.multiple);
}

export function stepsOf(clock: Clock, duration: Duration): Node {
  invariant(
    duration.unit === "epoch" || duration.unit === "step",
    `a schedule lasts epochs or steps, not ${duration.unit}s`,
  );
  return duration.unit === "step"
    ? clock.graph.constant(duration.amount)
    : clock.graph.multiply(clock.stepsPerEpoch, duration.amount);
}
