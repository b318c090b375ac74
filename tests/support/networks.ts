import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import {
  nodesOf,
  type Graph,
  type Node,
  type StateMeaning,
  type Window,
} from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";

/** A training step as a graph, with everything that one call of it needs. */
export interface Network {
  readonly graph: Graph;
  readonly capacity: number;
  /** Leaves by name: inputs (at full capacity), parameters and states. */
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly types: ReadonlyMap<string, ArrayType>;
  readonly inputs: readonly string[];
  readonly scalars: (step: number) => ReadonlyMap<string, number>;
}

/** A small generator for tests: uniform in [0, 1), the same on every machine. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const batched = (...shape: readonly number[]): ArrayType => ({ shape, batched: true });
const plain = (...shape: readonly number[]): ArrayType => ({ shape, batched: false });

/** Layers as the library lowers them, small enough to read here. */
/** What an optimiser remembers of a weight. */
function slotOf(weight: string): StateMeaning {
  return { role: "slot", initial: 0, of: weight };
}

export class Layers {
  readonly root = createBuilder();
  readonly parameters: Node[] = [];
  readonly updates = new Map<string, Node>();

  at(path: string): GraphBuilder {
    return this.root.at({ path, role: "forward" });
  }

  parameter(name: string, ...shape: readonly number[]): Node {
    const node = this.root.parameter(name, plain(...shape));
    this.parameters.push(node);
    return node;
  }

  dense(path: string, x: Node, units: number): Node {
    const g = this.at(path);
    const weight = this.parameter(`${path}.weight`, x.type.shape[1]!, units);
    const bias = this.parameter(`${path}.bias`, units);
    return g.add(
      g.contract(x, weight, "rk,kn->rn"),
      g.broadcast(bias, batched(x.type.shape[0]!, units), [1]),
    );
  }

  conv(path: string, x: Node, channels: number, window: Window, groups = 1): Node {
    const g = this.at(path);
    const weight = this.parameter(
      `${path}.weight`,
      ...window.size,
      x.type.shape[3]! / groups,
      channels,
    );
    const y = g.convolve(x, weight, window, groups);
    return g.add(y, g.broadcast(this.parameter(`${path}.bias`, channels), y.type, [3]));
  }

  /** Batch statistics in training, running averages as states. */
  batchNorm(path: string, x: Node): Node {
    const g = this.at(path);
    const axes = x.type.shape.map((_, axis) => axis).slice(0, -1);
    const channels = x.type.shape[x.type.shape.length - 1]!;
    const mean = g.mean(x, axes);
    const centred = g.subtract(x, g.spread(mean, x.type, axes));
    const variance = g.mean(g.multiply(centred, centred), axes);
    const scale = g.divide(
      this.parameter(`${path}.scale`, channels),
      g.sqrt(g.add(variance, 1e-5)),
    );
    const running = this.root.state(`${path}.mean`, plain(channels), {
      role: "statistic",
      initial: 0,
      of: `${path}.mean`,
    });
    this.updates.set(`${path}.mean`, g.add(g.multiply(running, 0.9), g.multiply(mean, 0.1)));
    return g.add(
      g.multiply(centred, g.spread(scale, x.type, axes)),
      g.spread(this.parameter(`${path}.shift`, channels), x.type, axes),
    );
  }

  layerNorm(path: string, x: Node): Node {
    const g = this.at(path);
    const mean = g.mean(x, [1]);
    const centred = g.subtract(x, g.spread(mean, x.type, [1]));
    const deviation = g.sqrt(g.add(g.mean(g.multiply(centred, centred), [1]), 1e-5));
    const normal = g.divide(centred, g.spread(deviation, x.type, [1]));
    return g.add(
      g.multiply(
        normal,
        g.broadcast(this.parameter(`${path}.scale`, x.type.shape[1]!), x.type, [1]),
      ),
      g.broadcast(this.parameter(`${path}.shift`, x.type.shape[1]!), x.type, [1]),
    );
  }

  /** The mean over the rows of log Σ exp(z) − z[label], without overflow. */
  crossEntropy(logits: Node, labels: Node): Node {
    const g = this.root.at({ path: "loss", role: "loss" });
    const top = g.max(logits, [1]);
    const shifted = g.subtract(logits, g.spread(top, logits.type, [1]));
    const total = g.log(g.sum(g.exp(shifted), [1]));
    const chosen = g.equal(g.iota(logits.type, 1), g.broadcast(labels, logits.type, [0]));
    return g.mean(g.subtract(total, g.sum(g.multiply(chosen, shifted), [1])));
  }

