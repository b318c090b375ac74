import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { sumOf, unknown, type Growth } from "../../library/support/growth.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Context } from "./context.ts";
import { snippet } from "./describe.ts";
import { growthOf } from "./growth.ts";
import type { PlacedPart } from "./schedule.ts";

/**
 * `guarantee: robbins_monro`: Σ η = ∞ and Σ η² < ∞ (Robbins, Monro 1951). Only the last part of a sequence goes on for ever; the
 * parts before it matter where they leave off at 0.
 */
export function checkGuarantee(
  context: Context,
  parts: readonly PlacedPart[],
  setting: Ast.Setting,
): void {
  const last = parts.at(-1)!;
  const startsAtZero = parts
    .slice(0, -1)
    .reduce(
      (atZero, { part }) =>
        part.kind === "use" &&
        part.use.definition.growth?.(part.use.arguments, atZero).kind === "zero",
      false,
    );
  const growth = growthOfPart(last, startsAtZero);
  const related = [{ span: last.span, message: "this schedule" }];
  const schedule = snippet(last.span);
  if (growth.kind === "unknown") {
    context.report(
      diagnostic(
        messages.guaranteeUndecided,
        setting.span,
        { schedule, why: growth.why },
        { related },
      ),
    );
    return;
  }
  const why = brokenBy(growth, startsAtZero);
  if (why !== undefined)
    context.report(
      diagnostic(messages.guaranteeBroken, setting.span, { schedule, why }, { related }),
    );
}

function growthOfPart({ part }: PlacedPart, startsAtZero: boolean): Growth {
  if (part.kind === "formula") return growthOf(part.expression, part.variable);
  const { definition, arguments: values } = part.use;
  return (
    definition.growth?.(values, startsAtZero) ??
    unknown(`nothing is known here of how \`${definition.name}\` goes on`)
  );
}

/** Which of the two sums fails, and why. */
function brokenBy(
  growth: Exclude<Growth, { kind: "unknown" }>,
  startsAtZero: boolean,
): string | undefined {
  if (growth.kind === "zero")
    return `Σ η is finite, because ${startsAtZero ? "the part before it ends at 0, and it starts from there" : "the rate ends at 0"}`;
  if (growth.coefficient < 0) return "the rate becomes negative";
  if (sumOf(growth, 1) === "finite")
    return `Σ η is finite, because ${growth.because ?? course(growth)}`;
  return sumOf(growth, 2) === "infinite"
    ? `Σ η² is infinite, because ${growth.because ?? course(growth)}`
    : undefined;
}

function course({
  exponent,
  power,
  logarithm,
}: Exclude<Growth, { kind: "unknown" | "zero" }>): string {
  if (exponent !== 0)
    return exponent < 0
      ? "the rate falls by a factor again and again"
      : "the rate grows by a factor again and again";
  if (power === 0 && logarithm === 0) return "the rate goes to a fixed number";
  if (power > 0 || (power === 0 && logarithm > 0)) return "the rate grows";
  if (power === -Infinity) return "the rate falls faster than every power of t";
  const factors = [
    power === 0 ? [] : [power === -1 ? "1 / t" : `t ^ ${short(power)}`],
    logarithm === 0 ? [] : [`log(t) ^ ${short(logarithm)}`],
  ].flat();
  return `the rate falls like ${factors.join(" * ")}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
