import type { ArrayType } from "./array-type.ts";

/** A window over the spatial axes of `[batch, spatial…, channels]`: one entry a spatial axis. */
export interface Window {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zero rows before and after (for maxima: rows that never win). */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** What a state is kept for: which of its numbers are saved, shown and begun anew follows from it, and never from its name. */
export type StateRole =
  | "statistic"
  /** What an optimiser remembers of a weight. */
  | "slot"
  /** What the Hessian is multiplied by. */
  | "direction"
  /** Matrices of a layer's curvature and their inverses. */
  | "factor"
  | "average"
  /** Sums over the batches of one update. */
  | "gathered"
  | "teacher"
  /** What values of a field were divided by when they were brought to scale. */
  | "unit"
  /** Sums over the rows of an epoch. */
  | "monitor"
  /** Gradients that are given. */
  | "gradient";

/** What is to be known of a state besides its name and type; equal wherever the same state is made. */
export interface StateMeaning {
  readonly role: StateRole;
  /** What each of its numbers is at first. */
  readonly initial: number;
  /** What it belongs to: the path of a tensor or layer, or what a sum is called. */
  readonly of: string;
}

/** The attributes of every primitive; the keys of this table are the primitives of the graph. */
export interface Attributes {
  // leaves
  constant: { readonly value: number };
  /** Data of the batch, bound by the field's name. */
  input: { readonly name: string; readonly type: ArrayType };
  /** A trainable tensor, by its path (`stage1[1].norm.scale`). */
  parameter: { readonly name: string; readonly type: ArrayType };
  /** Anything else that lives from step to step: optimiser slots, running statistics, monitors. */
  state: { readonly name: string; readonly type: ArrayType } & StateMeaning;
  /** A number that the host computes for each step (the learning rate, a scheduled momentum, the step from 1). */
  scalar: { readonly name: string };
  /** The number of rows in this step's batch, as a scalar. */
  rows: Record<never, never>;
  /** Uniform numbers in [0, 1), drawn anew each step from stream `stream`, filled by the host. */
  random: { readonly stream: string; readonly type: ArrayType };
  /** The index along `axis`, as a number. */
  iota: { readonly type: ArrayType; readonly axis: number };
  /** In the body of a scan: what value `number` was at the place before, what sequence `number` is here, constant `number`. */
  local: {
    readonly role: "before" | "here" | "constant";
    readonly number: number;
    readonly type: ArrayType;
  };
  // elementwise
  negate: Record<never, never>;
  exp: Record<never, never>;
  log: Record<never, never>;
  sqrt: Record<never, never>;
  tanh: Record<never, never>;
  sigmoid: Record<never, never>;
  erf: Record<never, never>;
  sine: Record<never, never>;
  cosine: Record<never, never>;
  absolute: Record<never, never>;
  /** −1, 0 or 1. */
  sign: Record<never, never>;
  floor: Record<never, never>;
  ceil: Record<never, never>;
  add: Record<never, never>;
  subtract: Record<never, never>;
  multiply: Record<never, never>;
  divide: Record<never, never>;
  maximum: Record<never, never>;
  minimum: Record<never, never>;
  power: Record<never, never>;
  /** a − b·floor(a / b). */
  modulo: Record<never, never>;
  /** Comparisons give 0 or 1. */
  less: Record<never, never>;
  less_equal: Record<never, never>;
  equal: Record<never, never>;
  /** inputs: condition (0 or not 0), value if so, value if not; only the chosen side counts, NaN in the other is dropped. */
  select: Record<never, never>;
  // movement
  /** `axes[i]` is the axis of the result that axis i of the operand becomes; the other axes are new and repeat. */
  broadcast: { readonly type: ArrayType; readonly axes: readonly number[] };
  /** Same elements in row-major order; the batch axis stays first and whole. */
  reshape: { readonly shape: readonly number[] };
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly start: readonly number[]; readonly size: readonly number[] };
  pad: { readonly low: readonly number[]; readonly high: readonly number[] };
  concatenate: { readonly axis: number };
  // reductions (the reduced axes disappear)
  reduce_sum: { readonly axes: readonly number[] };
  reduce_max: { readonly axes: readonly number[] };
  /** The product of two operands, summed over labels that the result lacks: `labels` is like "rk,kn->rn". */
  contract: { readonly labels: string };
  // windows over [batch, spatial…, channels]
  /** x [b, s…, groups·i] * w [k…, i, o] → [b, t…, o]; outputs o fall into `groups` equal runs. */
  convolve: { readonly window: Window; readonly groups: number };
  /** inputs: gradient of the result, w; gives the gradient of x, whose shape is `shape`. */
  convolve_input_gradient: {
    readonly window: Window;
    readonly groups: number;
    readonly shape: readonly number[];
  };
  /** inputs: x, gradient of the result; gives the gradient of w. */
  convolve_weight_gradient: { readonly window: Window; readonly groups: number };
  window_max: { readonly window: Window };
  /** The row-major place inside its window of the first maximum, as a number. */
  window_argmax: { readonly window: Window };
  /** inputs: gradient of the result, window_argmax; gives the gradient of x, whose shape is `shape`. */
  window_max_gradient: { readonly window: Window; readonly shape: readonly number[] };
  window_sum: { readonly window: Window };
  /** input: gradient of the result; gives the gradient of x, whose shape is `shape`. */
  window_sum_gradient: { readonly window: Window; readonly shape: readonly number[] };
  /**
   * A calculation that goes along axis 1. inputs: first `sequences` arrays [b, t, …], then constants. `body` are the values of one
   * place, [b, …] each, over `local` leaves; before the first place (with `reverse`: the last) they are 0. Gives value `output` at
   * all places, [b, t, …]. Scans with equal inputs, body and direction are one loop.
   */
  scan: {
    readonly body: readonly Node[];
    readonly sequences: number;
    readonly reverse: boolean;
    readonly output: number;
  };
}

export type Op = keyof Attributes;

/** Where a node comes from, for names in generated code and messages; outside the identity of a node. */
export interface Origin {
  /** The path of the layer or setting (`h1`, `stage1[2].norm`, `loss`, `optimizer`). */
  readonly path: string;
  readonly role: "forward" | "loss" | "penalty" | "gradient" | "update" | "metric" | "schedule";
}

/** Interned: two nodes with the same op, inputs, attributes and type are the same object. Immutable. */
export interface NodeOf<O extends Op> {
  readonly id: number;
  readonly op: O;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[O];
  readonly type: ArrayType;
  readonly origin: Origin;
}
export type Node = { [O in Op]: NodeOf<O> }[Op];

/** What one call computes: `outputs` are read by the host; `updates` replace parameters and state, all at once, at the end. */
export interface Graph {
  readonly outputs: ReadonlyMap<string, Node>;
  readonly updates: ReadonlyMap<string, Node>;
}

/** Nodes reachable from the outputs and updates, operands before users. */
export function nodesOf(graph: Graph): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: (readonly [Node, boolean])[] = [...graph.outputs.values(), ...graph.updates.values()]
    .reverse()
    .map((node) => [node, false] as const);
  while (stack.length > 0) {
    const [node, operandsDone] = stack.pop()!;
    if (operandsDone) order.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push([node, true]);
      for (let index = node.inputs.length - 1; index >= 0; index--) {
        const operand = node.inputs[index]!;
        if (!seen.has(operand)) stack.push([operand, false]);
      }
    }
  }
  return order;
}