  adam(loss: Node): Graph {
    const gradients = differentiate(
      this.root.at({ path: "", role: "gradient" }),
      loss,
      this.parameters,
    );
    const g = this.root.at({ path: "optimizer", role: "update" });
    const step = g.scalar("step");
    for (const parameter of this.parameters) {
      if (parameter.op !== "parameter") continue;
      const { name } = parameter.attributes;
      const gradient = gradients.get(parameter)!;
      const m = g.add(
        g.multiply(g.state(`${name}/m`, parameter.type, slotOf(name)), 0.9),
        g.multiply(gradient, 0.1),
      );
      const v = g.add(
        g.multiply(g.state(`${name}/v`, parameter.type, slotOf(name)), 0.999),
        g.multiply(g.multiply(gradient, gradient), 0.001),
      );
      const mHat = g.divide(m, g.subtract(1, g.power(0.9, step)));
      const vHat = g.divide(v, g.subtract(1, g.power(0.999, step)));
      this.updates.set(`${name}/m`, m);
      this.updates.set(`${name}/v`, v);
      this.updates.set(
        name,
        g.subtract(
          parameter,
          g.multiply(g.scalar("learning rate"), g.divide(mHat, g.add(g.sqrt(vHat), 1e-8))),
        ),
      );
    }
    return { outputs: new Map([["loss", loss]]), updates: this.updates };
  }

  momentum(loss: Node): Graph {
    const gradients = differentiate(
      this.root.at({ path: "", role: "gradient" }),
      loss,
      this.parameters,
    );
    const g = this.root.at({ path: "optimizer", role: "update" });
    for (const parameter of this.parameters) {
      if (parameter.op !== "parameter") continue;
      const { name } = parameter.attributes;
      const velocity = g.add(
        g.multiply(g.state(`${name}/v`, parameter.type, slotOf(name)), 0.9),
        gradients.get(parameter)!,
      );
      this.updates.set(`${name}/v`, velocity);
      this.updates.set(
        name,
        g.subtract(parameter, g.multiply(g.scalar("learning rate"), velocity)),
      );
    }
    return { outputs: new Map([["loss", loss]]), updates: this.updates };
  }
}

/** Fills the leaves of a graph: weights small, scales near 1, second moments 0, labels whole numbers. */
export function networkOf(
  graph: Graph,
  capacity: number,
  classes: number,
  seed = 1,
  rate = 0.01,
): Network {
  const values = new Map<string, Float64Array>();
  const types = new Map<string, ArrayType>();
  const inputs: string[] = [];
  const next = numbersFrom(seed);
  for (const node of nodesOf(graph)) {
    if (node.op !== "input" && node.op !== "parameter" && node.op !== "state") continue;
    const { name } = node.attributes;
    const size = node.type.shape.reduce((product, extent) => product * extent, 1);
    const fill = (): number =>
      name === "label"
        ? Math.floor(next() * classes)
        : node.op === "state"
          ? 0
          : name.endsWith(".scale")
            ? 0.5 + next()
            : (next() - 0.5) * (node.op === "input" ? 2 : 1);
    values.set(
      name,
      Float64Array.from({ length: size }, () => Math.fround(fill())),
    );
    types.set(name, node.type);
    if (node.op === "input") inputs.push(name);
  }
  return {
    graph,
    capacity,
    values,
    types,
    inputs,
    scalars: (step) =>
      new Map([
        ["step", step],
        ["learning rate", rate],
      ]),
  };
}

/** 5 features → tanh → relu → 4 classes, trained by Adam. */
export function multilayerPerceptron(capacity = 8, features = 5, hidden = 7, classes = 4): Network {
  const layers = new Layers();
  const x = layers.root.input("x", batched(capacity, features));
  const h1 = layers.at("h1").tanh(layers.dense("h1", x, hidden));
  const h2 = layers.at("h2").maximum(layers.dense("h2", h1, hidden + 1), 0);
  const loss = layers.crossEntropy(
    layers.dense("out", h2, classes),
    layers.root.input("label", batched(capacity)),
  );
  return networkOf(layers.adam(loss), capacity, classes);
}

/** Strided, padded, grouped and dilated convolutions, overlapping pools, both normalisations, flatten; trained with momentum. */
export function convolutionalNetwork(capacity = 4, size = 9, classes = 3): Network {
  const layers = new Layers();
  const window = (extent: number, stride: number, dilation: number, border: number): Window => ({
    size: [extent, extent],
    stride: [stride, stride],
    dilation: [dilation, dilation],
    low: [border, border],
    high: [border, border],
  });
  const x = layers.root.input("x", batched(capacity, size * size * 2));
  const image = layers.root.reshape(x, [capacity, size, size, 2]);
  const c1 = layers
    .at("c1")
    .maximum(layers.batchNorm("n1", layers.conv("c1", image, 4, window(3, 1, 1, 1))), 0);
  const p1 = layers.at("p1").windowMax(c1, window(3, 2, 1, 1));
  const c2 = layers.at("c2").sigmoid(layers.conv("c2", p1, 6, window(3, 1, 2, 2), 2));
  const c3 = layers.at("c3").add(layers.conv("c3", c2, 4, window(2, 2, 1, 0)), 0.1);
  const p2 = layers
    .at("p2")
    .windowSum(c3, { size: [2, 2], stride: [1, 1], dilation: [1, 1], low: [0, 0], high: [0, 0] });
  const flat = layers
    .at("flat")
    .reshape(p2, [capacity, p2.type.shape.slice(1).reduce((a, b) => a * b, 1)]);
  const normal = layers.layerNorm("n2", layers.dense("d1", flat, 6));
  const loss = layers.crossEntropy(
    layers.dense("out", normal, classes),
    layers.root.input("label", batched(capacity)),
  );
  return networkOf(layers.momentum(loss), capacity, classes, 2);
}
