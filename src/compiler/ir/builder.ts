import type { ArrayType } from "./array-type.ts";
import type { Attributes, Node, NodeOf, Op, Origin, StateMeaning, Window } from "./graph.ts";

/** A number stands for a constant wherever a node is asked for. */
export type Operand = Node | number;

/**
 * Makes interned nodes and checks their types as they are made (a wrong type is a bug of nnspec: `invariant`).
 * Elementwise operations broadcast scalars, and nothing else: any other broadcast is written out with `broadcast`.
 * Cheap identities are folded on the way (constants, x·1, x + 0, x − 0, x / 1, double negation, empty movements), so that
 * lowerings can be written without special cases.
 */
export interface GraphBuilder {
  make<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node;
  /** The same builder (and interning table), with another origin for the nodes made through it. */
  at(origin: Origin): GraphBuilder;

  constant(value: number): Node;
  input(name: string, type: ArrayType): Node;
  parameter(name: string, type: ArrayType): Node;
  /** One state for one name: to make it again with another type or meaning is a bug. */
  state(name: string, type: ArrayType, meaning: StateMeaning): Node;
  /** The state of this name that was made before. */
  stateCalled(name: string): NodeOf<"state"> | undefined;
  scalar(name: string): Node;
  rows(): Node;
  random(stream: string, type: ArrayType): Node;
  iota(type: ArrayType, axis: number): Node;
  /** A leaf in the body of a scan; see scan.ts. */
  local(role: Attributes["local"]["role"], number: number, type: ArrayType): Node;

  negate(x: Operand): Node;
  exp(x: Operand): Node;
  log(x: Operand): Node;
  sqrt(x: Operand): Node;
  tanh(x: Operand): Node;
  sigmoid(x: Operand): Node;
  erf(x: Operand): Node;
  sine(x: Operand): Node;
  cosine(x: Operand): Node;
  absolute(x: Operand): Node;
  sign(x: Operand): Node;
  floor(x: Operand): Node;
  ceil(x: Operand): Node;
  add(a: Operand, b: Operand): Node;
  subtract(a: Operand, b: Operand): Node;
  multiply(a: Operand, b: Operand): Node;
  divide(a: Operand, b: Operand): Node;
  maximum(a: Operand, b: Operand): Node;
  minimum(a: Operand, b: Operand): Node;
  power(a: Operand, b: Operand): Node;
  modulo(a: Operand, b: Operand): Node;
  less(a: Operand, b: Operand): Node;
  lessEqual(a: Operand, b: Operand): Node;
  equal(a: Operand, b: Operand): Node;
  select(condition: Operand, then: Operand, otherwise: Operand): Node;

  /** Repeats `x` into `type`; `axes[i]` is the axis of the result that axis i of `x` becomes. */
  broadcast(x: Operand, type: ArrayType, axes: readonly number[]): Node;
  /** Repeats what a reduction over `axes` gave back into the type before it: the inverse of `reduce…(x, axes)`. */
  spread(reduced: Operand, type: ArrayType, axes: readonly number[]): Node;
  reshape(x: Node, shape: readonly number[]): Node;
  transpose(x: Node, permutation: readonly number[]): Node;
  slice(x: Node, start: readonly number[], size: readonly number[]): Node;
  pad(x: Node, low: readonly number[], high: readonly number[]): Node;
  concatenate(parts: readonly Node[], axis: number): Node;

  /** Sums over axes; without `axes` over all of them, giving a scalar. Rows past the batch's count are left out. */
  sum(x: Node, axes?: readonly number[]): Node;
  max(x: Node, axes: readonly number[]): Node;
  /** The sum divided by the number of elements summed (actual rows where the batch axis is among them). */
  mean(x: Node, axes?: readonly number[]): Node;
  contract(a: Node, b: Node, labels: string): Node;
  convolve(x: Node, w: Node, window: Window, groups?: number): Node;
  windowMax(x: Node, window: Window): Node;
  windowSum(x: Node, window: Window): Node;
}
