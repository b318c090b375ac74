import { nodesOf, type Graph, type Node } from "./graph.ts";
import { countOf } from "./primitives/evaluation.ts";
import { parseLabels, sizesOf } from "./primitives/labels.ts";
import { bodyNodes, loopOf } from "./primitives/scan.ts";

/** What it costs to interpret a graph once. */
export interface InterpretationCost {
  /** Multiplications with additions, or what takes as long. */
  readonly operations: number;
  /** Of all values that are there at one time, at most. */
  readonly bytes: number;
}

/** Making an element of a result takes as long as so many multiplications with additions. */
const operationsPerElement = 16;

/** How long a graph takes to interpret and how much memory, without doing it. */
export function interpretationCost(graph: Graph, rows: number): InterpretationCost {
  const order = nodesOf(graph);
  const loops = new Set<string>();
  const isNew = (node: Node): boolean => {
    const key = node.op === "scan" ? loopOf(node) : "";
    const known = loops.has(key);
    if (key !== "") loops.add(key);
    return !known;
  };
  const operations = order.filter(isNew).reduce((sum, node) => sum + operationsOf(node, rows), 0);
  return { operations, bytes: 8 * mostElements(order, graph, rows) };
}

function operationsOf(node: Node, rows: number): number {
  return operationsPerElement * countOf(shapeOf(node, rows)) + productsOf(node, rows);
}

function productsOf(node: Node, rows: number): number {
  const [first, second] = node.inputs.map((operand) => shapeOf(operand, rows));
  switch (node.op) {
    case "contract":
      return countOf([...sizesOf(parseLabels(node.attributes.labels), [first!, second!]).values()]);
    case "convolve":
      return countOf(second!) * placesOf(shapeOf(node, rows));
    case "convolve_input_gradient":
      return countOf(second!) * placesOf(first!);
    case "convolve_weight_gradient":
      return countOf(node.type.shape) * placesOf(second!);
    case "window_max":
    case "window_argmax":
    case "window_sum":
      return countOf(node.attributes.window.size) * countOf(shapeOf(node, rows));
    case "window_max_gradient":
    case "window_sum_gradient":
      return countOf(node.attributes.window.size) * countOf(first!);
    case "scan":
      return (
        node.type.shape[1]! *
        bodyNodes(node.attributes.body).reduce((sum, inner) => sum + operationsOf(inner, rows), 0)
      );
    default:
      return countOf(first ?? []);
  }
}

/** The most elements that are there at once, when each value is dropped after its last use. */
function mostElements(order: readonly Node[], graph: Graph, rows: number): number {
  const asked = new Set([...graph.outputs.values(), ...graph.updates.values()]);
  const lastUse = new Map<Node, Node>();
  for (const node of order) for (const operand of node.inputs) lastUse.set(operand, node);
  let [now, most] = [0, 0];
  for (const node of order) {
    now += countOf(shapeOf(node, rows));
    most = Math.max(most, now);
    for (const operand of new Set(node.inputs))
      if (lastUse.get(operand) === node && !asked.has(operand))
        now -= countOf(shapeOf(operand, rows));
  }
  return most;
}

function shapeOf({ type: { shape, batched } }: Node, rows: number): readonly number[] {
  return batched ? [rows, ...shape.slice(1)] : shape;
}

/** Rows and places of an array `[rows, places…, channels]`. */
function placesOf(shape: readonly number[]): number {
  return countOf(shape.slice(0, -1));
}
