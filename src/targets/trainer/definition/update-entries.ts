import { refreshesStatistics } from "../../../compiler/typed/averages.ts";
import { stateFor } from "../../../compiler/plan/compiled.ts";
import {
  batchShareName,
  curvatureName,
  curvatureNumbers,
  factorNames,
  gradientName,
} from "../../../compiler/plan/names.ts";
import { kroneckerLayers } from "../../../compiler/typed/kronecker.ts";
import { sizeProduct, type RunShape } from "../run-shape.ts";
import { trainingEntry as entry, type Entry } from "./entry.ts";
import { call, plain } from "./recipe.ts";

/** Averages of the weights. */
export function averages({ run, emission: { compiled } }: RunShape): readonly Entry[] {
  const { average } = run;
  if (average === undefined) return [];
  const averaged = [
    ...compiled.parameters.map(({ path }) => path),
    ...compiled.states.flatMap(({ role, name }) => (role === "statistic" ? [name] : [])),
  ].flatMap((name) => {
    const kept = stateFor(compiled, "average", name);
    return kept ? [{ name, average: kept.name }] : [];
  });
  const own = entry(
    "averaged",
    plain(averaged),
    "Tensors of which averages are kept: these are measured, saved and predicted with. Training goes on from the weights themselves.",
    "readonly Averaged[]",
  );
  if (!refreshesStatistics(run) || average.kind !== "swa") return [own];
  const { amount, unit } = average.every;
  const refreshing = {
    start: average.start,
    ...(unit === "step" ? { everySteps: amount } : { everyEpochs: amount }),
    share: batchShareName,
  };
  return [
    own,
    entry(
      "refreshing",
      plain(refreshing),
      "Where the averages get running statistics of their own.",
      "Refreshing",
    ),
  ];
}

/** Methods that move all weights together on the host. */
export function wholeMethod({ run, emission: { compiled } }: RunShape): readonly Entry[] {
  const { definition, arguments: values } = run.optimizer.use;
  if (definition.whole === undefined) return [];
  const { results } = compiled.plans.train;
  const moved = compiled.parameters
    .filter(({ path }) => results.has(gradientName(path)))
    .map(({ path, shape }) => {
      const direction = stateFor(compiled, "direction", path);
      return {
        ...{ name: path, size: sizeProduct(shape), gradient: gradientName(path) },
        ...(definition.whole?.curvature === true && { curvature: curvatureName(path) }),
        ...(direction && { direction: direction.name }),
      };
    });
  const size = moved.reduce((total, tensor) => total + tensor.size, 0);
  const settings = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      key !== definition.rate && typeof value === "number" ? [[key, value] as const] : [],
    ),
  );
  const given = Object.keys(settings).length === 0 ? [] : [plain(settings)];
  return [
    entry(
      "moved",
      plain(moved),
      "The weights that the method moves, one after the other the vector that it works on.",
      "readonly Moved[]",
    ),
    entry(
      "newMinimizer",
      { kind: "lambda", parameters: [], body: call(definition.whole.make, plain(size), ...given) },
      "The method, before its first step.",
    ),
  ];
}

/** K-FAC. */
export function curvature({ run, emission: { compiled } }: RunShape): readonly Entry[] {
  const sizes = new Map(
    compiled.states.flatMap(({ role, name, shape }) =>
      role === "factor" ? [[name, shape[0]!] as const] : [],
    ),
  );
  const layers = kroneckerLayers(run).flatMap(({ layer: { path }, weight }) => {
    const names = factorNames(path);
    const inputs = sizes.get(names.inputs);
    const outputs = sizes.get(names.outputs);
    if (inputs === undefined || outputs === undefined) return [];
    const { damping, every } = weight.optimizer.use.arguments;
    return [
      {
        inputs: { name: names.inputs, inverse: names.inputsInverse, size: inputs },
        outputs: { name: names.outputs, inverse: names.outputsInverse, size: outputs },
        damping: Number(damping),
        every: Number(every),
      },
    ];
  });
  if (layers.length === 0) return [];
  return [
    entry(
      "curved",
      plain(layers),
      "The layers whose gradients are turned by the inverses of two matrices, and where these are.",
      "readonly KroneckerFactors[]",
    ),
    entry(
      "curvatureNumbers",
      plain(curvatureNumbers),
      "What says whether their matrices are measured in a call, and whether the step is made.",
    ),
  ];
}
