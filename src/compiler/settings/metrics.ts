import { nameOf } from "../typed/show.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly metrics: readonly TypedMetric[];
  }
}

export const metrics = defineSetting({
  name: "metrics",
  summary: "What is reported of each epoch besides the loss.",
  takes: "one metric or several in brackets (8.4)",
  otherwise: "`accuracy` where the loss has one class target",
  items: "metric",
  example: "metrics: (accuracy(mood, label), mae(age, years))",
  synonyms: ["metric"],
  infer: ({ read }) => {
    const measured = read("metrics");
    return measured && { metrics: measured };
  },
  show: ({ metrics: measured }) =>
    measured
      .map((metric) => `${metric.name}(${metric.operands.map(nameOf).join(", ")})`)
      .join(", ") || "none",
});
