import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import { nodesOf, type Graph, type StateRole } from "../../ir/graph.ts";
import type { CompiledField, CompiledParameter, CompiledState } from "../../plan/compiled.ts";
import { teacherName } from "../../plan/names.ts";
import type { TypedModel, TypedRun, WeightSettings } from "../../typed/program.ts";
import { shapeOf, sizeOf, type Sizes } from "./sizes.ts";

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

/** In the order in which states are listed and saved. */
const roles: readonly StateRole[] = [
  ...(["statistic", "slot", "direction", "factor", "average", "gathered"] as const),
  ...(["teacher", "unit", "monitor"] as const),
];

/** The states that some graph of the run reads or replaces, as they were made: by role, then by what they belong to. */
export function compileStates(
  run: TypedRun,
  sizes: Sizes,
  builder: GraphBuilder,
  graphs: readonly Graph[],
): readonly CompiledState[] {
  const used = usedNames(graphs);
  const made = [...used]
    .flatMap((name) => builder.stateCalled(name) ?? [])
    .sort((a, b) => a.id - b.id)
    .map(({ attributes: { name, type, role, initial, of } }): CompiledState => ({
      ...{ name, shape: type.shape, initial, role, of },
    }));
  const taught = taughtWeights(run, sizes).filter(({ name }) => used.has(name));
  const places = new Map(owners(run).map((owner, place) => [owner, place]));
  const placeOf = ({ name, role, of }: CompiledState): number =>
    places.get(role === "teacher" ? name : of) ?? places.size;
  return [...made, ...taught].sort(
    (a, b) => roles.indexOf(a.role) - roles.indexOf(b.role) || placeOf(a) - placeOf(b),
  );
}

/** The weights of a teacher are parameters to its graph, and states to the run: they are never trained here. */
function taughtWeights({ teacher }: TypedRun, sizes: Sizes): readonly CompiledState[] {
  return (teacher?.model.weights ?? []).map(({ path, shape }) => ({
    name: teacherName(path),
    shape: shapeOf(sizes, shape),
    initial: 0,
    role: "teacher",
    of: path,
  }));
}

/** All that states of a tensor may belong to, in the order of the file: weights, running statistics, and those of a teacher. */
function owners({ weights, model, teacher }: TypedRun): readonly string[] {
  return [
    ...weights.map(({ weight }) => weight.path),
    ...statisticsOf(model),
    ...(teacher?.model.weights ?? []).map(({ path }) => teacherName(path)),
    ...(teacher ? statisticsOf(teacher.model).map(teacherName) : []),
  ];
}

function statisticsOf({ layers }: TypedModel): readonly string[] {
  return layers.flatMap(({ states }) => states.map(({ path }) => path));
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
