import { known, size } from "../../ir/dim.ts";
import type { Decided } from "../../library/definition.ts";
import { fieldOf } from "../../typed/field-of.ts";
import type { TypedMetric, TypedRun } from "../../typed/program.ts";

/** Axes of places, each of which is decided by itself: their numbers are no labels. */
const places: ReadonlySet<string> = new Set(["h", "w", "t"]);

/** What the scores of a metric's first operand decide. */
export function decidedBy(run: TypedRun, { operands: [scores, truths] }: TypedMetric): Decided {
  const axis = scores?.type.axes.slice(1).at(-1);
  const count = known(axis?.size ?? size(1)) ?? 1;
  if (count === 1) return { among: "switch", count: 2 };
  const field = truths && fieldOf(run, truths);
  // Labels that are mixed with those of other rows come as shares of the classes, and are classes all the same.
  const element = run.data.fields.find(({ name }) => name === field)?.type.element;
  const labelled = truths?.type.axes.length === scores!.type.axes.length - 1;
  if (labelled || (element?.kind === "class" && known(element.count) === count))
    return { among: "classes", count };
  return axis?.name !== undefined && places.has(axis.name)
    ? { among: "switch", count: 2 }
    : { among: "labels", count };
}
