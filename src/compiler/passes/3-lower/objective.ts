import type { Node } from "../../ir/graph.ts";
import type { WeightSettings } from "../../typed/program.ts";
import type { Lowering } from "./lowering.ts";
import type { RowSum } from "./metrics.ts";

/** The training step before it has gradients: what is to be made small, and by which parameters. */
export interface Objective {
  readonly lowering: Lowering;
  /** The mean of the loss over the rows of the batch: a scalar. */
  readonly loss: Node;
  /** The loss with all penalties: a scalar. */
  readonly objective: Node;
  /** What is added up over the rows of an epoch, each `[capacity]`. */
  readonly sums: readonly RowSum[];
  /** Weights that the objective depends on, neither frozen nor tied. */
  readonly trained: readonly WeightSettings[];
  readonly parameters: readonly Node[];
}
