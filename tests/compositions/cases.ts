import type { CompiledSpec } from "./problem.ts";
import { compileSpec } from "./problem.ts";

/** A network that once went wrong, or is made like one that did. */
interface Case {
  readonly text: string;
  /** The rows of each training step. */
  readonly rows: readonly number[];
}

const sgd = "optimizer: sgd(0.02, momentum: 0.9)";

/** A picture of digits, as the bundled data has it. */
const digits = (model: string, batch = 32): string => `
data Digits { image: f32[B, px: 64], label: class[B] of 10 }
model M(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> reshape(h: 8, w: 8, c: 1) -> ${model} -> dense(10) as logits
}
train M on Digits { loss: cross_entropy(logits, label), batch: ${batch}, ${sgd} }`;

/** A sequence of 8 places with 8 features, and a number to foretell. */
const sequence = (statements: string): string => `
data D { x: f32[B, t: 8, c: 8], y: f32[B, 1] }
model M(x: f32[B, t: 8, c: 8]) -> f32[B, 1] {
${statements}
}
train M on D { loss: mean_squared_error(out, y), batch: 24, ${sgd} }`;

const full = [32, 32, 32, 32, 32];
const short = [24, 17, 24, 24, 5];

export const cases: Readonly<Record<string, Case>> = {
  // The border of zeros was −∞ to the maximum over channels.
  "a maximum over what a transposed convolution pads": {
    text: `
data D { x: f32[B, t: 3, c: 1], y: f32[B, t: 4] }
model M(x: f32[B, t: 3, c: 1]) -> f32[B, t: 4] {
  return x -> conv_transpose(2, 1, dilation: 2, output_padding: 1) -> max_pool(over: c) as out
}
train M on D { loss: squared_error(out, y), batch: 4, ${sgd} }`,
    rows: [4, 4, 3, 4, 1],
  },
  "a softmax over what a transposed convolution pads": {
    text: `
data D { x: f32[B, t: 3, c: 2], y: f32[B, t: 4, c: 3] }
model M(x: f32[B, t: 3, c: 2]) -> f32[B, t: 4, c: 3] {
  return x -> conv_transpose(3, 1, dilation: 2, output_padding: 1) -> tanh -> softmax(over: c) as out
}
train M on D { loss: squared_error(out, y), batch: 4, ${sgd} }`,
    rows: [4, 4, 3, 4, 1],
  },
  "two convolutions, a norm, a rectifier and a pool": {
    text: digits(
      "conv(4, 3) as a -> relu -> conv(4, 3, bias: off) as b -> batch_norm as n -> relu -> max_pool(2) -> flatten",
    ),
    rows: full,
  },
  "a convolution and a norm between pools": {
    text: digits(
      "avg_pool(2) -> conv(8, 5, bias: off) as a -> batch_norm as n -> max_pool(2) -> avg_pool(over: (h, w))",
    ),
    rows: [32, 32, 9, 32, 32],
  },
  "a dense layer as a sequence, a norm and a pool": {
    text: `
data D { x: f32[B, px: 16], y: f32[B, 1] }
model M(x: f32[B, px: 16]) -> f32[B, 1] {
  return x -> dense(64) as a -> reshape(t: 8, c: 8) -> layer_norm -> avg_pool(2) -> flatten -> dense(1) as out
}
train M on D { loss: mean_squared_error(out, y), batch: 24, ${sgd} }`,
    rows: short,
  },
  "a transformer with its norms after the sums, a norm and a pool": {
    text: sequence(`
  mixed = x + (x -> attention(heads: 2) as seen) -> layer_norm
  thought = mixed + (mixed -> dense(16, over: c) as wide -> gelu -> dense(8, over: c) as narrow) -> layer_norm
  return thought -> layer_norm -> avg_pool(4) -> flatten -> dense(1) as out`),
    rows: short,
  },
  "a transformer with its norms before, a norm and a pool": {
    text: sequence(`
  mixed = x + (x -> layer_norm -> attention(heads: 2) as seen)
  thought = mixed + (mixed -> layer_norm -> dense(16, over: c) as wide -> gelu -> dense(8, over: c) as narrow)
  return thought -> layer_norm -> avg_pool(4) -> flatten -> dense(1) as out`),
    rows: short,
  },
  "a softmax above a window": {
    text: digits("conv(4, 3) as a -> max_pool(2) -> softmax -> flatten"),
    rows: full,
  },
  "a softmax below a window": {
    text: digits("conv(4, 3) as a -> softmax -> avg_pool(2) -> flatten"),
    rows: full,
  },
  "memories below a norm and a pool": {
    text: sequence(
      "  return x -> lstm(8) as a -> layer_norm -> avg_pool(2) -> flatten -> dense(1) as out",
    ),
    rows: short,
  },
  "words below a norm and a pool": {
    text: `
data D { word: class[B, t: 8] of 11, label: class[B] of 3 }
model M(word: class[B, t: 8] of 11) -> f32[B, 3] {
  return word -> embedding(8) as a -> layer_norm -> max_pool(2) -> flatten -> dense(3) as out
}
train M on D { loss: cross_entropy(out, label), batch: 24, ${sgd} }`,
    rows: short,
  },
  // Accuracy asks which score equals that of the right class, and gpu.js on the CPU worked the scores out twice, once in double precision.
  "accuracy of scores that nothing else stores": {
    text: `
data D { x: f32[B, d: 2, h: 4, w: 4, c: 1], y: class[B, h: 16, w: 1] of 2 }
model M(x: f32[B, d: 2, h: 4, w: 4, c: 1]) -> f32[B, h: 16, w: 1, c: 2] {
  return x -> tanh -> reshape(c: 32) -> prelu(over: c) -> reshape(h: 16, w: 1, c: 2) as out
}
train M on D { loss: cross_entropy(out, y), batch: 5, ${sgd}, metrics: accuracy }`,
    rows: [5, 5, 2, 5, 5],
  },
};

export function compileCase({ text }: Case): CompiledSpec {
  return compileSpec(text);
}
