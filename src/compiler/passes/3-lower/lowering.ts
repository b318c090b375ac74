import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { TypedRun, Value } from "../../typed/program.ts";
import type { Sizes } from "./sizes.ts";

/** What the functions of this pass share while they build one graph; the maps fill up as values are met. */
export interface Lowering {
  readonly graph: GraphBuilder;
  readonly run: TypedRun;
  readonly sizes: Sizes;
  readonly training: boolean;
  /** Each value is lowered once. */
  readonly nodes: Map<Value, Node>;
  /** What states are replaced with at the end of the step. */
  readonly updates: Map<string, Node>;
  /** How often each layer has been used, so that every use of a shared layer draws random numbers of its own. */
  readonly uses: Map<string, number>;
}

export function beginLowering(graph: GraphBuilder, run: TypedRun, sizes: Sizes, training: boolean): Lowering {
  return { graph, run, sizes, training, nodes: new Map(), updates: new Map(), uses: new Map() };
}
