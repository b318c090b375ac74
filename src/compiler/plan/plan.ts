/** A loop variable 0 … extent − 1. `batch` axes run over the rows of this step's batch: at most `extent`. */
export interface PlanAxis {
  readonly name: string;
  readonly extent: number;
  readonly batch?: boolean;
}

/**
 * An index as constant + Σ step·axis, divided by `divisor` when there is one: then a point where the division is not exact
 * contributes nothing (strided gradients; a backend may split such a kernel by remainder).
 */
export interface Affine {
  readonly constant: number;
  readonly terms: readonly (readonly [axis: string, step: number])[];
  readonly divisor?: number;
}

/** One Affine a logical dimension. An index outside the buffer reads 0 (−∞ under `combine: "max"`), by the halo or by a guard. */
export interface Access {
  readonly buffer: Buffer;
  readonly index: readonly Affine[];
}

export interface Buffer {
  /** Unique in the plan. Parameters and states have their paths, shared by all plans of a run. */
  readonly name: string;
  /** Logical, never padded; row-major wherever the host sees it. */
  readonly shape: readonly number[];
  /** The first dimension is the batch; rows past the batch's count hold anything finite. */
  readonly batched: boolean;
  readonly role: "input" | "random" | "parameter" | "state" | "temporary" | "result";
  /** How far outside reads go, per dimension: what a border of zeros must cover. */
  readonly halo?: readonly (readonly [low: number, high: number])[];
  /** The same memory under another shape (a reshape that could not become loop axes). */
  readonly aliasOf?: Buffer;
}

export type ScalarOp =
  | "negate"
  | "exp"
  | "log"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sine"
  | "cosine"
  | "absolute"
  | "sign"
  | "floor"
  | "ceil"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "maximum"
  | "minimum"
  | "power"
  | "modulo"
  | "less"
  | "less_equal"
  | "equal"
  | "select";

/** Hash-consed: a sub-expression used twice is one object, and becomes a local. */
export type Expr =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "load"; readonly access: Access }
  /** The loop variable as a number. */
  | {
      readonly kind: "axis";
      readonly axis: string;
      readonly constant: number;
      readonly step: number;
    }
  /** A number from the host: the learning rate, the step. `rows` is the number of rows of the batch. */
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "rows" }
  /** The value of the reduction; in stores only. */
  | { readonly kind: "accumulator" }
  /** Whether `index` lies in 0 … extent − 1 (and divides exactly): for pads and concatenations. */
  | { readonly kind: "inside"; readonly index: Affine; readonly extent: number }
  | { readonly kind: "apply"; readonly op: ScalarOp; readonly args: readonly Expr[] };

/**
 * For every point of `space`: accumulator = initial; accumulator = combine(accumulator, term) over `reduce` (batch axes up to
 * the rows of this step); all store values are computed, then all are stored. A contraction is recognised, not marked:
 * `combine` is "sum" and `term` is load × load.
 */
export interface Kernel {
  readonly kind: "kernel";
  /** Readable and unique in the plan: `h1`, `h1_weight_gradient`. */
  readonly name: string;
  readonly axes: readonly PlanAxis[];
  readonly space: readonly string[];
  readonly reduce: readonly string[];
  readonly combine?: "sum" | "max";
  readonly term?: Expr;
  readonly initial?: Expr;
  readonly stores: readonly { readonly to: Access; readonly value: Expr }[];
  /** The variable of the loop that it stands in: a number to it, which its indices may use. */
  readonly around?: PlanAxis;
  /** What it computes, with shapes, for the comment above the generated kernel. */
  readonly comment: string;
  /** The layer or setting it serves. */
  readonly path: string;
}

/** Fills a buffer with uniform numbers in [0, 1): Philox keyed by (seed, stream, step, index). */
export interface FillRandom {
  readonly kind: "fill random";
  readonly buffer: Buffer;
  readonly stream: string;
}

/**
 * Kernels that run in turn for every value of `axis`, from the last to the first with `reverse`. Arrays that go on from one round to
 * the next have a dimension for the axis: a round stores its own place of it and may read the one before, outside of which is 0.
 */
export interface Loop {
  readonly kind: "loop";
  readonly name: string;
  readonly axis: PlanAxis;
  readonly reverse: boolean;
  readonly body: readonly Kernel[];
  readonly comment: string;
  readonly path: string;
}

export type Step = Kernel | FillRandom | Loop;

/** For each buffer that lives within one call, the first and last step that touches it (indices into the steps). */
export type Lifetimes = ReadonlyMap<Buffer, readonly [first: number, last: number]>;

/** One call: what it needs, what it does in order, what it leaves. Everything is allocated and ordered ahead of time. */
export interface Plan {
  readonly name: "train" | "evaluate" | "predict" | "statistics" | "judge" | "sample";
  /** The rows that the plan was specialised to. */
  readonly capacity: number;
  readonly buffers: readonly Buffer[];
  readonly steps: readonly Step[];
  /** Numbers that the host hands over with each call. */
  readonly scalars: readonly string[];
  /** What the host reads: output name → buffer. */
  readonly results: ReadonlyMap<string, Buffer>;
  /** Parameters and states that are replaced, all at once, after the last step: path → buffer of the new value. */
  readonly updates: ReadonlyMap<string, Buffer>;
  /** For each temporary buffer, the first and last step that touches it (indices into `steps`). */
  readonly lifetimes: Lifetimes;
}
