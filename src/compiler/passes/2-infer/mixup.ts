import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import { known } from "../../ir/dim.ts";
import type { TypedData } from "../../typed/program.ts";
import type { TypedAugment } from "../../typed/augment.ts";
import type { InferredAugment } from "./augment.ts";
import type { Context } from "./context.ts";

/** What the run does with its rows, and the data as the model, the loss and the metrics are given it. */
export interface Fed {
  readonly augment: TypedAugment | undefined;
  readonly data: TypedData;
}

/**
 * Which fields `mixup` blends: all numbers, and all labels that are targets, which become distributions: `class[B] of n` is then
 * `f32[B, c: n]`. Undefined when a field cannot be blended, which was reported.
 */
export function inferMixup(
  context: Context,
  { fields, mixup, fed }: InferredAugment,
  inputs: ReadonlyMap<string, string>,
): Fed | undefined {
  if (!mixup)
    return { augment: fields.length === 0 ? undefined : { fields, mixup: undefined }, data: fed };
  const read = new Set(inputs.values());
  const refuse = (problem: string): undefined =>
    void context.report(diagnostic(messages.augmentationDoesNotFit, mixup.span, { problem }));
  const hard = fed.fields.find(
    ({ name, type }) =>
      type.element.kind === "bool" || (type.element.kind === "class" && read.has(name)),
  );
  if (hard)
    return refuse(
      `\`mixup\` cannot blend \`${hard.name}\`: ${hard.type.element.kind === "bool" ? "a mask has no values between" : "the model takes it as labels"}`,
    );
  if (fed.fields.every(({ name }) => read.has(name)))
    return refuse(
      "`mixup` blends inputs and targets, and this data has no field besides the inputs, such as `label: class[B] of 10`",
    );
  const labels = fed.fields.flatMap(({ name, type }) =>
    type.element.kind === "class" ? [{ field: name, classes: known(type.element.count)! }] : [],
  );
  const data = {
    ...fed,
    fields: fed.fields.map((field) => ({ ...field, type: asDistribution(field.type) })),
  };
  const alpha = mixup.use.arguments["alpha"] as number;
  return {
    augment: { fields, mixup: { alpha, fields: fed.fields.map(({ name }) => name), labels } },
    data,
  };
}

function asDistribution(
  type: TypedData["fields"][number]["type"],
): TypedData["fields"][number]["type"] {
  if (type.element.kind !== "class") return type;
  return {
    element: { kind: "f32" },
    axes: [...type.axes, { name: "c", size: type.element.count }],
  };
}
