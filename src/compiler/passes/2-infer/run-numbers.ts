import type { Binding, Scope } from "./context.ts";
import type { Span } from "../../base/source.ts";
import { size } from "../../ir/dim.ts";
import type { TypedData } from "../../typed/program.ts";
import { child, lookup } from "./lookup.ts";

/** The numbers of a run that its optimiser may be calculated from. */
export interface RunNumbers {
  readonly batch: number | "all";
  readonly stepsPerEpoch: number | undefined;
  readonly totalSteps: number | undefined;
}

/** How a run goes through its rows. */
export interface Course {
  readonly batch: number | "all";
  /** Batches that one step takes. */
  readonly gathered: number;
  readonly epochs: number;
  readonly steps: number | undefined;
}

/** How many batches an epoch has, where the data is made and so its size is known. */
export function batchesOf(data: TypedData, batch: number | "all"): number | undefined {
  const rows =
    data.split.train === 1 && data.sources.length === 1
      ? madeRows(data.sources[0]!.source)
      : undefined;
  if (batch === "all") return 1;
  return rows === undefined ? undefined : Math.ceil(rows / batch);
}

/** The counts of steps, where they are known. */
export function numbersOf(data: TypedData, { batch, gathered, epochs, steps }: Course): RunNumbers {
  const batches = batchesOf(data, batch);
  const stepsPerEpoch = batches === undefined ? undefined : Math.ceil(batches / gathered);
  const all = stepsPerEpoch === undefined ? undefined : stepsPerEpoch * epochs;
  const totalSteps = all === undefined ? undefined : Math.min(all, steps ?? all);
  return { batch, stepsPerEpoch, totalSteps };
}

/** How many rows a synthetic source makes. */
function madeRows({ use }: TypedData["sources"][number]["source"]): number | undefined {
  const { points, classes } = use.arguments;
  if (use.definition.synthetic !== true || typeof points !== "number") return undefined;
  return typeof classes === "number" ? points * classes : points;
}

/** A scope in which `batch`, `steps_per_epoch` and `total_steps` have their values, where they are known. */
export function withRunNumbers(scope: Scope, numbers: RunNumbers, at: Span): Scope {
  const values: readonly (readonly [string, number | "all" | undefined])[] = [
    ["batch", numbers.batch],
    ["steps_per_epoch", numbers.stepsPerEpoch],
    ["total_steps", numbers.totalSteps],
  ];
  return child(
    scope,
    values.flatMap(([name, value]): readonly (readonly [string, Binding])[] => {
      if (typeof value !== "number" || lookup(scope, name)) return [];
      return [
        [name, { kind: "value", value: { kind: "size", dim: size(value), span: at }, span: at }],
      ];
    }),
  );
}
