/** What is trained: the spec beside this file says it to nnspec, the rest says the same to the peers. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  readonly spec: string;
  readonly batch: number;
  /** Shape of an input without the batch: features, or height, width, channels. */
  readonly input: readonly number[];
  readonly classes: number;
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** How often the first steps' losses are compared. */
  readonly compared: number;
}

type Network =
  | {
      readonly kind: "dense";
      readonly widths: readonly number[];
      readonly activation: "relu" | "tanh";
    }
  | { readonly kind: "cnn"; readonly filters: readonly [number, number]; readonly hidden: number }
  | { readonly kind: "resnet20"; readonly decay: number };

type Optimizer =
  | { readonly kind: "adam"; readonly rate: number }
  | {
      readonly kind: "sgd";
      readonly rate: number;
      readonly momentum: number;
      readonly nesterov: boolean;
    };

/** Batches that are prepared once and used in turn. */
export const preparedBatches = 32;

const adam: Optimizer = { kind: "adam", rate: 1e-3 };

export const workloads: readonly Workload[] = [
  {
    name: "W1",
    about: "4-16-16-3, tanh, batch 16, SGD with momentum",
    spec: "w1.nnspec",
    batch: 16,
    input: [4],
    classes: 3,
    network: { kind: "dense", widths: [16, 16, 3], activation: "tanh" },
    optimizer: { kind: "sgd", rate: 0.01, momentum: 0.9, nesterov: false },
    compared: 20,
  },
  {
    name: "W2",
    about: "784-128-64-10, ReLU, batch 64, Adam",
    spec: "w2.nnspec",
    batch: 64,
    input: [784],
    classes: 10,
    network: { kind: "dense", widths: [128, 64, 10], activation: "relu" },
    optimizer: adam,
    compared: 8,
  },
  {
    name: "W3",
    about: "conv 3×3×8, pool, conv 3×3×16, pool, 64, 10 on 28×28, batch 32, Adam",
    spec: "w3.nnspec",
    batch: 32,
    input: [28, 28, 1],
    classes: 10,
    network: { kind: "cnn", filters: [8, 16], hidden: 64 },
    optimizer: adam,
    compared: 4,
  },
  {
    name: "W4",
    about: "784-1024-1024-10, ReLU, batch 128, Adam",
    spec: "w4.nnspec",
    batch: 128,
    input: [784],
    classes: 10,
    network: { kind: "dense", widths: [1024, 1024, 10], activation: "relu" },
    optimizer: adam,
    compared: 3,
  },
  {
    name: "ResNet20",
    about: "ResNet-20 on 32×32×3, batch 32, SGD with Nesterov's momentum",
    spec: "resnet20.nnspec",
    batch: 32,
    input: [32, 32, 3],
    classes: 10,
    network: { kind: "resnet20", decay: 1e-4 },
    optimizer: { kind: "sgd", rate: 0.1, momentum: 0.9, nesterov: true },
    compared: 2,
  },
];
