import { defineLint } from "../lint.ts";

/** From how many epochs (or steps, where they are limited) a run is long. */
const longest = { epochs: 50, steps: 20_000 };

/** AdaGrad for many epochs. */
export const adagradOnLongRuns = defineLint({
  code: "NN2011",
  name: "adagrad-on-long-runs",
  severity: "warning",
  title: "AdaGrad on a long run",
  reason:
    "it divides by the root of the sum of all squared gradients so far, which only grows, so the steps die out; RMSProp forgets old gradients, and Adam adds momentum",
  source: "Duchi, Hazan, Singer 2011; Tieleman, Hinton 2012",
  *run(run) {
    const { name, diesOut } = run.optimizer.use.definition;
    const short = run.steps !== undefined && run.steps < longest.steps;
    if (diesOut !== true || run.epochs < longest.epochs || short) return;
    yield {
      span: run.optimizer.origin.span,
      message: `the steps of \`${name}\` die out over ${run.epochs} epochs; use \`rmsprop(1e-3)\` or \`adam(1e-3)\``,
    };
  },
});
