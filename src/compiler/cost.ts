import { OpenSize } from "./compile.ts";
import { print, symbolsOf } from "./ir/dim.ts";
import { nodesOf, type Graph, type Node, type NodeOf, type Op } from "./ir/graph.ts";
import { createBuilder } from "./ir/make-builder.ts";
import { primitiveOf } from "./ir/primitives/index.ts";
import { bodyNodes } from "./ir/primitives/scan.ts";
import type { TensorType } from "./ir/type.ts";
import { beginModel } from "./passes/3-lower/lowering.ts";
import { otherSymbols, shapeOf, sizesOf, type Sizes } from "./passes/3-lower/sizes.ts";
import { lowerValue } from "./passes/3-lower/values.ts";
import { simplify } from "./passes/5-simplify/simplify.ts";
import { schedule } from "./passes/6-schedule/schedule.ts";
import { extentsOf, operandsOf, type Extent } from "./extent.ts";
import { memoryOfPlan, type PlanMemory } from "./memory.ts";
import type { TypedModel, Value, Weight } from "./typed/program.ts";

/** A row of `nnspec summary`. */
interface LayerCost {
  /** The path: `h1`, `stage1[2].norm`. */
  readonly name: string;
  /** `[B, c: 128]`. */
  readonly shape: string;
  readonly parameters: number;
  /** Products of two numbers that are added up, for one row. */
  readonly multiplyAdds: number;
  /** Layers with weights on the longest way here, this one included. */
  readonly depth: number;
  /** How many places of the input it sees along each spatial axis: `all` once an axis is pooled or flattened away. */
  readonly receptiveField: ReceptiveField;
}

type ReceptiveField = Readonly<Record<string, number | "all">>;

export interface ModelCost {
  readonly name: string;
  /** The model's documentation line, such as `2015 · residual connections`. */
  readonly documentation?: string;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** What prediction needs: heads that only a loss uses are left out. */
  readonly prediction: { readonly parameters: number; readonly multiplyAdds: number };
  /** Layers with weights on the longest way from an input to an output. */
  readonly depth: number;
  /** The largest receptive field before the places are pooled or flattened away; empty without spatial axes. */
  readonly receptiveField: Readonly<Record<string, number>>;
  readonly layers: readonly LayerCost[];
}

/** What a model holds and what one row costs, a line for each layer and activation in the order of the text. */
export function costOf(
  model: TypedModel,
  dims: ReadonlyMap<string, number> = new Map(),
): ModelCost {
  const sizes = closedSizes(model, dims);
  const lowering = beginModel(createBuilder(), model, sizes);
  const outputs = model.values.map(
    (value, index) => [String(index), lowerValue(lowering, value)] as const,
  );
  const products = productsByPath({ outputs: new Map(outputs), updates: new Map() });
  const extents = extentsOf(model, sizes);
  const needed = neededBy(model.outputs.map(({ value }) => value));
  return {
    name: model.name,
    ...(model.documentation === undefined ? {} : { documentation: model.documentation }),
    parameters: parametersOf(model.weights, sizes),
    multiplyAdds: sum(products.values()),
    prediction: {
      parameters: parametersOf(weightsOf(needed), sizes),
      multiplyAdds: sum([...pathsOf(needed)].map((path) => products.get(path) ?? 0)),
    },
    depth: Math.max(0, ...model.outputs.map(({ value }) => extents.get(value)!.depth)),
    receptiveField: largestField(
      [...extents].filter(([value]) => needed.has(value)).map(([, extent]) => extent),
    ),
    layers: layerCosts(model, sizes, products, extents),
  };
}

/** What predicting so many rows takes: the weights, and the values that live at one time. */
export function predictionMemory(
  model: TypedModel,
  rows: number,
  dims: ReadonlyMap<string, number> = new Map(),
): PlanMemory {
  const builder = createBuilder();
  const lowering = beginModel(builder, model, closedSizes(model, dims, rows));
  const outputs = new Map(
    model.outputs.map(({ name, value }) => [name, lowerValue(lowering, value)] as const),
  );
  return memoryOfPlan(
    schedule("predict", simplify(builder, { outputs, updates: new Map() }), rows),
  );
}

