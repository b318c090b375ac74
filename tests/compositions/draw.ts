import type {
  LossDefinition,
  RegularizerDefinition,
} from "../../src/compiler/library/definition.ts";
import { library } from "../../src/compiler/library/index.ts";
import {
  axesOf,
  elaborate,
  elementsOf,
  pathOf,
  type Composition,
  type Elaborated,
  type LossTerm,
  type Rule,
  type Stage,
  type Tensor,
} from "./composition.ts";
import { Draw, drawArguments } from "./draw-arguments.ts";
import { drawStage, headStages } from "./draw-stage.ts";
import { itemText } from "./print.ts";

/** Steps that each network is trained for. */
export const steps = 5;

/** The stages whose weights a stage uses as its own. */
function lenders({ stages }: Composition, { arguments: written }: Stage): readonly string[] {
  const paths = written.flatMap(({ parts }) => /(\w+)\.\w+/.exec(String(parts[0]))?.[1] ?? []);
  return stages.filter((stage) => paths.includes(pathOf(stage))).map(({ name }) => name);
}

/** How many stages a network has. */
const fewest = 3;
const most = 12;

/** The network of a seed: 3 to 12 stages over pictures, sequences, words, vectors or volumes. */
export function drawComposition(seed: number): Composition {
  const draw = new Draw(seed);
  for (;;) {
    const composition = tryComposition(seed, draw);
    const count = composition.stages.length;
    if (count >= fewest && count <= most) return composition;
  }
}

function tryComposition(seed: number, draw: Draw): Composition {
  const isLarge = draw.chance(0.12);
  const inputs = drawInputs(draw, isLarge ? 1.7 : 1);
  const parameters = drawParameters(draw, inputs[0]!);
  const batch = draw.pick(isLarge ? [8, 13, 16, 21, 32] : [2, 3, 4, 4, 5, 6, 7, 9]);
  const begun = {
    seed,
    inputs,
    parameters,
    stages: [],
    losses: [],
    rules: [],
    batch,
    rows: Array.from({ length: steps }, () => (draw.chance(0.35) ? draw.between(1, batch) : batch)),
    optimizer: draw.pick(optimizers),
    ...(draw.chance(0.15) && { clip: draw.pick(["norm(0.5)", "value(0.1)"]) }),
  };
  const grown = grow(begun, draw.between(fewest, most), draw, isLarge);
  const scored = withoutUnused(withLosses(grown, draw));
  return { ...scored, rules: drawRules(scored, draw) };
}

/** Only what the losses need: branches that nothing joined are cut off. */
export function withoutUnused(composition: Composition): Composition {
  const used = new Set([
    ...composition.losses.map(({ of }) => of),
    ...composition.rules.flatMap(({ target, stage }) =>
      stage !== undefined && (target === "activations" || target === "probabilities")
        ? [stage]
        : [],
    ),
  ]);
  const stages = composition.stages
    .toReversed()
    .filter((stage) => {
      if (!used.has(stage.name)) return false;
      for (const name of [...stage.operands, ...lenders(composition, stage)]) used.add(name);
      return true;
    })
    .toReversed();
  const isUsed = ({ name }: Tensor): boolean => used.has(name);
  return {
    ...composition,
    stages,
    inputs: composition.inputs.filter(isUsed),
    parameters: composition.parameters.filter(isUsed),
  };
}

/** Their first velocity is the gradient, or the gradient times the rate. */
const optimizers = [
  "sgd(0.02, momentum: 0.9)",
  "sgd(0.02, momentum: 0.9)",
  "sgd(0.05, momentum: 0.5)",
  "sgd(0.02, momentum: 0.9, nesterov: on)",
  "sgd(0.02, momentum: 0.9, form: displacement)",
];

