import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly seed: number;
  }
}

/** A seed, here and wherever one is written. */
export const seedArgument = {
  kind: "integer",
  minimum: 0,
  maximum: 2 ** 32 - 1,
  summary: "Where all random numbers start.",
} as const;

export const seed = defineSetting({
  name: "seed",
  summary: "Where all random numbers start.",
  takes: "an integer from 0 to 2^32 − 1",
  otherwise: "0",
  example: "seed: 7",
  details:
    "It divides the rows, draws the weights and the masks, and orders the rows of each epoch: the same seed gives the same run.",
  infer: ({ written, argument }) => {
    if (!written) return { seed: 0 };
    const number = argument(seedArgument);
    return number === undefined ? undefined : { seed: number };
  },
  show: (run) => String(run.seed),
});
