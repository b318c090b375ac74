import { elementCount, type ArrayType } from "./array-type.ts";
import type { GraphBuilder, Operand } from "./builder.ts";
import { Interning } from "./interning.ts";
import type { Attributes, Node, NodeOf, Op, Origin, StateMeaning, Window } from "./graph.ts";
import { otherAxes } from "./primitives/axes.ts";
import { primitiveOf } from "./primitives/index.ts";
import { isScalar } from "./types.ts";

const nowhere: Origin = { path: "", role: "forward" };

/** A builder with an interning table of its own; graphs whose nodes are to be combined come from one of these. */
export function createBuilder(origin: Origin = nowhere): GraphBuilder {
  return new InterningBuilder(new Interning(), origin);
}

class InterningBuilder implements GraphBuilder {
  private readonly interning: Interning;
  private readonly origin: Origin;

  constructor(interning: Interning, origin: Origin) {
    this.interning = interning;
    this.origin = origin;
  }

  make<O extends Op>(op: O, inputs: readonly Node[], attributes: Attributes[O]): Node {
    const { type: rule, fold } = primitiveOf(op);
    const type = rule(
      inputs.map((operand) => operand.type),
      attributes,
    );
    return (
      fold?.(this, inputs, attributes, type) ??
      this.interning.node(op, inputs, attributes, type, this.origin)
    );
  }

  at(origin: Origin): GraphBuilder {
    return new InterningBuilder(this.interning, origin);
  }

  private node<O extends Op>(op: O, inputs: readonly Operand[], attributes: Attributes[O]): Node {
    return this.make(
      op,
      inputs.map((operand) => this.operand(operand)),
      attributes,
    );
  }

  private operand(operand: Operand): Node {
    return typeof operand === "number" ? this.constant(operand) : operand;
  }

  constant(value: number): Node {
    return this.node("constant", [], { value });
  }
  input(name: string, type: ArrayType): Node {
    return this.node("input", [], { name, type });
  }
  parameter(name: string, type: ArrayType): Node {
    return this.node("parameter", [], { name, type });
  }
  state(name: string, type: ArrayType, { role, initial, of }: StateMeaning): Node {
    return this.node("state", [], { name, type, role, initial, of });
  }
  stateCalled(name: string): NodeOf<"state"> | undefined {
    return this.interning.stateCalled(name);
  }
  scalar(name: string): Node {
    return this.node("scalar", [], { name });
  }
  rows(): Node {
    return this.node("rows", [], {});
  }
  random(stream: string, type: ArrayType): Node {
    return this.node("random", [], { stream, type });
  }
  iota(type: ArrayType, axis: number): Node {
    return this.node("iota", [], { type, axis });
  }

  local(role: Attributes["local"]["role"], number: number, type: ArrayType): Node {
    return this.node("local", [], { role, number, type });
  }

  negate(x: Operand): Node {
    return this.node("negate", [x], {});
  }
  exp(x: Operand): Node {
    return this.node("exp", [x], {});
  }
  log(x: Operand): Node {
    return this.node("log", [x], {});
  }
  sqrt(x: Operand): Node {
    return this.node("sqrt", [x], {});
  }
  tanh(x: Operand): Node {
    return this.node("tanh", [x], {});
  }
  sigmoid(x: Operand): Node {
    return this.node("sigmoid", [x], {});
  }
  erf(x: Operand): Node {
    return this.node("erf", [x], {});
  }
  sine(x: Operand): Node {
    return this.node("sine", [x], {});
  }
  cosine(x: Operand): Node {
    return this.node("cosine", [x], {});
  }
  absolute(x: Operand): Node {
    return this.node("absolute", [x], {});
  }
  sign(x: Operand): Node {
    return this.node("sign", [x], {});
  }
  floor(x: Operand): Node {
    return this.node("floor", [x], {});
  }
  ceil(x: Operand): Node {
    return this.node("ceil", [x], {});
  }
  add(a: Operand, b: Operand): Node {
    return this.node("add", [a, b], {});
  }
  subtract(a: Operand, b: Operand): Node {
    return this.node("subtract", [a, b], {});
  }
  multiply(a: Operand, b: Operand): Node {
    return this.node("multiply", [a, b], {});
  }
  divide(a: Operand, b: Operand): Node {
    return this.node("divide", [a, b], {});
  }
  maximum(a: Operand, b: Operand): Node {
    return this.node("maximum", [a, b], {});
  }
  minimum(a: Operand, b: Operand): Node {
    return this.node("minimum", [a, b], {});
  }
  power(a: Operand, b: Operand): Node {
    return this.node("power", [a, b], {});
  }
  modulo(a: Operand, b: Operand): Node {
    return this.node("modulo", [a, b], {});
  }
  less(a: Operand, b: Operand): Node {
    return this.node("less", [a, b], {});
  }
  lessEqual(a: Operand, b: Operand): Node {
    return this.node("less_equal", [a, b], {});
  }
  equal(a: Operand, b: Operand): Node {
    return this.node("equal", [a, b], {});
  }
  select(condition: Operand, then: Operand, otherwise: Operand): Node {
    return this.node("select", [condition, then, otherwise], {});
  }

  broadcast(x: Operand, type: ArrayType, axes: readonly number[]): Node {
    return this.node("broadcast", [x], { type, axes });
  }
  spread(reduced: Operand, type: ArrayType, axes: readonly number[]): Node {
    const operand = this.operand(reduced);
    return this.broadcast(
      operand,
      type,
      isScalar(operand.type) ? [] : otherAxes(type.shape.length, axes),
    );
  }
  reshape(x: Node, shape: readonly number[]): Node {
    return this.node("reshape", [x], { shape });
  }
  transpose(x: Node, permutation: readonly number[]): Node {
    return this.node("transpose", [x], { permutation });
  }
  slice(x: Node, start: readonly number[], size: readonly number[]): Node {
    return this.node("slice", [x], { start, size });
  }
  pad(x: Node, low: readonly number[], high: readonly number[]): Node {
    return this.node("pad", [x], { low, high });
  }
  concatenate(parts: readonly Node[], axis: number): Node {
    return this.node("concatenate", parts, { axis });
  }

  sum(x: Node, axes: readonly number[] = otherAxes(x.type.shape.length, [])): Node {
    return this.node("reduce_sum", [x], { axes: rising(axes) });
  }
  max(x: Node, axes: readonly number[]): Node {
    return this.node("reduce_max", [x], { axes: rising(axes) });
  }
  mean(x: Node, axes: readonly number[] = otherAxes(x.type.shape.length, [])): Node {
    const overBatch = x.type.batched && axes.includes(0);
    const counted = axes
      .filter((axis) => !(overBatch && axis === 0))
      .map((axis) => x.type.shape[axis]!);
    const count = elementCount({ shape: counted, batched: false });
    return this.divide(this.sum(x, axes), overBatch ? this.multiply(this.rows(), count) : count);
  }
  contract(a: Node, b: Node, labels: string): Node {
    return this.node("contract", [a, b], { labels });
  }
  convolve(x: Node, w: Node, window: Window, groups = 1): Node {
    return this.node("convolve", [x, w], { window, groups });
  }
  windowMax(x: Node, window: Window): Node {
    return this.node("window_max", [x], { window });
  }
  windowSum(x: Node, window: Window): Node {
    return this.node("window_sum", [x], { window });
  }
}

function rising(axes: readonly number[]): readonly number[] {
  return [...axes].sort((a, b) => a - b);
}