function drawInputs(draw: Draw, scale: number): readonly Tensor[] {
  const sizes = (...names: readonly (readonly [string, number, number])[]): Tensor["axes"] =>
    names.map(([name, low, high]) => ({ name, size: Math.round(scale * draw.between(low, high)) }));
  const kind = draw.weighted({ picture: 35, sequence: 25, words: 12, vector: 20, volume: 8 });
  const axes = {
    picture: () => sizes(["h", 3, 7], ["w", 3, 7], ["c", 1, 4]),
    sequence: () => sizes(["t", 2, 8], ["c", 1, 6]),
    words: () => sizes(["t", 2, 7]),
    vector: () => sizes(["c", 3, 16]),
    volume: () => sizes(["d", 2, 3], ["h", 2, 4], ["w", 2, 4], ["c", 1, 3]),
  }[kind]();
  const x = { name: "x", axes, ...(kind === "words" && { labels: draw.between(2, 9) }) };
  const hasMemory = (kind === "sequence" || kind === "words") && draw.chance(0.3);
  return hasMemory ? [x, { name: "memory", axes: sizes(["t", 1, 5], ["c", 1, 5]) }] : [x];
}

/** Sometimes a tensor of the model's own, over some of the input's last axes. */
function drawParameters(draw: Draw, { axes, labels }: Tensor): readonly Tensor[] {
  if (labels !== undefined || !draw.chance(0.2)) return [];
  return [{ name: "offset", axes: axes.slice(draw.below(axes.length)) }];
}

/** Stage after stage: mostly on the value before, sometimes on an older one. */
function grow(begun: Composition, count: number, draw: Draw, isLarge: boolean): Composition {
  let grown = begun;
  for (let tries = 0; grown.stages.length < count && tries < 60; tries++) {
    const elaborated = elaborate(grown)!;
    const latest = grown.stages.at(-1)?.name ?? "x";
    const older = grown.stages.map(({ name }) => name);
    const value = draw.chance(0.12) && older.length > 0 ? draw.pick(older) : latest;
    const stage = drawStage({
      ...elaborated,
      draw,
      stages: grown.stages,
      value,
      name: drawName(grown.stages, draw),
      isLarge,
    });
    if (stage === undefined) continue;
    const next = { ...grown, stages: [...sharing(grown.stages, stage), stage] };
    if (elaborate(next) !== undefined) grown = next;
  }
  return grown;
}

/** The first use of a stage that is used again becomes shared, too. */
function sharing(stages: readonly Stage[], { shared }: Stage): readonly Stage[] {
  return stages.map((stage) =>
    shared !== undefined && stage.shared === undefined && `twin_${stage.name}` === shared
      ? { ...stage, shared }
      : stage,
  );
}

/** Mostly s1, s2 …; now and then what the compiler might call something of its own, where names are not told apart well. */
function drawName(stages: readonly Stage[], draw: Draw): string {
  const plain = `s${stages.length + 1}`;
  const other = stages.length === 0 ? plain : draw.pick(stages).name;
  const hostile = draw.pick([
    `${other}_weight`,
    `${other}_gradient`,
    `${other}_2`,
    "loss",
    "rows",
    "objective",
  ]);
  const isTaken = stages.some(({ name }) => name === hostile);
  return draw.chance(0.15) && !isTaken && hostile.length < 20 ? hostile : plain;
}

const losses = library.all("loss") as readonly LossDefinition[];

/** One loss on the last value, made fit for it by a head; sometimes a second one on a value on the way. */
function withLosses(grown: Composition, draw: Draw): Composition {
  const headed = withNumbers(grown, draw);
  const { types } = elaborate(headed)!;
  const last = headed.stages.at(-1)!.name;
  const definition = draw.pick(losses);
  const isOfClasses = definition.operands[0]!.accepts === "logits";
  const fits = !isOfClasses || axesOf(types.get(last)!).at(-1)!.size >= 2;
  const isDirect = fits && draw.chance(isOfClasses ? 0.3 : 0.6);
  const taken = new Set(headed.stages.map(({ name }) => name));
  let count = headed.stages.length;
  const names = (): string => {
    do count++;
    while (taken.has(`s${count}`));
    return `s${count}`;
  };
  const head = isDirect ? [] : headStages(last, types.get(last)!, draw.between(2, 5), names);
  const stages = [...headed.stages, ...head];
  const first = drawLoss(definition, stages.at(-1)!.name, 1, draw);
  const second = draw.chance(0.15) ? secondLoss({ ...headed, stages }, draw) : [];
  return { ...headed, stages, losses: [first, ...second] };
}

