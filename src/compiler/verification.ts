import { closedSizes, compileRun, lowerTraining, type Capacities } from "./compile.ts";
import { nodesOf, type Graph, type Node, type StateRole } from "./ir/graph.ts";
import { interpretationCost, type InterpretationCost } from "./ir/interpretation-cost.ts";
import { createBuilder } from "./ir/make-builder.ts";
import { verify } from "./ir/verify.ts";
import type { Distribution } from "./library/definition.ts";
import type { Gradients } from "./passes/3-lower/gradients.ts";
import { beginLowering } from "./passes/3-lower/lowering.ts";
import { shapeOf, sizeOf, type Sizes } from "./passes/3-lower/sizes.ts";
import { weightNode } from "./passes/3-lower/weights.ts";
import { simplify } from "./passes/5-simplify/simplify.ts";
import { schedule } from "./passes/6-schedule/schedule.ts";
import type { CompiledRun } from "./plan/compiled.ts";
import { givenGradientName, gradientName, teacherName } from "./plan/names.ts";
import type { Plan } from "./plan/plan.ts";
import { kroneckerLayers } from "./typed/kronecker.ts";
import type { TypedRun } from "./typed/program.ts";

/** A tensor with what it is drawn from, or the number that all of it is at first. */
export interface DrawnTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Distribution | number;
}

/** A run with everything that its training step can be held against. */
export interface Verification {
  /** The run as it trains: its plans are what is verified. */
  readonly compiled: CompiledRun;
  /** The training step as it was lowered, with the gradient of every trained weight as a result: `gradient/h1.weight`. */
  readonly step: Graph;
  /** The same simplified, as backends are given it: what float32 makes of this is what rounding explains. */
  readonly simplified: Graph;
  /** The loss and the gradients alone; undefined where the training step itself gives them. */
  readonly gradients: Plan | undefined;
  /** What the step makes of gradients, which are its states `gradient:h1.weight`: weights, slots and averages. */
  readonly response: Graph;
  /** The trained weights, in the order of the network. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** New values that mix the whole gradient of a weight, not each element by itself. */
  readonly mixed: ReadonlySet<string>;
  /** All of a teacher, for when its own training is not there. */
  readonly teacher: readonly DrawnTensor[];
  /** States that the host makes between steps: directions, inverses of factors. They begin as 0, of which nothing can be seen. */
  readonly handed: readonly DrawnTensor[];
}

/** lower → differentiate → simplify → schedule, kept apart: the step as it was meant and as it is run. */
export function compileVerification(run: TypedRun, capacities: Capacities = {}): Verification {
  const compiled = compileRun(run, capacities);
  const sizes = closedSizes(run, capacities);
  const graph = createBuilder();
  const lowering = beginLowering(graph, run, sizes, true);
  const { objective, gradients, step, stepBy } = lowerTraining(lowering);
  const results = new Map([...gradients].map(([path, node]) => [gradientName(path), node]));
  const asLowered: Graph = {
    outputs: new Map([...step.graph.outputs, ...results]),
    updates: step.graph.updates,
  };
  verify(asLowered, "after lowering the step that is verified");
  const alone: Graph = {
    outputs: new Map([["loss", objective.loss], ...results]),
    updates: new Map(),
  };
  const given: Gradients = new Map(
    [...gradients].map(([path, { type }]) => [
      path,
      graph.state(givenGradientName(path), type, { role: "gradient", initial: 0, of: path }),
    ]),
  );
  const givesThem = [...results.keys()].every((name) => compiled.graphs.train.outputs.has(name));
  return {
    compiled,
    step: asLowered,
    simplified: simplify(graph, asLowered),
    gradients: givesThem ? undefined : schedule("train", simplify(graph, alone), compiled.capacity),
    response: dependingOn(stepBy(given).graph, new Set(given.values())),
    weights: objective.trained.map(({ weight }) => ({
      name: weight.path,
      shape: weightNode(lowering, weight).type.shape,
    })),
    mixed: mixedBy(run, compiled),
    teacher: teacherTensors(run, sizes),
    handed: handedStates(compiled),
  };
}

/** How long the interpreter would take for one step, and how much memory, by the rows of the step. */
export function verificationCost(
  run: TypedRun,
  capacities: Capacities = {},
): (rows: number) => InterpretationCost {
  const lowering = beginLowering(createBuilder(), run, closedSizes(run, capacities), true);
  const { gradients, step } = lowerTraining(lowering);
  const outputs = new Map([...step.graph.outputs, ...gradients]);
  return (rows) => interpretationCost({ outputs, updates: step.graph.updates }, rows);
}

/** The updates that some of those nodes have a part in. */
function dependingOn(graph: Graph, sources: ReadonlySet<Node>): Graph {
  const depends = new Set<Node>(sources);
  for (const node of nodesOf(graph))
    if (node.inputs.some((operand) => depends.has(operand))) depends.add(node);
  return {
    outputs: new Map(),
    updates: new Map([...graph.updates].filter(([, node]) => depends.has(node))),
  };
}

/** K-FAC turns gradients by matrices: weights of its layers, their slots and averages. */
function mixedBy(run: TypedRun, { parameters, states }: CompiledRun): ReadonlySet<string> {
  const turned = kroneckerLayers(run).flatMap(({ weight, bias }) => [
    weight.weight.path,
    ...(bias ? [bias.weight.path] : []),
  ]);
  return new Set([
    ...parameters.flatMap(({ path }) => (turned.includes(path) ? [path] : [])),
    ...states.flatMap(({ name, of }) => (turned.includes(of) ? [name] : [])),
  ]);
}

function teacherTensors({ teacher }: TypedRun, sizes: Sizes): readonly DrawnTensor[] {
  if (teacher === undefined) return [];
  const { weights, layers } = teacher.model;
  return [
    ...weights.map(({ path, shape: dims, fanIn, fanOut, initializer }): DrawnTensor => {
      const shape = shapeOf(sizes, dims);
      const fan = { in: sizeOf(sizes, fanIn), out: sizeOf(sizes, fanOut) };
      const initial = initializer.definition.sample(shape, fan, initializer.arguments);
      return {
        name: teacherName(path),
        shape,
        initial: "problem" in initial ? 0 : initial,
      };
    }),
    ...layers.flatMap(({ states }) =>
      states.map(({ path, shape, initial }): DrawnTensor => ({
        name: teacherName(path),
        shape: shapeOf(sizes, shape),
        initial,
      })),
    ),
  ];
}

const handedRoles: ReadonlySet<StateRole> = new Set<StateRole>(["direction", "factor"]);

/** Directions and inverses of factors: what the step reads and never replaces. */
function handedStates({ states, graphs: { train } }: CompiledRun): readonly DrawnTensor[] {
  return states
    .filter(({ name, role }) => handedRoles.has(role) && !train.updates.has(name))
    .map(({ name, shape }) => ({
      name,
      shape,
      initial: { kind: "normal", mean: 0, deviation: 1 / Math.sqrt(shape.at(-1) ?? 1) },
    }));
}
