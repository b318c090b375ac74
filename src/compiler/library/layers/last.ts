import { findAxis, noSuchAxis } from "../support/axes.ts";
import { defineLayer } from "../define.ts";

export const last = defineLayer({
  name: "last",
  summary:
    "The last place of an axis, which disappears: what a recurrent layer knows after it has seen everything.",
  formula: "y = x at the last place of the axis",
  arguments: {
    over: { kind: "axis", named: true, summary: "The axis, such as `t`." },
  },
  example: "words -> gru(64) -> last(over: t) -> dense(10)",
  pitfalls:
    "Sequences that were filled up to one length end in what they were filled with: pool over `t` instead, or fill at the beginning.",
  techniques: ["D17"],
  arranges: true,
  infer: ([type], { over }) => {
    const place = findAxis(type!, over);
    if (place === undefined) return noSuchAxis("last", "over", over, type!);
    return { ...type!, axes: type!.axes.filter((_, axis) => axis !== place) };
  },
  lower: ({ graph, axis }, [x], { over }) => {
    const place = axis(over);
    const { shape } = x!.type;
    const start = shape.map((size, at) => (at === place ? size - 1 : 0));
    const size = shape.map((each, at) => (at === place ? 1 : each));
    return graph.reshape(
      graph.slice(x!, start, size),
      shape.filter((_, at) => at !== place),
    );
  },
});
