import type { Distribution } from "../../../compiler/library/definition.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import type { Emission } from "../emission.ts";

/** Distributions whose drawing a program carries only where a tensor starts from one. */
const drawing: Readonly<Record<Distribution["kind"], string | undefined>> = {
  constant: undefined,
  normal: undefined,
  truncated_normal: "drawsTruncated",
  uniform: "drawsUniform",
  identity: "drawsIdentity",
  orthogonal: "drawsOrthogonal",
  values: "takesValues",
};

/** What the program of a run has a use for, of all that it might go without. */
export function carriedFlags({ compiled }: Emission): readonly string[] {
  const { run, parameters, plans } = compiled;
  const steps = run.data.normalize.flatMap((field) => field.steps);
  const programs: readonly Plan[] = Object.values(plans);
  return [
    ...(steps.some(({ definition }) => definition.mixes === true) ? ["whitening"] : []),
    ...(programs.some((plan) => plan.steps.some(({ kind }) => kind === "loop")) ? ["loops"] : []),
    ...parameters.flatMap(({ initial }) => drawing[initial.kind] ?? []),
  ];
}
