import type { FunctionBuilder } from "./builder.ts";
import type { Task } from "./tasks.ts";

/** What a plan's calls need to know of the module so far. */
export interface Callable {
  readonly indexOf: (name: string) => number;
  /** Writes what is no function of its own (copies); false where it is one. */
  readonly inline: (name: string, f: FunctionBuilder) => boolean;
}

/** Does all parts of a task. */
export function callWhole(
  f: FunctionBuilder,
  { name, parts }: Task,
  { indexOf, inline }: Callable,
): void {
  if (inline(name, f)) return;
  f.integer(0);
  f.integer(parts);
  f.op("call", indexOf(name));
}
