import type { ArgumentValues } from "../library/arguments.ts";

type Scalar = (x: number, values: ArgumentValues) => number;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** Φ(x), the normal distribution, by Zelen and Severo's formula 26.2.17 of Abramowitz and Stegun (error below 7.5e-8). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = Math.exp(-(x * x) / 2) * 0.3989422804014327 * tail;
  return x >= 0 ? 1 - upper : upper;
}

function alphaOf(values: ArgumentValues, otherwise: number): number {
  return typeof values["alpha"] === "number" ? values["alpha"] : otherwise;
}

/** The activations that work on each number by itself, as functions of one number. */
const scalars: Readonly<Record<string, Scalar>> = {
  identity: (x) => x,
  relu: (x) => Math.max(0, x),
  leaky_relu: (x, values) => (x >= 0 ? x : alphaOf(values, 0.1) * x),
  elu: (x, values) => (x >= 0 ? x : alphaOf(values, 1) * Math.expm1(x)),
  selu: (x) => seluScale * (x >= 0 ? x : seluAlpha * Math.expm1(x)),
  sigmoid,
  tanh: (x) => Math.tanh(x),
  softsign: (x) => x / (1 + Math.abs(x)),
  softplus,
  silu: (x) => x * sigmoid(x),
  gelu: (x) => x * normal(x),
  mish: (x) => x * Math.tanh(softplus(x)),
  hard_tanh: (x) => Math.min(1, Math.max(-1, x)),
  hard_sigmoid: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  hard_swish: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  step: (x) => (x >= 0 ? 1 : 0),
};

/** The activation of that name on one number; undefined for those that look at several (softmax). */
export function scalarActivation(
  name: string,
  values: ArgumentValues,
): ((x: number) => number) | undefined {
  const scalar = Object.hasOwn(scalars, name) ? scalars[name] : undefined;
  return scalar && ((x) => scalar(x, values));
}