function closedSizes(model: TypedModel, dims: ReadonlyMap<string, number>, rows = 1): Sizes {
  const open = otherSymbols({ model }).filter((name) => !dims.has(name));
  if (open.length > 0)
    throw new OpenSize(
      `model ${model.name} leaves ${open.join(", ")} open: give ${open.map((name) => `--set ${name}=…`).join(" ")}`,
    );
  return sizesOf({ model }, rows, dims);
}

/** Layers and activations that have a path; a layer that is used several times is counted where it is used first. */
function layerCosts(
  model: TypedModel,
  sizes: Sizes,
  products: ReadonlyMap<string, number>,
  extents: ReadonlyMap<Value, Extent>,
): readonly LayerCost[] {
  const counted = new Set<string>();
  return model.values.flatMap((value): readonly LayerCost[] => {
    const name = pathOf(value);
    if (name === undefined) return [];
    const first = !counted.has(name);
    counted.add(name);
    const { depth, fields } = extents.get(value)!;
    return [
      {
        name,
        shape: printType(value.type),
        parameters:
          value.body.kind === "layer" && first ? parametersOf(value.body.layer.weights, sizes) : 0,
        multiplyAdds: first ? (products.get(name) ?? 0) : 0,
        depth,
        receptiveField: Object.fromEntries(
          [...fields].map(([axis, field]) => [
            axis,
            field === "all" ? field : Math.ceil(field.size),
          ]),
        ),
      },
    ];
  });
}

function largestField(extents: readonly Extent[]): Readonly<Record<string, number>> {
  const largest = new Map<string, number>();
  for (const { fields } of extents)
    for (const [axis, field] of fields)
      if (field !== "all")
        largest.set(axis, Math.max(largest.get(axis) ?? 1, Math.ceil(field.size)));
  return Object.fromEntries([...largest].filter(([, size]) => size > 1));
}

/** The values that `outputs` are computed from, themselves included. */
function neededBy(outputs: readonly Value[]): ReadonlySet<Value> {
  const needed = new Set<Value>();
  const waiting = [...outputs];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (needed.has(value)) continue;
    needed.add(value);
    waiting.push(...operandsOf(value));
  }
  return needed;
}

function weightsOf(values: ReadonlySet<Value>): readonly Weight[] {
  return [
    ...new Set(
      [...values].flatMap(({ body }) =>
        body.kind === "layer" ? body.layer.weights : body.kind === "parameter" ? [body.weight] : [],
      ),
    ),
  ];
}

function pathsOf(values: ReadonlySet<Value>): ReadonlySet<string> {
  return new Set([...values].flatMap((value) => pathOf(value) ?? []));
}

function pathOf({ body }: Value): string | undefined {
  if (body.kind === "layer") return body.layer.path;
  return body.kind === "activation" ? body.path : undefined;
}

function parametersOf(weights: readonly Weight[], sizes: Sizes): number {
  return sum(
    weights
      .filter(({ tied }) => tied === undefined)
      .map(({ shape }) => product(shapeOf(sizes, shape))),
  );
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** Multiplications followed by an addition, by the path of the layer. */
function productsByPath(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const loops = new Set<Node>();
  for (const node of nodesOf(graph)) {
    const count = node.op === "scan" ? productsOfLoop(node, loops) : productsOf(node);
    if (count > 0) counts.set(node.origin.path, (counts.get(node.origin.path) ?? 0) + count);
  }
  return counts;
}

/** The products at one place, as often as there are places; of several values of one loop only the first counts. */
function productsOfLoop(scan: NodeOf<"scan">, seen: Set<Node>): number {
  const { body } = scan.attributes;
  const order = bodyNodes(body);
  const isKnown = [...seen].some(
    (other) =>
      other.op === "scan" && other.attributes.body === body && other.inputs[0] === scan.inputs[0],
  );
  seen.add(scan);
  return isKnown
    ? 0
    : scan.type.shape[1]! * order.reduce((total, node) => total + productsOf(node), 0);
}

function productsOf<O extends Op>(node: NodeOf<O>): number {
  return primitiveOf(node.op).products?.(node) ?? 0;
}

/** `[B, h: 32, w: 32, c: 3]`. */
export function printType({ axes }: TensorType): string {
  const printed = axes.map(({ name, size }, index) => {
    const text = print(size);
    return name === undefined || name === text || (index === 0 && symbolsOf(size).length > 0)
      ? text
      : `${name}: ${text}`;
  });
  return `[${printed.join(", ")}]`;
}
