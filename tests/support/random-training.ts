import type { Node } from "../../src/compiler/ir/graph.ts";
import { Layers, networkOf, numbersFrom, type Network } from "./networks.ts";

/** Layers of random kinds and sizes, few of which divide by 4 or 8, and a batch of 1 to 70. Of a gradient that is 0 but for rounding Adam makes ±rate: tests/wasm/adam.test.ts. */
export function randomTraining(seed: number, optimizer: "momentum" | "adam" = "momentum"): Network {
  const next = numbersFrom(seed);
  const choose = (count: number): number => Math.floor(next() * count);
  const layers = new Layers();
  const capacity = 1 + choose(70);
  const classes = 2 + choose(9);
  const features =
    seed % 3 === 0
      ? randomImage(layers, capacity > 12 ? 1 + choose(12) : capacity, choose)
      : layers.root.input("x", { shape: [capacity, 1 + choose(40)], batched: true });
  const rows = features.type.shape[0]!;
  let x = features;
  for (let layer = 0, depth = 1 + choose(3); layer < depth; layer++) {
    x = activate(layers, `h${layer}`, layers.dense(`h${layer}`, x, 1 + choose(35)), choose);
    if (choose(4) === 0 && x.type.shape[1]! > 1)
      x = choose(2) === 0 ? layers.layerNorm(`n${layer}`, x) : layers.batchNorm(`n${layer}`, x);
  }
  const loss = layers.crossEntropy(
    layers.dense("out", x, classes),
    layers.root.input("label", { shape: [rows], batched: true }),
  );
  return networkOf(layers[optimizer](loss), rows, classes, seed);
}

function activate(layers: Layers, path: string, x: Node, choose: (count: number) => number): Node {
  const g = layers.at(path);
  return [g.tanh(x), g.maximum(x, 0), g.sigmoid(x), g.erf(x), x][choose(5)]!;
}

/** One or two convolutions with a stride, a border, a dilation or groups, and a pool. */
function randomImage(layers: Layers, rows: number, choose: (count: number) => number): Node {
  const size = 5 + choose(6);
  const channels = 1 + choose(4);
  const pair = (value: number): readonly [number, number] => [value, value];
  let x = layers.root.reshape(
    layers.root.input("x", { shape: [rows, size * size * channels], batched: true }),
    [rows, size, size, channels],
  );
  for (let layer = 0, depth = 1 + choose(2); layer < depth; layer++) {
    const extent = 1 + choose(3);
    const border = choose(2) * Math.floor(extent / 2);
    const window = {
      size: pair(extent),
      stride: pair(1 + choose(2)),
      dilation: pair(1),
      low: pair(border),
      high: pair(border),
    };
    const groups = x.type.shape[3]! % 2 === 0 && choose(3) === 0 ? 2 : 1;
    x = activate(
      layers,
      `c${layer}`,
      layers.conv(`c${layer}`, x, groups * (1 + choose(9)), window, groups),
      choose,
    );
  }
  if (x.type.shape[1]! >= 2) {
    const pool = {
      size: pair(2),
      stride: pair(1 + choose(2)),
      dilation: pair(1),
      low: pair(0),
      high: pair(0),
    };
    x =
      choose(3) === 0 ? layers.at("pool").windowSum(x, pool) : layers.at("pool").windowMax(x, pool);
  }
  return layers.root.reshape(x, [
    rows,
    x.type.shape.slice(1).reduce((product, extent) => product * extent, 1),
  ]);
}
