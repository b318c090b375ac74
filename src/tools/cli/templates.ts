/** What `nnspec init` writes: complete specs that check and train as they stand. */
export const templates = {
  spirals: [
    {
      path: "model.nnspec",
      text: `// Two spirals wound around each other, told apart by a small network. The data is made, so this runs as it stands.
nnspec 1
dim B // the batch: every size is proved
hyper width = 32 in { 16, 32, 64 }

data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(points: 600, turns: 1, noise: 0.03)
  split: (train: 70%, validation: 15%, test: 15%)
}

model Classifier(point: f32[B, axis: 2]) -> f32[B, 2] {
  return point
    -> dense(width) as first -> tanh
    -> dense(width) as second -> tanh
    -> dense(2) as logits
}

train Classifier on Spirals {
  loss: cross_entropy(logits, arm)
  batch: 32
  epochs: 60
  optimizer: adam(0.01)
  metrics: accuracy
}
`,
    },
  ],
  csv: [
    {
      path: "model.nnspec",
      text: `// A table with a heading, one row an example: replace table.csv, the number of features and the target.
nnspec 1
dim B // the batch: every size is proved

data Table {
  features: f32[B, feature: 3]
  kind: class[B] of 2
  source: csv("table.csv", target: "kind")
  normalize: standardize
  split: (train: 70%, validation: 15%, test: 15%)
}

model Classifier(features: f32[B, feature: 3]) -> f32[B, 2] {
  return features -> dense(16) as hidden -> relu -> dense(2) as logits
}

train Classifier on Table {
  loss: cross_entropy(logits, kind)
  batch: 8
  epochs: 40
  optimizer: adam(0.01)
  metrics: accuracy
}
`,
    },
    { path: "table.csv", text: sampleTable() },
  ],
} as const;

/** Forty rows of two kinds that a line nearly separates. */
function sampleTable(): string {
  const rows = Array.from({ length: 40 }, (_, index) => {
    const kind = index % 2;
    const wave = (shift: number): number =>
      Math.round(100 * (kind + 0.8 * Math.sin(1.7 * index + shift))) / 100;
    return [wave(0), wave(1), wave(2), kind === 0 ? "round" : "square"].join(",");
  });
  return `${["length", "width", "height", "kind"].join(",")}\n${rows.join("\n")}\n`;
}

/** What `--template` takes; the first is written where none is asked for. */
export const templateNames = Object.keys(templates) as readonly (keyof typeof templates)[];
