import type { Distribution } from "../../../compiler/library/definition.ts";
import type { LossExpression, TypedRun, Value } from "../../../compiler/typed/program.ts";
import { fieldOf } from "../../../compiler/typed/field-of.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import { wasm } from "../../../backends/wasm/backend.ts";
import type { Emission } from "../emission.ts";
import { readerOf, readsTables } from "../predictions.ts";

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

/**
 * The fields of labels that losses are of, and that nothing is fed. What is read as a text has as many classes as it has characters: of
 * these nobody wants to hear one by one.
 */
export function countedFields(run: TypedRun): readonly string[] {
  const isText = run.data.sources.some(
    ({ source }) => source.use.definition.reads === "characters",
  );
  const fed = new Set(run.inputs.values());
  const labels = run.data.fields.filter(({ type }) => type.element.kind === "class");
  const targets = new Set(targetsOf(run.loss).flatMap((value) => fieldOf(run, value) ?? []));
  return isText
    ? []
    : labels.flatMap(({ name }) => (targets.has(name) && !fed.has(name) ? [name] : []));
}

function targetsOf(loss: LossExpression): readonly Value[] {
  if (loss.kind === "loss") return loss.operands.slice(1);
  return loss.kind === "arithmetic" ? loss.operands.flatMap(targetsOf) : [];
}

/** What the program of a run has a use for, of all that it might go without. */
export function carriedFlags(emission: Emission): readonly string[] {
  const { compiled, bound } = emission;
  const { run, parameters, plans } = compiled;
  const steps = run.data.normalize.flatMap((field) => field.steps);
  const programs: readonly Plan[] = Object.values(plans);
  const { split } = run.data;
  return [
    ...(split.stratify === undefined ? [] : ["stratifies"]),
    ...(split.order === undefined ? [] : ["orders"]),
    ...(countedFields(run).length === 0 ? [] : ["classes"]),
    ...(split.folds === undefined ? [] : ["folding"]),
    ...(steps.some(({ definition }) => definition.mixes === true) ? ["whitening"] : []),
    ...(programs.some((plan) => plan.steps.some(({ kind }) => kind === "loop")) ? ["loops"] : []),
    ...(readsTables(emission) ? ["layouts"] : []),
    ...((readerOf(emission)?.exact ?? readsTables(emission)) ? ["exactValues"] : []),
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
    ...(split.by === undefined && split.order?.by !== "column" ? [] : ["groups"]),
    ...(sources.every(({ part }) => part === "all") ? [] : ["ownParts"]),
  ];
}
