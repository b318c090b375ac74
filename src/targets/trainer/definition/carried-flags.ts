import type { Distribution } from "../../../compiler/library/definition.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import type { TypedRun } from "../../../compiler/typed/program.ts";
import { wasm } from "../../../backends/wasm/backend.ts";
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
export function carriedFlags({ compiled, bound }: Emission): readonly string[] {
  const { run, parameters, plans } = compiled;
  const steps = run.data.normalize.flatMap((field) => field.steps);
  const programs: readonly Plan[] = Object.values(plans);
  return [
    ...(steps.some(({ definition }) => definition.mixes === true) ? ["whitening"] : []),
    ...(programs.some((plan) => plan.steps.some(({ kind }) => kind === "loop")) ? ["loops"] : []),
    ...dataFlags(run.data, bound.size > 0),
    ...(wasm.module(plans).memory.threads ? ["threads"] : []),
    ...parameters.flatMap(({ initial }) => drawing[initial.kind] ?? []),
  ];
}

/** What the sources of a run can bring, and others in their place: these are tables where the sources are. */
function dataFlags({ sources, split }: TypedRun["data"], isBound: boolean): readonly string[] {
  const kinds = sources.map(({ source }) => source.use.definition.reads);
  const areTables = kinds.length > 0 && kinds.every((reads) => reads === "table");
  return [
    ...(areTables && !isBound ? [] : ["arrays"]),
    ...(kinds.includes("characters") ? ["inOrder"] : []),
    ...(split.by === undefined ? [] : ["groups"]),
    ...(sources.every(({ part }) => part === "all") ? [] : ["ownParts"]),
  ];
}
