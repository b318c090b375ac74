import { isTreated } from "../../typed/kronecker.ts";
import { originOf } from "../../settings/index.ts";
import { batch } from "../../settings/batch.ts";
import { defineLint } from "../lint.ts";

/** Below this, the curvature of a batch says little of that of the data. */
const fewest = 32;

/** K-FAC with small batches. Methods that cannot work with noise at all (L-BFGS, BFGS, Newton) refuse it: NN0740 and NN0741. */
export const secondOrderWithNoise = defineLint({
  code: "NN2013",
  name: "second-order-with-noise",
  severity: "warning",
  title: "A second-order method with noise",
  reason:
    "K-FAC divides by a curvature that it estimates from the batch; of a few rows the estimate is noise, and where it is too small by chance the step is too long. It gains by large batches more than first-order methods do",
  source:
    "Martens, Grosse 2015; Ba, Grosse, Martens 2017, Distributed Second-Order Optimization using Kronecker-Factored Approximations",
  *run(run) {
    if (run.batch === "all" || run.batch >= fewest || !run.weights.some(isTreated)) return;
    const written = originOf(run, batch)?.span;
    yield {
      span: written ?? run.optimizer.origin.span,
      message: `\`kfac\` needs batches of ${fewest} rows or more for its curvature, found ${run.batch}; write a larger batch, or use \`adam\``,
      fixes: written ? [{ title: "Write 128", edits: [{ span: written, text: "128" }] }] : [],
    };
  },
});
