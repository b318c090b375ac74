import type { ArgumentTable } from "../library/arguments.ts";
import { defineSetting } from "./setting.ts";

const calls = {
  prune: {
    share: {
      kind: "number",
      minimum: 0,
      maximum: 1,
      exclusive: "both",
      summary: "The share of the weights that become zero.",
    },
    by: {
      kind: "symbol",
      named: true,
      choices: ["magnitude", "sensitivity"],
      default: "magnitude",
      summary: "What decides which weights go.",
    },
  },
  tune: { duration: { kind: "duration", summary: "How long the rest is trained again." } },
  quantize: {
    to: { kind: "symbol", choices: ["int8"], default: "int8", summary: "What the weights become." },
  },
} as const satisfies Record<string, ArgumentTable>;

export const after = defineSetting({
  name: "after",
  summary: "What is done to the weights after training.",
  takes: "calls joined by `then` (8.8)",
  otherwise: "none",
  calls,
  example: "after: prune(60%, by: magnitude) then tune(5 epochs) then quantize(int8)",
  later: true,
  infer: ({ written, calls: read }) => (!written || read(calls) ? {} : undefined),
});
