import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import type { Span } from "../../base/source.ts";
import type { ArgumentValue, Duration, Use } from "../../library/arguments.ts";
import type { ScheduleDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { SchedulePart } from "../../typed/program.ts";
import { useOf } from "./arguments.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { applyDefinition } from "./formula.ts";

/** A part of a schedule and where it was written. */
export interface PlacedPart {
  readonly part: SchedulePart;
  readonly span: Span;
}

/** `warmup(2 epochs) then cosine(to: 0)` as its parts; undefined when something was reported. */
export function inferSchedule(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): readonly PlacedPart[] | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  const written = value.kind === "sequence" ? value.parts : [value];
  const parts = written.map((part) => {
    const span = part === value ? expression.span : part.span;
    const read = readPart(context, scope, part, span);
    return read && { part: read, span };
  });
  if (parts.includes(undefined)) return undefined;
  const complete = parts.filter((part) => part !== undefined);
  const fine = complete.map((placed, index) =>
    checkPart(context, placed, index === complete.length - 1),
  );
  return fine.includes(false) ? undefined : complete;
}

function readPart(
  context: Context,
  scope: Scope,
  value: CompileValue,
  span: Span,
): SchedulePart | undefined {
  if (value.kind === "declaration" && value.declaration.item.kind === "define") {
    const { item, scope: itemScope } = value.declaration;
    const applied = applyDefinition(context, value.scope, item, itemScope, value.arguments, span);
    return applied && { kind: "formula", ...applied, name: item.name.text };
  }
  if (value.kind === "word" || value.kind === "text") {
    const use = useOf(context, scope, "schedule", value, span) as
      Use<ScheduleDefinition> | undefined;
    return use && { kind: "use", use };
  }
  const hint =
    value.kind === "size" || value.kind === "number"
      ? "the rate itself is the optimizer's: `sgd(0.1)`"
      : undefined;
  context.report(
    diagnostic(wrongKindOfValue, span, {
      name: "schedule",
      expected: "a schedule such as `cosine(to: 0)`",
      found: describeValue(value, span),
      hint,
    }),
  );
  return undefined;
}

/** All parts but the last have a duration, in epochs or steps. */
function checkPart(context: Context, { part, span }: PlacedPart, last: boolean): boolean {
  const clock =
    part.kind === "use"
      ? durationsOf(part.use).find(
          (duration) => duration.unit !== "epoch" && duration.unit !== "step",
        )
      : undefined;
  if (clock) {
    context.report(
      diagnostic(messages.durationNotHere, span, {
        name: part.kind === "use" ? part.use.definition.name : part.name,
        found: showDuration(clock),
      }),
    );
    return false;
  }
  if (last || lengthOf(part)) return true;
  const name = part.kind === "use" ? part.use.definition.name : part.name;
  const timed = part.kind === "use" && part.use.definition.duration !== undefined;
  context.report(
    diagnostic(messages.partWithoutEnd, span, {
      name,
      example: timed ? `${name}(5 epochs)` : undefined,
    }),
  );
  return false;
}

/** How long a part of a sequence lasts, when it says so. */
export function lengthOf(part: SchedulePart): Duration | undefined {
  if (part.kind !== "use" || part.use.definition.duration === undefined) return undefined;
  const value = part.use.arguments[part.use.definition.duration];
  return isDuration(value) ? value : undefined;
}

function isDuration(value: ArgumentValue): value is Duration {
  return typeof value === "object" && "unit" in value && "amount" in value;
}

function durationsOf(use: Use): readonly Duration[] {
  return Object.values(use.arguments).flatMap((value): readonly Duration[] => {
    if (Array.isArray(value)) return (value as readonly ArgumentValue[]).filter(isDuration);
    return isDuration(value) ? [value] : [];
  });
}

function showDuration({ amount, unit }: Duration): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/** How long a run is, in the units that are known before the data is. */
export interface RunLength {
  readonly epochs: number;
  readonly steps: number | undefined;
}

const countedUnits: readonly ("epoch" | "step")[] = ["epoch", "step"];

/** Warns of a part, or of a milestone in one, that only comes when the run is over. */
export function checkLengths(context: Context, parts: readonly PlacedPart[], run: RunLength): void {
  for (const unit of countedUnits) {
    const end = unit === "epoch" ? run.epochs : run.steps;
    if (end === undefined || end === 0) continue;
    let start = 0;
    for (const { part, span } of parts) {
      const name = part.kind === "use" ? part.use.definition.name : part.name;
      const show = (amount: number) => showDuration({ amount, unit });
      const length = lengthOf(part);
      const here = length && length.unit === unit ? length.amount : undefined;
      if (start >= end) {
        context.report(
          diagnostic(messages.beyondTheEnd, span, {
            what: `\`${name}\` begins when the run is over`,
            at: `after ${show(start)}`,
            end: show(end),
          }),
        );
        break;
      }
      if (here !== undefined && start + here > end) {
        context.report(
          diagnostic(messages.beyondTheEnd, span, {
            what: `\`${name}\` is longer than the run`,
            at: show(start + here),
            end: show(end),
          }),
        );
        break;
      }
      const late =
        part.kind === "use"
          ? milestones(part).find((each) => each.unit === unit && start + each.amount >= end)
          : undefined;
      if (late)
        context.report(
          diagnostic(messages.beyondTheEnd, span, {
            what: `a milestone of \`${name}\` never comes`,
            at: show(start + late.amount),
            end: show(end),
          }),
        );
      if (here === undefined) break;
      start += here;
    }
  }
}

/** The durations in lists (`at: (30 epochs, 60 epochs)`) are places on the way. */
function milestones(part: Extract<SchedulePart, { kind: "use" }>): readonly Duration[] {
  return Object.values(part.use.arguments).flatMap((value) =>
    Array.isArray(value) ? (value as readonly ArgumentValue[]).filter(isDuration) : [],
  );
}
