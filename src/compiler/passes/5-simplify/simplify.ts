import type { GraphBuilder } from "../../ir/builder.ts";
import type { Graph } from "../../ir/graph.ts";
import { rewriteToFixpoint, type Rule } from "../../ir/rewrite.ts";
import { chainedConstants, orderedOperands, productWithZero } from "./rules/arithmetic.ts";
import { bodyOfScan } from "./rules/bodies.ts";
import { broadcastAfterElementwise, scalarOperands } from "./rules/broadcasts.ts";
import {
  broadcastInContract,
  productOfBroadcastsSummed,
  transposeInContract,
  transposeOfContract,
} from "./rules/contractions.ts";
import { sliceOfConcatenate, sliceOfPad } from "./rules/movements.ts";
import { negatedOperands, negatedDifference } from "./rules/negations.ts";
import { maskByOutput, nestedSelect, selectOfIndicator } from "./rules/selections.ts";
import {
  maximumOfBroadcast,
  sumOfBroadcast,
  sumOfMovement,
  sumOfScaled,
  sumOfSum,
} from "./rules/sums.ts";

/** Each rule gives a node of the same type and, up to rounding, the same value in fewer operations or on smaller arrays. */
const rules: readonly Rule[] = [
  scalarOperands,
  broadcastAfterElementwise,
  productWithZero,
  chainedConstants,
  negatedOperands,
  negatedDifference,
  selectOfIndicator,
  nestedSelect,
  maskByOutput,
  sliceOfPad,
  sliceOfConcatenate,
  sumOfBroadcast,
  maximumOfBroadcast,
  sumOfScaled,
  sumOfSum,
  sumOfMovement,
  productOfBroadcastsSummed,
  transposeInContract,
  transposeOfContract,
  broadcastInContract,
  orderedOperands,
  bodyOfScan(simplify),
];

/** The graph rewritten until no rule applies; nodes that nothing uses any more are no longer reachable from it. */
export function simplify(builder: GraphBuilder, graph: Graph): Graph {
  return rewriteToFixpoint(builder, graph, rules);
}
