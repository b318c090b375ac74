import { defineWholeOptimizer } from "../define.ts";

export const bfgs = defineWholeOptimizer({
  name: "bfgs",
  summary:
    "Quasi-Newton steps on the full batch with a dense estimate of the inverse Hessian, for small models.",
  formula:
    "w += t d, d = -H g; H <- (I - r s y^T) H (I - r y s^T) + r s s^T with s = w+ - w, y = g+ - g, r = 1 / (y.s), and before the first update H = (s.y / y.y) I; t by a search for the strong Wolfe conditions",
  source:
    "Broyden 1970; Fletcher 1970; Goldfarb 1970; Shanno 1970; Nocedal, Wright 2006, Numerical Optimization, algorithm 6.1",
  arguments: {
    rate: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary:
        "The first length that is tried along the direction; the search decides on the length itself.",
    },
  },
  rate: "rate",
  example: "optimizer: bfgs, batch: all",
  pitfalls:
    "An epoch is one iteration. Needs `batch: all` and a model without noise. The inverse Hessian has n^2 numbers: at most 4000 trained weights; `lbfgs` has no such limit.",
  techniques: ["F10"],
  whole: { make: "makeBfgs", most: 4000 },
});
