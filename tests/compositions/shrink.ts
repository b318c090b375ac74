import { library } from "../../src/compiler/library/index.ts";
import {
  elaborate,
  isOperator,
  stageDefinition,
  type Argument,
  type Composition,
  type Item,
  type Stage,
  type Tensor,
} from "./composition.ts";
import { withoutUnused } from "./draw.ts";
import { NoNetwork } from "./problem.ts";

/** Whether a composition still shows the fault; throws `NoNetwork` where it is none of the language. */
export type Shows = (composition: Composition) => Promise<boolean>;

/**
 * The smallest composition that shows a fault, by taking away what can be taken away: first stages, then losses and rules, then
 * arguments, then sizes. Ends where nothing smaller shows it, or after so many looks.
 */
export async function shrink(
  composition: Composition,
  shows: Shows,
  looks = 400,
): Promise<Composition> {
  let smallest = composition;
  let left = looks;
  const seen = new Set<string>();
  for (;;) {
    const found = await firstThatShows(smallerThan(smallest), async (smaller) => {
      const text = JSON.stringify(smaller);
      if (left === 0 || seen.has(text) || elaborate(smaller) === undefined) return false;
      seen.add(text);
      left--;
      return isShown(smaller, shows);
    });
    if (found === undefined) return smallest;
    smallest = found;
  }
}

async function firstThatShows(
  candidates: Iterable<Composition>,
  shows: Shows,
): Promise<Composition | undefined> {
  for (const candidate of candidates) if (await shows(candidate)) return candidate;
  return undefined;
}

async function isShown(composition: Composition, shows: Shows): Promise<boolean> {
  try {
    return await shows(composition);
  } catch (error) {
    if (error instanceof NoNetwork) return false;
    throw error;
  }
}

/** Everything that is a little smaller, what takes away most first. */
function* smallerThan(composition: Composition): Iterable<Composition> {
  yield* withFewerStages(composition);
  yield* withFewerSettings(composition);
  yield* withFewerArguments(composition);
  yield* withSmallerNumbers(composition);
}

/** Several stages of a row, halves first, then each alone; then losses at an earlier stage. */
function* withFewerStages(composition: Composition): Iterable<Composition> {
  const { stages, losses } = composition;
  for (let length = Math.floor(stages.length / 2); length >= 1; length = Math.floor(length / 2))
    for (let first = 0; first + length <= stages.length; first++)
      for (const choice of [0, 1])
        yield* without(composition, stages.slice(first, first + length), choice);
  for (const [place, term] of losses.entries())
    for (const { name } of stages)
      if (name !== term.of) {
        const moved = losses.with(place, { ...term, of: name });
        const cut = tidied({ ...composition, losses: moved });
        if (cut.stages.length < stages.length) yield cut;
      }
}

/** Whoever took what a stage gave takes what that stage took: its first operand, or its last. */
function* without(
  composition: Composition,
  gone: readonly Stage[],
  choice: number,
): Iterable<Composition> {
  if (choice === 1 && gone.every(({ operands }) => operands.length === 1)) return;
  const replacement = new Map(
    gone.map(({ name, operands }) => [name, operands.at(choice === 0 ? 0 : -1)!] as const),
  );
  const standIn = (name: string): string => {
    const next = replacement.get(name);
    return next === undefined ? name : standIn(next);
  };
  const stages = composition.stages
    .filter(({ name }) => !replacement.has(name))
    .map((stage) => ({ ...stage, operands: stage.operands.map(standIn) }));
  const losses = composition.losses.map((term) => ({ ...term, of: standIn(term.of) }));
  const isLeft = (name: string): boolean => stages.some((stage) => stage.name === name);
  if (stages.length === 0 || !losses.every(({ of }) => isLeft(of))) return;
  yield tidied({ ...composition, stages, losses });
}

/** Without what nothing uses: stages, inputs, rules about stages that are gone. */
function tidied(composition: Composition): Composition {
  const used = withoutUnused({
    ...composition,
    rules: composition.rules.filter(isOfLeft(composition)),
  });
  return {
    ...used,
    rules: used.rules.filter(isOfLeft(used)),
    stages: unsharedIfAlone(used.stages),
  };
}

function isOfLeft({ stages }: Composition): (rule: Composition["rules"][number]) => boolean {
  return ({ stage }) =>
    stage === undefined || stages.some(({ name, shared }) => name === stage || shared === stage);
}

/** A stage that is used once need not be shared. */
function unsharedIfAlone(stages: readonly Stage[]): readonly Stage[] {
  return stages.map((stage) => {
    const { shared, ...alone } = stage;
    const uses = stages.filter((other) => other.shared === shared).length;
    const isLender = stages.some(({ arguments: written }) =>
      written.some(({ parts }) => String(parts[0]).includes(`${shared}.`)),
    );
    return shared !== undefined && uses === 1 && !isLender ? alone : stage;
  });
}

function* withFewerSettings(composition: Composition): Iterable<Composition> {
  const { losses, rules, clip, parameters, ...rest } = composition;
  if (losses.length > 1)
    for (const place of losses.keys())
      yield tidied({ ...composition, losses: losses.toSpliced(place, 1) });
  for (const place of rules.keys()) yield { ...composition, rules: rules.toSpliced(place, 1) };
  if (clip !== undefined) yield { ...rest, losses, rules, parameters };
  const plain = "sgd(0.02, momentum: 0.9)";
  if (composition.optimizer !== plain) yield { ...composition, optimizer: plain };
  yield* withPlainNames(composition);
}

