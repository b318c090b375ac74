import { nothingToDraw } from "../base/diagnostics/catalogue/training.ts";
import type { ArgumentTable } from "../library/arguments.ts";
import type { TypedViews } from "../typed/augment.ts";
import { mayDraw } from "../typed/prediction.ts";
import type { MonteCarlo } from "../typed/program.ts";
import { showSteps } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    /** What predictions are averaged over. */
    readonly views?: TypedViews;
    /** How trained models answer, where not in the plain way. */
    readonly predict?: MonteCarlo;
  }
}

const calls = {
  plain: {},
  monte_carlo: {
    samples: {
      kind: "integer",
      minimum: 2,
      maximum: 10_000,
      default: 50,
      summary: "How many times each row is predicted.",
    },
  },
} as const satisfies Record<string, ArgumentTable>;

/** A call whose argument is a sequence of augmentations, which the pass reads. */
const averages = "average";

export const predict = defineSetting({
  name: "predict",
  summary: "How the trained model answers.",
  takes:
    "`plain`, `monte_carlo(samples: 50)` (8.9), `average(crops(28, from: 32) then flip(w))` (7.8)",
  otherwise: "`plain`",
  calls,
  items: "augmentation",
  example: "predict: monte_carlo(samples: 100)",
  infer: ({
    written,
    called,
    call,
    read,
  }): { predict?: MonteCarlo; views?: TypedViews } | undefined => {
    if (!written) return {};
    if (called() === averages) {
      const views = read("views");
      return views && { views };
    }
    const way = call(calls, {
      kind: "a way to predict",
      one: "one way to predict",
      more: [averages],
    });
    if (way?.name !== "monte_carlo") return way && {};
    return { predict: { kind: way.name, samples: way.values.samples } };
  },
  outsideTraining: true,
  show: (run) =>
    run.predict
      ? `monte_carlo(samples: ${run.predict.samples})`
      : run.views && `average(${showSteps(run.views.steps)})`,
  /** Where nothing is random all samples would be the same. */
  check: (run, { written, report }) => {
    if (run.predict && written && !mayDraw(run))
      report(nothingToDraw, written.value, { model: run.model.name });
  },
});
