import { known } from "../../src/compiler/ir/dim.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import type {
  ActivationDefinition,
  FunctionDefinition,
  LayerDefinition,
} from "../../src/compiler/library/definition.ts";
import { library } from "../../src/compiler/library/index.ts";
import {
  applyStage,
  axesOf,
  elementsOf,
  pathOf,
  sameAxes,
  stageDefinition,
  type Argument,
  type Elaborated,
  type Stage,
} from "./composition.ts";
import { drawArguments, type Draw } from "./draw-arguments.ts";

/** What is there when the next stage is drawn. */
export interface Surroundings extends Elaborated {
  readonly draw: Draw;
  readonly stages: readonly Stage[];
  /** The value that the stage goes on from. */
  readonly value: string;
  readonly name: string;
  readonly isLarge: boolean;
}

/** The most numbers in a row of a value and in a weight: most networks stay small, so that many can be tried. */
const limits = {
  small: { elements: 150, weights: 300 },
  large: { elements: 600, weights: 2000 },
} as const;
const mostAxes = 4;

const layers = library.all("layer") as readonly LayerDefinition[];
const activations = library.all("activation") as readonly ActivationDefinition[];
/** Pools come above norms more often than above others, as in networks that people write: what is fused there is of a kind. */
const pools = layers.filter(({ name }) => name.endsWith("_pool"));

function isLikely({ stages, value }: Surroundings): boolean {
  const place = stages.findIndex(({ name }) => name === value);
  return stages
    .slice(Math.max(0, place - 1), place + 1)
    .some(({ item }) => item.endsWith("_norm") || item.endsWith("softmax"));
}

/** Functions that stay small wherever they are defined everywhere. */
const functions = (library.all("function") as readonly FunctionDefinition[]).filter(
  ({ operands, evaluate }) =>
    operands.length <= 2 &&
    [-40, -1, 0, 1, 40].every((value) => Math.abs(evaluate(...operands.map(() => value))) <= 40),
);

/** No gradient passes these, so that everything below them would go untested: they come seldom. */
const flat = new Set(["step", "sign", "floor", "ceil"]);

/** A stage that takes the value, or nothing where none of some tries did. */
export function drawStage(around: Surroundings): Stage | undefined {
  const kind = around.draw.weighted({
    layer: 55,
    activation: 22,
    sum: 13,
    function: 3,
    again: 4,
    tied: 3,
  });
  for (let tries = 0; tries < 12; tries++) {
    const stage = makers[kind](around);
    if (stage !== undefined && isFit(stage, around)) return stage;
  }
  return undefined;
}

const makers: Readonly<
  Record<
    "layer" | "activation" | "sum" | "function" | "again" | "tied",
    (around: Surroundings) => Stage | undefined
  >
> = {
  layer: drawLayer,
  activation: drawActivation,
  sum: drawSum,
  function: drawFunction,
  again: drawShared,
  tied: drawTied,
};

/** Neither large nor, but for now and then, a single number, of which little can be made. */
function isFit(stage: Stage, { types, draw, isLarge }: Surroundings): boolean {
  const most = limits[isLarge ? "large" : "small"];
  const applied = applyStage(
    stage,
    stage.operands.map((name) => types.get(name)!),
  );
  return (
    applied !== undefined &&
    elementsOf(applied.type) <= most.elements &&
    (elementsOf(applied.type) > 1 || draw.chance(0.1)) &&
    applied.type.axes.length <= mostAxes + 1 &&
    applied.weights.every(
      ({ shape }) => shape.reduce((product, size) => product * known(size)!, 1) <= most.weights,
    )
  );
}

/** Any layer of the library that takes the value, and with it others where it takes several. */
function drawLayer(around: Surroundings): Stage | undefined {
  const { draw, types, value, name, isLarge } = around;
  const type = types.get(value)!;
  const definition = draw.pick(isLikely(around) && draw.chance(0.4) ? pools : layers);
  for (let tries = 0; tries < 8; tries++) {
    const written = definition.axisArguments
      ? drawAxes(type, draw)
      : drawArguments(definition.arguments, { draw, type, isLarge });
    if (written === undefined) continue;
    const operands = definition.inputs === "many" ? [value, ...drawOthers(around)] : [value];
    const stage = {
      name,
      operands,
      item: definition.name,
      arguments: withDropconnect(written, definition, draw),
    };
    if (!isFit(stage, around)) continue;
    const repeated = { ...stage, times: 2 };
    return operands.length === 1 && draw.chance(0.08) && isFit(repeated, around) ? repeated : stage;
  }
  return undefined;
}

/** `dropconnect` is an argument of any layer with weights that are matrices or kernels. */
function withDropconnect(
  written: readonly Argument[],
  { weights, arguments: table }: LayerDefinition,
  draw: Draw,
): readonly Argument[] {
  const takes = weights !== undefined && "weight" in table;
  return takes && draw.chance(0.05) ? [...written, { name: "dropconnect", parts: [0.3] }] : written;
}

/** No value, one or two besides the first: those of the same batch that were made before. */
function drawOthers({ draw, types, value }: Surroundings): readonly string[] {
  const others = [...types.keys()].filter((name) => name !== value);
  return Array.from({ length: Math.min(draw.below(3), others.length) }, () => draw.pick(others));
}

