import { OpenSize } from "./compile.ts";
import { elementCount } from "./ir/array-type.ts";
import { print, symbolsOf } from "./ir/dim.ts";
import { nodesOf, type Graph, type Node } from "./ir/graph.ts";
import { createBuilder } from "./ir/make-builder.ts";
import type { TensorType } from "./ir/type.ts";
import { beginModel } from "./passes/3-lower/lowering.ts";
import { otherSymbols, shapeOf, sizesOf, type Sizes } from "./passes/3-lower/sizes.ts";
import { lowerValue } from "./passes/3-lower/values.ts";
import type { CompiledRun } from "./plan/compiled.ts";
import type { Layer, TypedModel, Value } from "./typed/program.ts";

/** A row of `nnspec summary`. */
interface LayerCost {
  /** The path: `h1`, `stage1[2].norm`. */
  readonly name: string;
  /** `[B, c: 128]`. */
  readonly shape: string;
  readonly parameters: number;
  /** Products of two numbers that are added up, for one row. */
  readonly multiplyAdds: number;
}

export interface ModelCost {
  readonly name: string;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly layers: readonly LayerCost[];
}

/** What a model holds and what one row costs, a line for each layer and activation in the order of the text. */
export function costOf(model: TypedModel, dims: ReadonlyMap<string, number> = new Map()): ModelCost {
  const open = otherSymbols({ model }).filter((name) => !dims.has(name));
  if (open.length > 0) throw new OpenSize(`model ${model.name} leaves ${open.join(", ")} open: give ${open.map((name) => `--set ${name}=…`).join(" ")}`);
  const sizes = sizesOf({ model }, 1, dims);
  const lowering = beginModel(createBuilder(), model, sizes);
  const outputs = model.values.map((value, index) => [String(index), lowerValue(lowering, value)] as const);
  const products = productsByPath({ outputs: new Map(outputs), updates: new Map() });
  const counted = new Set<string>();
  const layers = model.values.flatMap((value): readonly LayerCost[] => {
    const path = pathOf(value);
    if (path === undefined) return [];
    const first = !counted.has(path);
    counted.add(path);
    const weights = value.body.kind === "layer" && first ? parametersOf(value.body.layer, sizes) : 0;
    return [{ name: path, shape: printType(value.type), parameters: weights, multiplyAdds: first ? (products.get(path) ?? 0) : 0 }];
  });
  const parameters = model.weights.filter(({ tied }) => tied === undefined).reduce((total, { shape }) => total + product(shapeOf(sizes, shape)), 0);
  return { name: model.name, parameters, multiplyAdds: [...products.values()].reduce((total, count) => total + count, 0), layers };
}

/** Bytes that training holds: weights, gradients, optimiser states, and every buffer of a step, four bytes a number. */
export function trainingMemory({ plans }: CompiledRun): number {
  const own = plans.train.buffers.filter(({ aliasOf }) => aliasOf === undefined);
  return own.reduce((total, { shape }) => total + 4 * product(shape), 0);
}

function pathOf({ body }: Value): string | undefined {
  if (body.kind === "layer") return body.layer.path;
  return body.kind === "activation" ? body.path : undefined;
}

function parametersOf({ weights }: Layer, sizes: Sizes): number {
  return weights.filter(({ tied }) => tied === undefined).reduce((total, { shape }) => total + product(shapeOf(sizes, shape)), 0);
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** Multiplications followed by an addition in contractions and convolutions, by the path of the layer. */
function productsByPath(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodesOf(graph)) {
    const count = productsOf(node);
    if (count > 0) counts.set(node.origin.path, (counts.get(node.origin.path) ?? 0) + count);
  }
  return counts;
}

function productsOf(node: Node): number {
  if (node.op === "contract") {
    const [left = "", right = ""] = node.attributes.labels.split(/,|->/);
    const sizes = new Map([...[...left].map((label, axis) => [label, node.inputs[0]!.type.shape[axis]!] as const), ...[...right].map((label, axis) => [label, node.inputs[1]!.type.shape[axis]!] as const)]);
    return product([...sizes.values()]);
  }
  if (node.op === "convolve") {
    const weights = node.inputs[1]!.type.shape;
    // Every output is a sum over the window and over the inputs of its group.
    return elementCount(node.type) * product(weights.slice(0, -1));
  }
  return 0;
}

/** `[B, h: 32, w: 32, c: 3]`. */
function printType({ axes }: TensorType): string {
  const printed = axes.map(({ name, size }, index) => {
    const text = print(size);
    return name === undefined || name === text || (index === 0 && symbolsOf(size).length > 0) ? text : `${name}: ${text}`;
  });
  return `[${printed.join(", ")}]`;
}
