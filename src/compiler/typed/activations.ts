import type { Use } from "../library/arguments.ts";
import type { ActivationDefinition } from "../library/definition.ts";

/** The activation on one number, with its arguments; undefined for those that look at several numbers. */
export function scalarOf({
  definition: { scalar },
  arguments: values,
}: Use<ActivationDefinition>): ((x: number) => number) | undefined {
  return scalar && ((x) => scalar(x, values));
}

/** Whether it keeps what is above 0 and makes 0 of all that is below, where it has no gradient either. */
export function cutsOff(use: Use<ActivationDefinition>): boolean {
  return use.definition.homogeneous === true && scalarOf(use)?.(-1) === 0;
}