/** Labels cannot be compared with anything: they become numbers first. And a value has an axis besides the batch. */
function withNumbers(grown: Composition, draw: Draw): Composition {
  const { types } = elaborate(grown)!;
  const last = grown.stages.at(-1)?.name ?? "x";
  if (
    types.get(last)!.element.kind === "f32" &&
    axesOf(types.get(last)!).length > 0 &&
    grown.stages.length > 0
  )
    return grown;
  const from = types.get("x")!.element.kind === "class" ? "embedding" : "identity";
  const stage = {
    name: `s${grown.stages.length + 1}0`,
    operands: ["x"],
    item: from,
    arguments: from === "embedding" ? [{ name: "features", parts: [draw.between(2, 5)] }] : [],
  };
  return { ...grown, stages: [...grown.stages, stage] };
}

function drawLoss(definition: LossDefinition, of: string, factor: number, draw: Draw): LossTerm {
  const written = drawArguments(definition.arguments, { draw }) ?? [];
  const single = written.filter(({ name }) => !isList(definition, name));
  return { item: definition.name, arguments: single, of, factor };
}

/** Lists have as many entries as there are classes. */
function isList({ arguments: table }: LossDefinition, name: string): boolean {
  const specification = table[name]!;
  return "list" in specification && specification.list === true;
}

function secondLoss(composition: Composition, draw: Draw): readonly LossTerm[] {
  const { types } = elaborate(composition)!;
  const definition = draw.pick(losses.filter(({ operands }) => operands[0]!.accepts === "values"));
  const on = composition.stages.filter(
    ({ name }) => types.get(name)!.element.kind === "f32" && elementsOf(types.get(name)!) > 1,
  );
  return on.length === 0 ? [] : [drawLoss(definition, draw.pick(on).name, 0.3, draw)];
}

const regularizers = library.all("regularizer") as readonly RegularizerDefinition[];

/** Frozen stages, other rates, penalties on weights and on values. */
function drawRules(composition: Composition, draw: Draw): readonly Rule[] {
  const elaborated = elaborate(composition)!;
  const owners = ownersIn(composition, elaborated);
  const rules: Rule[] = [];
  const add = (probability: number, make: () => Rule | undefined): void => {
    const rule = draw.chance(probability) ? make() : undefined;
    if (rule !== undefined) rules.push(rule);
  };
  add(0.25, () =>
    owners.length > 1
      ? { target: "parameters", stage: draw.pick(owners), setting: "freeze: on" }
      : undefined,
  );
  add(0.1, () =>
    owners.length > 0
      ? { target: "parameters", stage: draw.pick(owners), setting: "lr: 0.1x" }
      : undefined,
  );
  add(0.4, () => penaltyRule(composition, elaborated, owners, draw));
  add(0.08, () => penaltyRule(composition, elaborated, owners, draw));
  return rules;
}

/** The paths of the stages that own tensors. */
function ownersIn({ stages }: Composition, { weights }: Elaborated): readonly string[] {
  const paths = stages.map(pathOf).filter((path) => weights.has(path));
  return [...new Set(paths)].filter(
    (path) => !stages.some((stage) => pathOf(stage) === path && isTied(stage)),
  );
}

function isTied(stage: Stage): boolean {
  return stage.arguments.some(
    ({ name, parts }) => name === "weight" && typeof parts[0] === "string",
  );
}

function penaltyRule(
  { stages }: Composition,
  { types, weights }: Elaborated,
  owners: readonly string[],
  draw: Draw,
): Rule | undefined {
  const definition = draw.pick(regularizers);
  const written = drawArguments(definition.arguments, { draw });
  if (written === undefined) return undefined;
  const setting = `regularize: ${draw.pick(["0.1", "0.3"])} * ${itemText({ item: definition.name, arguments: written })}`;
  const values = stages.filter(({ name }) => types.get(name)!.element.kind === "f32");
  if (definition.applies === "distribution") {
    const wide = values.filter(({ name }) => (axesOf(types.get(name)!).at(-1)?.size ?? 0) > 1);
    return wide.length === 0
      ? undefined
      : { target: "probabilities", stage: draw.pick(wide).name, setting };
  }
  if (draw.chance(0.3)) return { target: "activations", stage: draw.pick(values).name, setting };
  const withRole = owners.filter((path) =>
    weights.get(path)!.some(({ role }) => role === "weights"),
  );
  if (withRole.length === 0) return undefined;
  return draw.chance(0.5)
    ? { target: "weights", setting }
    : { target: "weights", stage: draw.pick(withRole), setting };
}
