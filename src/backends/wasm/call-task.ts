import type { FunctionBuilder } from "./encode/builder.ts";
import type { FunctionReference } from "./encode/module-functions.ts";
import type { Copy, PlanTask } from "./plan-groups.ts";

/** What does a group: a function, and what its call takes besides the parts. */
export interface GroupCall {
  readonly reference: FunctionReference;
  readonly bases: readonly number[];
}

/** How a group is done: groups are known by what they are, never by a name. */
export type CallOf = (group: Extract<PlanTask["does"], { kind: "group" }>["group"]) => GroupCall;

/** Calls what does a group; its parts are on the stack. */
export function callGroup(f: FunctionBuilder, { reference, bases }: GroupCall): void {
  for (const base of bases) f.integer(base);
  f.call(reference);
}

/** Does all parts of a task. */
export function callWhole(f: FunctionBuilder, { does, parts }: PlanTask, callOf: CallOf): void {
  if (does.kind === "copy") {
    writeCopy(f, does.copy);
    return;
  }
  f.integer(0);
  f.integer(parts);
  callGroup(f, callOf(does.group));
}

function writeCopy(f: FunctionBuilder, { path, buffer, to, from }: Copy): void {
  f.comment(`${path} becomes ${buffer.name}`);
  f.integer(to.address);
  f.integer(from.address);
  f.integer(to.bytes);
  f.op("memory.copy");
}
