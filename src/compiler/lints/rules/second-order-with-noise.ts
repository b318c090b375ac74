import { defineLint } from "../lint.ts";

/** Methods that compare gradients of different steps, or trust one as exact. */
const deterministic = ["lbfgs", "bfgs", "newton"];

/** A second-order method with mini-batches, dropout or batch statistics. */
export const secondOrderWithNoise = defineLint({
  code: "NN2013",
  name: "second-order-with-noise",
  severity: "warning",
  title: "A second-order method with noise",
  reason: "L-BFGS takes differences of gradients for curvature, and its line search compares losses; where batches or masks change from step to step both are noise: it wants the full batch and a deterministic model",
  source: "Liu, Nocedal 1989; Bottou, Curtis, Nocedal 2018",
  *run(run) {
    const { name } = run.optimizer.use.definition;
    if (!deterministic.includes(name)) return;
    const noisy = run.model.layers.find(({ definition, arguments: values }) => definition.stochastic && values["drop"] !== 0);
    if (run.batch !== "all") {
      const written = run.origins?.get("batch")?.span;
      yield {
        span: written ?? run.optimizer.origin.span,
        message: `\`${name}\` needs the same data at every step, found batches of ${run.batch}; write \`batch: all\``,
        fixes: written ? [{ title: "Write `all`", edits: [{ span: written, text: "all" }] }] : [],
      };
    }
    const masked = run.weights.find(({ dropconnect }) => (dropconnect?.value ?? 0) > 0);
    if (masked) yield { span: masked.dropconnect!.origin.span, message: `\`${name}\` needs a model that gives the same loss twice, and DropConnect masks \`${masked.weight.path}\` at random; take it out, or use \`adam\`` };
    if (noisy) yield { span: noisy.span, message: `\`${name}\` needs a model that gives the same loss twice, and \`${noisy.path}\` is random in training; take it out, or use \`adam\`` };
  },
});
