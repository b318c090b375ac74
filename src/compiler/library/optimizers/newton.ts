import { defineWholeOptimizer } from "../define.ts";

export const newton = defineWholeOptimizer({
  name: "newton",
  summary: "Newton steps on the full batch with the exact Hessian, for small models.",
  formula:
    "w += t d, (H + tau I) d = -g, H the exact Hessian of the objective; tau is the damping, doubled until H + tau I is positive definite; t by a search for the strong Wolfe conditions from t = rate",
  source:
    "Nocedal, Wright 2006, Numerical Optimization, algorithms 3.2 and 3.3; Levenberg 1944; Pearlmutter 1994, Fast exact multiplication by the Hessian",
  arguments: {
    rate: {
      kind: "number",
      minimum: 0,
      exclusive: "minimum",
      default: 1,
      summary:
        "The first length that is tried along the direction; the search decides on the length itself.",
    },
    damping: {
      kind: "number",
      named: true,
      minimum: 0,
      default: 1e-4,
      summary: "Added to the diagonal of the Hessian.",
    },
  },
  rate: "rate",
  example: "optimizer: newton(damping: 1e-4), batch: all",
  pitfalls:
    "An epoch is one iteration, which costs a run of the model for each trained weight: at most 2000 of them. Needs `batch: all` and a model without noise. Pure Newton steps seek saddles as well as minima; the damping grows until the direction points downwards, so saddles are left, unless the start is exactly on one, where the gradient is 0.",
  techniques: ["F10"],
  whole: { make: "makeNewton", most: 2000, curvature: true },
});