/** s1, s2 …, in the order of the stages. */
function* withPlainNames(composition: Composition): Iterable<Composition> {
  const names = new Map(
    composition.stages.map(({ name }, place) => [name, `s${place + 1}`] as const),
  );
  if ([...names].every(([name, plain]) => name === plain)) return;
  const isTied = composition.stages.some(
    ({ shared, arguments: written }) =>
      shared !== undefined || written.some(({ parts }) => String(parts[0]).includes(".")),
  );
  if (isTied) return;
  const renamed = (name: string): string => names.get(name) ?? name;
  yield {
    ...composition,
    stages: composition.stages.map((stage) => ({
      ...stage,
      name: renamed(stage.name),
      operands: stage.operands.map(renamed),
    })),
    losses: composition.losses.map((term) => ({ ...term, of: renamed(term.of) })),
    rules: composition.rules.map((rule) =>
      rule.stage === undefined ? rule : { ...rule, stage: renamed(rule.stage) },
    ),
  };
}

/** Stages once instead of again and again, items without what may be left out, the plainest items in place of others. */
function* withFewerArguments(composition: Composition): Iterable<Composition> {
  for (const [place, stage] of composition.stages.entries()) {
    const { times, ...once } = stage;
    const replaced = (other: Stage): Composition =>
      tidied({
        ...composition,
        stages: composition.stages.with(place, other),
      });
    if (times !== undefined) yield replaced(once);
    for (const smaller of fewerArguments(stage)) yield replaced({ ...stage, ...smaller });
    if (
      stageDefinition(stage.item)?.kind === "activation" &&
      stage.item !== "relu" &&
      stage.item !== "tanh"
    )
      for (const item of ["tanh", "relu"]) yield replaced({ ...stage, item, arguments: [] });
  }
  for (const [place, term] of composition.losses.entries()) {
    const replaced = (other: Item & { readonly factor?: number }): Composition => ({
      ...composition,
      losses: composition.losses.with(place, { ...term, ...other }),
    });
    for (const smaller of fewerArguments(term)) yield replaced(smaller);
    if (term.item !== "squared_error")
      yield replaced({ item: "squared_error", arguments: [], factor: 1 });
  }
}

function fewerArguments({ item, arguments: written }: Item): readonly Item[] {
  if (isOperator(item)) return [];
  const definition = stageDefinition(item) ?? library.find("loss", item)!;
  const isMandatory = ({ name }: Argument): boolean => {
    const specification = definition.arguments[name];
    return (
      specification !== undefined && !("default" in specification) && !("optional" in specification)
    );
  };
  return written.flatMap((argument, place) =>
    isMandatory(argument) ? [] : [{ item, arguments: written.toSpliced(place, 1) }],
  );
}

function* withSmallerNumbers(composition: Composition): Iterable<Composition> {
  const { inputs, parameters, stages, batch, rows } = composition;
  for (const fewer of smallerNumbers(batch))
    yield { ...composition, batch: fewer, rows: rows.map((count) => Math.min(count, fewer)) };
  if (rows.some((count) => count < batch)) yield { ...composition, rows: rows.map(() => batch) };
  for (const [place, tensor] of inputs.entries())
    for (const smaller of smallerTensors(tensor)) {
      const sized = parameters.map((parameter) => fitted(parameter, tensor, smaller));
      yield { ...composition, parameters: sized, inputs: inputs.with(place, smaller) };
    }
  for (const [place, stage] of stages.entries())
    for (const smaller of smallerArguments(stage))
      yield { ...composition, stages: stages.with(place, { ...stage, arguments: smaller }) };
}

/** 1 less first would take long: half, then 1 less. */
function smallerNumbers(value: number): readonly number[] {
  const candidates = [1, Math.floor(value / 2), value - 1];
  return [...new Set(candidates)].filter((each) => each >= 1 && each < value);
}

function smallerTensors(tensor: Tensor): readonly Tensor[] {
  const axes = tensor.axes.flatMap(({ name, size }, place) =>
    smallerNumbers(size).map((fewer) => ({
      ...tensor,
      axes: tensor.axes.with(place, { name, size: fewer }),
    })),
  );
  const labels = smallerNumbers(tensor.labels ?? 1)
    .filter((count) => count > 1)
    .map((count) => ({ ...tensor, labels: count }));
  return [...axes, ...labels];
}

/** A parameter over axes of the input follows their sizes. */
function fitted(parameter: Tensor, before: Tensor, after: Tensor): Tensor {
  return {
    ...parameter,
    axes: parameter.axes.map((axis) => {
      const place = before.axes.findIndex(
        ({ name, size }) => name === axis.name && size === axis.size,
      );
      return place < 0 ? axis : after.axes[place]!;
    }),
  };
}

/** One whole number of one argument smaller; `reshape` as one, as its sizes belong together. */
function smallerArguments({ arguments: written, item }: Stage): readonly (readonly Argument[])[] {
  if (item === "reshape") return [];
  return written.flatMap((argument, place) =>
    argument.parts.flatMap((part, at) =>
      typeof part === "number" && Number.isInteger(part)
        ? smallerNumbers(part).map((fewer) =>
            written.with(place, { ...argument, parts: argument.parts.with(at, fewer) }),
          )
        : [],
    ),
  );
}
