import type { FunctionBuilder } from "./encode/builder.ts";
import type { FunctionReference } from "./encode/module-functions.ts";
import type { Copy, PlanTask } from "./plan-groups.ts";

/** The function that was made of a group: groups are known by what they are, never by a name. */
export type FunctionOf = (
  group: Extract<PlanTask["does"], { kind: "group" }>["group"],
) => FunctionReference;

/** Does all parts of a task. */
export function callWhole(
  f: FunctionBuilder,
  { does, parts }: PlanTask,
  functionOf: FunctionOf,
): void {
  if (does.kind === "copy") {
    writeCopy(f, does.copy);
    return;
  }
  f.integer(0);
  f.integer(parts);
  f.call(functionOf(does.group));
}

function writeCopy(f: FunctionBuilder, { path, buffer, to, from }: Copy): void {
  f.comment(`${path} becomes ${buffer.name}`);
  f.integer(to.address);
  f.integer(from.address);
  f.integer(to.bytes);
  f.op("memory.copy");
}
