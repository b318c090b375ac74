import type { ArgumentTable } from "../../library/arguments.ts";
import type { TypedData } from "../../typed/program.ts";
import { readSetting } from "./arguments.ts";
import type { Context } from "./context.ts";
import { lookup } from "./lookup.ts";
import type { RunNumbers } from "./optimizer.ts";
import type { PlacedSetting } from "./recipes.ts";
import { refuseChoice } from "./stop.ts";

export const numbers = {
  epochs: {
    kind: "integer",
    minimum: 0,
    default: 20,
    summary: "How often all training data is seen.",
  },
  steps: { kind: "integer", minimum: 1, optional: true, summary: "The most steps that are done." },
  seed: {
    kind: "integer",
    minimum: 0,
    maximum: 2 ** 32 - 1,
    default: 0,
    summary: "Where all random numbers start.",
  },
} as const satisfies ArgumentTable;

/** A number of the run, or its default. */
export function readNumber(
  context: Context,
  placed: PlacedSetting | undefined,
  key: "epochs" | "steps" | "seed",
): number | undefined {
  const specification = numbers[key];
  if (!placed) return "default" in specification ? specification.default : undefined;
  return readSetting(context, placed.scope, key, specification, placed.setting.value) as
    number | undefined;
}

/** A number of rows, or `all`. */
export function inferBatch(
  context: Context,
  placed: PlacedSetting | undefined,
): number | "all" | undefined {
  if (!placed) return 32;
  const { value } = placed.setting;
  const word =
    value.kind === "reference" && value.path.length === 1 && value.arguments === undefined
      ? value.path[0]!.text
      : undefined;
  if (word !== undefined && !lookup(placed.scope, word))
    return word === "all" ? "all" : refuseChoice(context, "batch", value, ["an integer", "`all`"]);
  return readSetting(
    context,
    placed.scope,
    "batch",
    { kind: "integer", minimum: 1, summary: "" },
    value,
  ) as number | undefined;
}

/** The counts of steps, where the data is made and so its size is known. */
export function numbersOf(
  data: TypedData,
  batch: number | "all",
  epochs: number,
  steps: number | undefined,
): RunNumbers {
  const rows =
    data.split.train === 1 && data.sources.length === 1
      ? madeRows(data.sources[0]!.source)
      : undefined;
  const stepsPerEpoch =
    batch === "all" ? 1 : rows === undefined ? undefined : Math.ceil(rows / batch);
  const all = stepsPerEpoch === undefined ? undefined : stepsPerEpoch * epochs;
  return {
    batch,
    stepsPerEpoch,
    totalSteps: all === undefined ? undefined : Math.min(all, steps ?? all),
  };
}

/** How many rows a synthetic source makes. */
function madeRows({ use }: TypedData["sources"][number]["source"]): number | undefined {
  const { points, classes } = use.arguments;
  if (use.definition.synthetic !== true || typeof points !== "number") return undefined;
  return typeof classes === "number" ? points * classes : points;
}
