import { defineWholeOptimizer } from "../define.ts";

export const lbfgs = defineWholeOptimizer({
  name: "lbfgs",
  summary:
    "Limited-memory BFGS: quasi-Newton steps on the full batch from the last few steps and changes of the gradient.",
  formula:
    "w += t d, d = -H g; H from the last pairs s = w+ - w, y = g+ - g by the two-loop recursion, H0 = (s.y / y.y) I; t by a search for the strong Wolfe conditions f(t) <= f(0) + 1e-4 t g.d, |g(t).d| <= 0.9 |g.d|",
  source:
    "Liu, Nocedal 1989, On the limited memory BFGS method for large scale optimization; Nocedal, Wright 2006, Numerical Optimization, algorithms 3.5, 3.6, 7.4, 7.5",
  arguments: {
    rate: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary:
        "The first length that is tried along the direction; the search decides on the length itself.",
    },
    history: {
      kind: "integer",
      named: true,
      minimum: 1,
      maximum: 100,
      default: 10,
      summary: "How many pairs of steps and changes are remembered.",
    },
  },
  rate: "rate",
  example: "optimizer: lbfgs(history: 10), batch: all",
  pitfalls:
    "An epoch is one iteration, with one or more evaluations of all rows. Needs `batch: all` and a model without noise. The first iteration tries min(1, 1 / sum|g|) times the rate. A schedule scales the first length that is tried, nothing else. Close to a minimum the loss in 32 bits no longer falls; the run then ends.",
  techniques: ["F9"],
  whole: { make: "makeLbfgs" },
});