/** Axes for as many elements as there are: `reshape(t: 4, c: 3)`. */
function drawAxes(type: TensorType, draw: Draw): readonly Argument[] {
  const names = draw.pick([
    ["c"],
    ["t", "c"],
    ["t", "c"],
    ["h", "w", "c"],
    ["h", "w", "c"],
    ["w", "h"],
  ]);
  let rest = elementsOf(type);
  return names.map((name, place) => {
    const divisors = divisorsOf(rest).filter((each) => each > 1 || draw.chance(0.2));
    const size = place === names.length - 1 || divisors.length === 0 ? rest : draw.pick(divisors);
    rest /= size;
    return { name, parts: [size] };
  });
}

function divisorsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => place + 1).filter(
    (each) => count % each === 0,
  );
}

function drawActivation({ draw, types, value, name }: Surroundings): Stage | undefined {
  const definition = draw.pick(activations);
  if (flat.has(definition.name) && !draw.chance(0.1)) return undefined;
  const written = drawArguments(definition.arguments, { draw, type: types.get(value)! });
  return written && { name, operands: [value], item: definition.name, arguments: written };
}

/** The sum or product with a value before it of the same type (a residual connection), or with a parameter. */
function drawSum({ draw, types, value, name }: Surroundings): Stage | undefined {
  const type = types.get(value)!;
  const others = [...types].filter(
    ([other, { axes }]) =>
      other !== value && (sameAxes(axes, type.axes) || axes.length < type.axes.length),
  );
  if (others.length === 0) return undefined;
  const operands = [value, draw.pick(others)[0]];
  const item = draw.pick(["+", "+", "+", "*"]);
  return {
    name,
    operands: draw.chance(0.3) ? operands.toReversed() : operands,
    item,
    arguments: [],
  };
}

function drawFunction({ draw, types, value, name }: Surroundings): Stage | undefined {
  const definition = draw.pick(functions);
  if (flat.has(definition.name) && !draw.chance(0.1)) return undefined;
  const alike = [...types].filter(([, { axes }]) => sameAxes(axes, types.get(value)!.axes));
  const operands = [value, ...definition.operands.slice(1).map(() => draw.pick(alike)[0])];
  return { name, operands, item: definition.name, arguments: [] };
}

/** A stage that was there before once more, with the same weights; not one whose weights another uses by its name. */
function drawShared({ draw, types, value, name, stages }: Surroundings): Stage | undefined {
  const isLender = (stage: Stage): boolean =>
    stages.some(({ arguments: written }) =>
      written.some(({ parts }) => String(parts[0]).includes(`${stage.name}.`)),
    );
  const again = stages.filter(
    (stage) =>
      stage.times === undefined &&
      !isLender(stage) &&
      stage.operands.length === 1 &&
      stageDefinition(stage.item)?.kind === "layer" &&
      sameAxes(types.get(stage.operands[0]!)!.axes, types.get(value)!.axes),
  );
  if (again.length === 0) return undefined;
  const { item, arguments: written, shared, name: first } = draw.pick(again);
  return { name, operands: [value], item, arguments: written, shared: shared ?? `twin_${first}` };
}

/** A stage whose weight is another's, as it is or transposed. */
function drawTied(around: Surroundings): Stage | undefined {
  const { draw, types, value, name, stages, weights } = around;
  const owners = stages.filter(
    (stage) =>
      stage.times === undefined &&
      tensorArgument(stage.item) !== undefined &&
      stage.arguments.every((argument) => argument.name !== "weight"),
  );
  if (owners.length === 0) return undefined;
  const owner = draw.pick(owners);
  const argument = tensorArgument(owner.item)!;
  const shape = shapeOf(weights.get(pathOf(owner)), argument);
  if (shape === undefined) return undefined;
  const isTransposed = shape.length === 2 && draw.chance(0.6);
  const wanted = isTransposed ? shape.toReversed() : shape;
  const written = owner.arguments.map((each, place) =>
    place === 0 && isTransposed ? { ...each, parts: [shape[0]!] } : each,
  );
  const own = { name, operands: [value], item: owner.item, arguments: written };
  const made = applyStage(own, [types.get(value)!]);
  const found = shapeOf(made?.weights, argument);
  if (found === undefined || String(found) !== String(wanted)) return undefined;
  const path = `${pathOf(owner)}.${argument}`;
  return {
    ...own,
    arguments: [
      ...written,
      { name: argument, parts: [isTransposed ? `transpose(${path})` : path] },
    ],
  };
}

function tensorArgument(item: string): string | undefined {
  const table = library.find("layer", item)?.arguments ?? {};
  return Object.keys(table).find((name) => table[name]!.kind === "tensor");
}

function shapeOf(
  specifications: Elaborated["weights"] extends ReadonlyMap<string, infer Found>
    ? Found | undefined
    : never,
  name: string,
): readonly number[] | undefined {
  return specifications?.find((weight) => weight.name === name)?.shape.map((size) => known(size)!);
}

/** Stages that end in one axis `c`: what class scores are made from. */
export function headStages(
  value: string,
  type: TensorType,
  classes: number,
  names: () => string,
): readonly Stage[] {
  const flatten =
    axesOf(type).length === 1
      ? []
      : [{ name: names(), operands: [value], item: "flatten", arguments: [] }];
  const from = flatten[0]?.name ?? value;
  return [
    ...flatten,
    {
      name: names(),
      operands: [from],
      item: "dense",
      arguments: [{ name: "units", parts: [classes] }],
    },
  ];
}
