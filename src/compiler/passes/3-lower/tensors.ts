import { invariant } from "../../base/invariant.ts";
import { nodesOf, type Graph } from "../../ir/graph.ts";
import type { CompiledField, CompiledParameter, CompiledState } from "../../plan/compiled.ts";
import type { TypedRun, WeightSettings } from "../../typed/program.ts";
import { gatheredName, gatheredNumbers } from "./accumulation.ts";
import { averageName } from "./averages.ts";
import { teacherPrefix } from "./lowering.ts";
import { kroneckerLayers } from "../../typed/kronecker.ts";
import { factorNames } from "./kronecker.ts";
import { shapeOf, sizeOf, type Sizes } from "./sizes.ts";
import { slotName } from "./updates.ts";

/** The fields of the run's data, their sizes as numbers. */
export function compileFields(run: TypedRun, sizes: Sizes): readonly CompiledField[] {
  return run.data.fields.map(({ name, type: { element, axes } }) => {
    const shape = axes.slice(1).map((axis) => sizeOf(sizes, axis.size));
    return element.kind === "class"
      ? { name, shape, classes: sizeOf(sizes, element.count) }
      : { name, shape };
  });
}

/** The trainable tensors that some graph of the run reads or replaces, with what they start from. */
export function compileParameters(
  run: TypedRun,
  sizes: Sizes,
  graphs: readonly Graph[],
): readonly CompiledParameter[] {
  const used = usedNames(graphs);
  return run.weights
    .filter(({ weight }) => weight.tied === undefined && used.has(weight.path))
    .map((settings) => compileParameter(settings, sizes));
}

function compileParameter(
  { weight, init, freeze, load }: WeightSettings,
  sizes: Sizes,
): CompiledParameter {
  const shape = shapeOf(sizes, weight.shape);
  const fan = { in: sizeOf(sizes, weight.fanIn), out: sizeOf(sizes, weight.fanOut) };
  const initial = init.use.definition.sample(shape, fan, init.use.arguments);
  invariant(
    !("problem" in initial),
    `${weight.path} cannot start from ${init.use.definition.name}`,
  );
  return { path: weight.path, shape, initial, frozen: freeze?.value === true, load: load?.value };
}

/** Running statistics, optimiser slots, averages of weights, gathered gradients and monitors, in that order. */
export function compileStates(
  run: TypedRun,
  sizes: Sizes,
  graphs: readonly Graph[],
): readonly CompiledState[] {
  const used = usedNames(graphs);
  const statistics = run.model.layers.flatMap(({ states }) =>
    states.map(({ path, shape, initial }): CompiledState => ({
      name: path,
      shape: shapeOf(sizes, shape),
      initial,
      role: "statistic",
    })),
  );
  const slots = run.weights.flatMap(({ weight, optimizer: { use } }) =>
    Object.entries(use.definition.slots(use.arguments)).map(([slot, initial]): CompiledState => ({
      name: slotName(weight.path, slot),
      shape: shapeOf(sizes, weight.shape),
      initial,
      role: "slot",
    })),
  );
  const averaged = [
    ...run.weights.map(({ weight }) => weight),
    ...run.model.layers.flatMap(({ states }) => states),
  ];
  const averages = averaged.map(({ path, shape }): CompiledState => ({
    name: averageName(path),
    shape: shapeOf(sizes, shape),
    initial: 0,
    role: "slot",
  }));
  const gathered = [
    ...run.weights.map(({ weight }) => ({
      what: weight.path,
      shape: shapeOf(sizes, weight.shape),
    })),
    ...gatheredNumbers.map((what) => ({ what, shape: [] })),
  ].map(({ what, shape }): CompiledState => ({
    name: gatheredName(what),
    shape,
    initial: 0,
    role: "slot",
  }));
  const { teacher } = run;
  const ofTeacher = [
    ...(teacher?.model.weights ?? []),
    ...(teacher?.model.layers ?? []).flatMap(({ states }) => states),
  ].map(({ path, shape }): CompiledState => ({
    name: `${teacherPrefix}${path}`,
    shape: shapeOf(sizes, shape),
    initial: 0,
    role: "teacher",
  }));
  const factors = kroneckerLayers(run).flatMap(
    ({ layer, weight, bias }): readonly CompiledState[] => {
      const shape = shapeOf(sizes, weight.weight.shape);
      const size = {
        inputs: shape.slice(0, -1).reduce((product, each) => product * each, 1) + (bias ? 1 : 0),
        outputs: shape.at(-1)!,
      };
      const names = factorNames(layer.path);
      const square = (name: string, width: number): CompiledState => ({
        name,
        shape: [width, width],
        initial: 0,
        role: "slot",
      });
      return [
        square(names.inputs, size.inputs),
        square(names.outputs, size.outputs),
        square(names.inputsInverse, size.inputs),
        square(names.outputsInverse, size.outputs),
      ];
    },
  );
  const monitors = [...used]
    .filter((name) => name.startsWith("monitor/"))
    .map((name): CompiledState => ({ name, shape: [], initial: 0, role: "monitor" }));
  return [
    ...statistics,
    ...slots,
    ...factors,
    ...averages,
    ...gathered,
    ...ofTeacher,
    ...monitors,
  ].filter(({ name }) => used.has(name));
}

function usedNames(graphs: readonly Graph[]): ReadonlySet<string> {
  return new Set(
    graphs.flatMap((graph) => [
      ...graph.updates.keys(),
      ...nodesOf(graph).flatMap((node) =>
        node.op === "parameter" || node.op === "state" ? [node.attributes.name] : [],
      ),
    ]),
  );
}
