import { invariant } from "../../compiler/base/invariant.ts";
import type { Use } from "../../compiler/library/arguments.ts";
import type { PictureType, RuntimeCall } from "../../compiler/library/definition.ts";
import type { FieldAugmentation } from "../../compiler/typed/augment.ts";
import type { TypedRun } from "../../compiler/typed/program.ts";

/** Whether rows are changed where nothing is drawn: pictures cut to size, labels made distributions. */
export function isFed({ augment }: TypedRun): boolean {
  return (
    augment !== undefined &&
    ((augment.mixup?.labels.length ?? 0) > 0 || augment.fields.some(fixedSteps))
  );
}

/** Whether an input of the model is cut to size. */
export function fedFields({ augment }: TypedRun): readonly string[] {
  return (augment?.fields ?? []).filter(fixedSteps).map(({ field }) => field);
}

function fixedSteps({ steps }: FieldAugmentation): boolean {
  return steps.some(({ use }) => use.definition.evaluate !== undefined);
}

/** Whether a worker makes the batches of the run. */
export function prefetches({ augment }: TypedRun): boolean {
  return (
    augment !== undefined &&
    augment.fields.some(({ steps }) =>
      steps.some(({ use: { definition } }) => definition.quick !== true),
    )
  );
}

export function statisticsOf({ steps }: FieldAugmentation): ReadonlySet<"ranges" | "components"> {
  const found = new Set<"ranges" | "components">();
  const visit = (use: Use, picture: PictureType): void => {
    for (const argument of callOf(use, picture).arguments) {
      if (typeof argument !== "object") continue;
      if ("statistics" in argument) found.add(argument.statistics);
      else if ("steps" in argument) for (const inner of argument.steps) visit(inner, picture);
      else for (const inner of argument.choices.flat()) visit(inner, picture);
    }
  };
  for (const { use, before } of steps) visit(use, before);
  return found;
}

function callOf({ definition, arguments: values }: Use, picture: PictureType): RuntimeCall {
  invariant(
    definition.kind === "augmentation" && definition.train,
    "an augmentation of a training",
  );
  return definition.train(picture, values);
}
