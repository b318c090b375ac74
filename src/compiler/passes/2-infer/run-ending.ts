import type { ArgumentTable, Duration } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { StopCondition, TypedRun } from "../../typed/program.ts";
import { checkTable } from "./arguments.ts";
import type { Context, Scope } from "./context.ts";
import { hasPart } from "./data.ts";
import { checkMonitor, type Watched } from "./monitors.ts";
import type { MergedSettings, PlacedSetting, RunSetting } from "./recipes.ts";
import type { PlacedPart } from "./schedule.ts";
import { inferKeep, inferSave, inferStop, refuseChoice } from "./stop.ts";

/** Schedules that watch a number (plateau) watch one that the run has. */
export function checkWatching(
  context: Context,
  watched: Watched,
  parts: readonly PlacedPart[],
): void {
  for (const { part, span } of parts) {
    if (part.kind !== "use" || part.use.definition.watches !== true) continue;
    for (const [name, specification] of Object.entries(part.use.definition.arguments)) {
      const monitor = part.use.arguments[name];
      if (specification.kind === "monitor" && typeof monitor === "string")
        checkMonitor(context, watched, monitor, span, "schedule");
    }
  }
}

interface Ending {
  readonly stop: StopCondition | undefined;
  readonly keep: TypedRun["keep"];
  readonly saveEvery: Duration | undefined;
}

/** When the run ends, which weights are kept, and how often they are saved. */
export function inferEnding(
  context: Context,
  settings: MergedSettings["settings"],
  watched: Watched,
): Ending {
  const read = <Read>(
    key: RunSetting,
    infer: (
      reading: { context: Context; scope: Scope; watched: Watched },
      expression: Ast.Expression,
    ) => Read,
  ) => {
    const placed = settings.get(key);
    return placed && infer({ context, scope: placed.scope, watched }, placed.setting.value);
  };
  const best = hasPart(watched.data, "validation");
  return {
    stop: read("stop", inferStop),
    keep:
      read("keep", inferKeep) ??
      (best ? { kind: "best", metric: "validation.loss", better: "lower" } : { kind: "last" }),
    saveEvery: read("save", inferSave),
  };
}

const limit = {
  limit: {
    kind: "number",
    minimum: 0,
    exclusive: "minimum",
    summary: "The largest that is let through.",
  },
} as const satisfies ArgumentTable;

/** `norm(1)` or `value(0.5)`. */
export function inferClip(context: Context, placed: PlacedSetting | undefined): TypedRun["clip"] {
  if (!placed) return undefined;
  const { value } = placed.setting;
  const name =
    value.kind === "reference" && value.path.length === 1 ? value.path[0]!.text : undefined;
  if (value.kind !== "reference" || (name !== "norm" && name !== "value"))
    return refuseChoice(context, "clip", value, ["`norm(1)`", "`value(0.5)`"]);
  const values = checkTable(context, placed.scope, name, limit, value.arguments, value.span);
  return values && { kind: name, limit: values["limit"] as number };
}
