import type { OptimizerDefinition } from "../library/definition.ts";
import type { Use } from "../library/arguments.ts";
import type { Origin } from "../typed/formula.ts";
import { showUse } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly optimizer: { readonly use: Use<OptimizerDefinition>; readonly origin: Origin };
  }
}

export const optimizer = defineSetting({
  name: "optimizer",
  summary: "How weights follow the gradient.",
  takes: "an optimizer",
  otherwise: "`adam(1e-3)`",
  items: "optimizer",
  example: "optimizer: sgd(0.1 * batch / 256, momentum: 0.9)",
  details:
    "Its numbers may be calculated from hypers and from `batch`, `steps_per_epoch` and `total_steps`. A rule may give some weights another.",
  synonyms: ["optimiser"],
  argumentsOfIts: ["lr", "rate", "learning_rate", "eta"],
  infer: ({ read }) => {
    const chosen = read("optimizer");
    return chosen && { optimizer: chosen };
  },
  show: (run) => showUse(run.optimizer.use),
  origin: (run) => run.optimizer.origin,
});
