import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";

/** What a state that the step replaces was before: whoever gives it a new value has made it. */
export function stateBefore(graph: GraphBuilder, name: string): Node {
  const state = graph.stateCalled(name);
  invariant(state, `nothing has made the state ${name}`);
  return state;
}
