/** Specs that between them use everything that lowering and emission have a case for; each trains in a moment. */
export const variants: Readonly<Record<string, string>> = {
  convolutions: `
/// Digits as pictures.
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: scale(0 .. 1)
  split: (train: 60%, validation: 20%, test: 20%)
}
block Basic(channels)(x: f32[B, h, w, c]) -> f32[B, h, w, c: channels] {
  main = x -> conv(channels, 3, bias: off) -> batch_norm -> relu -> conv(channels, 3, bias: off) -> batch_norm
  skip = if c == channels then x else x -> conv(channels, 1, bias: off)
  return main + skip -> relu
}
model Net(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
  return image -> conv(4, 3, stride: 2) as stem -> Basic(4) as first -> Basic(6) as second
    -> avg_pool(over: (h, w)) -> dense(10) as logits
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 2
  optimizer: sgd(0.05, momentum: linear(1 epochs, from: 0.5, to: 0.9) then constant, nesterov: on)
  schedule: step(at: (1 epoch), factor: 0.5)
  clip: norm(1)
  metrics: (accuracy, error)
  save: every(1 epoch)
}`,
  conditions: `
data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(100, noise: 0.05)
  split: (train: 80%, validation: 20%)
}
model Net(point: f32[B, axis: 2]) -> f32[B, 2] {
  return point -> dense(8) as first -> tanh -> layer_norm -> dense(2) as logits
  for parameters(first) { lr: 0.1x, decay: 0.2 }
  for weights(logits) { regularize: shrink(1e-4) + l2(1e-5) }
  for activations(first) { regularize: shrink(1e-6) }
}
define shrink(w, strength) = strength * w ^ 2
define halving(t, n = 10) = 0.5 ^ floor((t - 1) / n)
train Net on Spirals {
  loss: cross_entropy(logits, arm)
  batch: 32
  epochs: 3
  steps: 13
  optimizer: adamw(0.01, decay: 0.1)
  schedule: halving(5)
  clip: value(0.1)
  keep: best(validation.accuracy)
  save: every(5 steps)
  stop: early(train.loss, patience: 2 epochs) and epoch > 1
    or train.loss < 1e-9 * initial.loss
    or gradient_norm < 1e-9 * initial.gradient_norm
    or validation.accuracy > 99.9% and epoch > 2
    or time > 10 minutes
}`,
  margins: `
data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(50, noise: 0.05)
  split: (train: 100%)
}
model Net(point: f32[B, axis: 2]) -> (scores: f32[B, 2], chance: f32[B, 1]) {
  shared_part = point -> dense(8) -> tanh
  scores = shared_part -> dense(2)
  chance = shared_part -> dense(1)
  return (scores: scores, chance: chance)
}
train Net on Spirals {
  loss: hinge(scores, arm) + binary_cross_entropy(chance, arm)
  metrics: accuracy(scores, arm)
  batch: 10
  epochs: 3
  optimizer: adagrad(0.05)
  keep: last
}`,
  formula: `
data Wave {
  x: f32[B, feature: 1]
  y: f32[B, 1]
  source: function(sin(6 * x), x: 0 .. 1, points: 120, noise: 0.05)
  normalize: (y: standardize)
  split: (train: 75%, test: 25%)
}
model Net(x: f32[B, feature: 1]) -> f32[B, 1] {
  return x -> dense(16) -> tanh -> dense(1) as estimate
}
train Net on Wave {
  loss: mean_squared_error(estimate, y)
  batch: 16
  epochs: 4
  optimizer: rmsprop(0.01)
  schedule: warmup(1 epoch) then exponential(0.9, every: 1 epoch)
  metrics: (mae, r2)
}`,
  averages: `
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: scale(0 .. 1)
  split: (train: 60%, validation: 20%, test: 20%)
}
model Net(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
  return image -> conv(4, 3, stride: 2, bias: off) -> batch_norm -> relu -> dropout(0.1) -> avg_pool(over: (h, w)) -> dense(10) as logits
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 3
  optimizer: sgd(0.05, momentum: 0.9)
  schedule: one_cycle(2 epochs, peak: 4x, to: 1x) then plateau(validation.loss, patience: 2 steps)
  average: swa(start: 30%, every: 7 steps)
  save: every(1 hour)
}`,
  heads: `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (train: 50%, test: 50%)
}
model Coder(image: f32[B, px: 64]) -> (code: f32[B, 8], picture: f32[B, 64], logits: f32[B, 10]) {
  code = image -> dense(8) as encode -> tanh
  picture = code -> dense(64, weight: transpose(encode.weight)) as decode
  shared twice = dense(8, bias: off)
  logits = code -> twice -> relu -> twice -> dense(10)
  return (code: code, picture: picture, logits: logits)
  for biases(encode) { freeze: on }
  for weights(encode) { optimizer: sgd(0.05) }
}
train Coder on Digits {
  loss: 0.5 * mean_squared_error(picture, image) + cross_entropy(logits, label)
  batch: 64
  epochs: 2
  optimizer: adam(0.003)
  schedule: cosine(to: 0.1x)
  metrics: accuracy(logits, label)
  keep: last
  seed: 3
}`,
  folded: `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (folds: 3, test: 20%, stratify: label)
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dense(16) -> relu -> dense(10) as logits
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 2
  optimizer: adam(0.01)
  metrics: (accuracy, precision, recall(class: 3), f1(average: micro), iou, auc, average_precision, calibration_error)
  keep: best(validation.auc)
  schedule: plateau(validation.auc, patience: 1 epoch)
  stop: early(validation.auc, patience: 3 epochs)
}`,
  foldedInOrder: `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (folds: 3, order: rows)
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dense(16) -> relu -> dense(10) as logits
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 2
  optimizer: adam(0.01)
  metrics: (balanced_accuracy, matthews)
}`,
  stratified: `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (train: 60%, validation: 20%, test: 20%, stratify: label)
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> dense(16) -> relu -> dense(10) as logits
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  batch: 100
  epochs: 2
  optimizer: adam(0.01)
  metrics: (f1(class: "3"))
  stop: early(validation.f1, patience: 3 epochs)
}`,
  ordered: `
data Curve {
  x: f32[B, 1]
  y: f32[B, 1]
  source: function(50 * sin(6 * x), x: 0 .. 1, points: 120)
  normalize: (y: standardize then whiten)
  split: (train: 60%, validation: 20%, test: 20%, order: rows)
}
model Net(x: f32[B, 1]) -> f32[B, 1] {
  return x -> dense(8) -> tanh -> dense(1) as value
}
train Net on Curve {
  loss: mean_squared_error(value, y)
  batch: 16
  epochs: 3
  optimizer: adam(0.02)
  metrics: (mae, rmse, mse)
}`,
};

/** A variant as a complete file. */
export function fileOf(name: string): string {
  return `nnspec 1\ndim B\n${variants[name]!}\n`;
}
