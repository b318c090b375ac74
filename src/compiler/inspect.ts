import { compileRun, type Capacities } from "./compile.ts";
import { nodesOf, type Graph, type Node } from "./ir/graph.ts";
import type { ActivationDefinition } from "./library/definition.ts";
import { createBuilder } from "./ir/make-builder.ts";
import { verify } from "./ir/verify.ts";
import { networkOf } from "./lints/network.ts";
import { estimateFlow } from "./lints/variance.ts";
import { beginLowering, type Lowering } from "./passes/3-lower/lowering.ts";
import { sizesOf } from "./passes/3-lower/sizes.ts";
import type { Objective } from "./passes/3-lower/objective.ts";
import { lowerObjective } from "./passes/3-lower/train.ts";
import { weightNode } from "./passes/3-lower/weights.ts";
import { differentiate } from "./passes/4-differentiate/differentiate.ts";
import { simplify } from "./passes/5-simplify/simplify.ts";
import { schedule } from "./passes/6-schedule/schedule.ts";
import type { CompiledRun } from "./plan/compiled.ts";
import { inspectedName } from "./plan/names.ts";
import { cutsOff } from "./typed/activations.ts";
import type { TypedRun, Value } from "./typed/program.ts";

/** A value of the network that a report on its beginning speaks of. */
export interface InspectedValue {
  /** `h1`, `tanh_1`: as in paths; a layer that is used again has the number of its use: `enc #2`. */
  readonly name: string;
  /** What makes it: `dense`, `tanh`; `value` for a named result of arithmetic. */
  readonly kind: string;
  /** Whether the layer has a matrix or kernel. */
  readonly weighted: boolean;
  /** Whether it makes 0 of every number below 0, so that a unit can be dead. */
  readonly rectifies: boolean;
  readonly shape: readonly number[];
  /** Where a bounded activation is flat, and what it spans. */
  readonly bounds?: { readonly low: number; readonly high: number };
  readonly range?: { readonly from: number; readonly to: number };
  /** The compiler's own estimate, as standard deviations around 0: of the value with inputs of 1, of the gradient with 1 at the outputs. */
  readonly estimate: { readonly value: number; readonly gradient: number };
}

export interface InspectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A run compiled so that its training plan gives, instead of a step, every value and gradient of one batch. */
export interface Inspection {
  /** The run as it trains. */
  readonly run: CompiledRun;
  readonly inspected: CompiledRun;
  readonly values: readonly InspectedValue[];
  readonly weights: readonly InspectedWeight[];
}

/** Rows that stand for the whole set where a run trains on all of it at once. */
const rowsOfAll = 256;

/**
 * The plan behind the initialisation report: the network in training mode on one batch, its loss with all penalties, and
 * ∂objective/∂v for every value v that the report names and every trained weight. Results are called by `inspectedName`.
 * Nothing is updated.
 */
export function compileInspection(run: TypedRun, capacities: Capacities = {}): Inspection {
  const compiled = compileRun(
    run,
    run.batch === "all" ? { rows: rowsOfAll, ...capacities } : capacities,
  );
  const graph = createBuilder();
  const sizes = sizesOf(run, compiled.capacity, capacities.dims ?? new Map());
  const lowering = beginLowering(graph, run, sizes, true);
  const objective = lowerObjective(lowering);
  const chosen = chooseValues(lowering, objective);
  const gradients = differentiate(graph, objective.objective, [
    ...chosen.map(({ node }) => node),
    ...objective.parameters,
  ]);
  const outputs = new Map([
    ["loss", objective.loss] as const,
    ...chosen.map(({ about, node }) => [inspectedName.value(about.name), node] as const),
    ...chosen.map(
      ({ about, node }) => [inspectedName.gradient(about.name), gradients.get(node)!] as const,
    ),
    ...objective.trained.map(
      ({ weight }) =>
        [inspectedName.weight(weight.path), gradients.get(weightNode(lowering, weight))!] as const,
    ),
  ]);
  const lowered: Graph = { outputs, updates: new Map() };
  verify(lowered, "after lowering the inspection");
  const simplified = simplify(graph, lowered);
  verify(simplified, "after simplifying the inspection");
  const plans = { ...compiled.plans, train: schedule("train", simplified, compiled.capacity) };
  const weights = objective.trained.map(({ weight }) => ({
    name: weight.path,
    shape: weightNode(lowering, weight).type.shape,
  }));
  const inspected = { ...compiled, graphs: { ...compiled.graphs, train: simplified }, plans };
  return { run: compiled, inspected, values: chosen.map(({ about }) => about), weights };
}

/** What layers, activations and named arithmetic make on the way to the loss, in order. */
function chooseValues(
  lowering: Lowering,
  objective: Objective,
): readonly { readonly about: InspectedValue; readonly node: Node }[] {
  const { run } = lowering;
  const reached = new Set(
    nodesOf({ outputs: new Map([["objective", objective.objective]]), updates: new Map() }),
  );
  const flow = estimateFlow(networkOf(run.model, run.weights, run));
  const seen = new Set<Node>();
  const uses = new Map<string, number>();
  return run.model.values.flatMap((value) => {
    const named = nameOf(value);
    const node = lowering.nodes.get(value);
    if (
      !named ||
      !node ||
      !reached.has(node) ||
      seen.has(node) ||
      !node.type.batched ||
      isLeaf(node)
    )
      return [];
    seen.add(node);
    const use = (uses.get(named.name) ?? 0) + 1;
    uses.set(named.name, use);
    const about: InspectedValue = {
      ...named,
      name: use === 1 ? named.name : `${named.name} #${use}`,
      shape: node.type.shape.slice(1),
      estimate: {
        value: Math.sqrt(flow.activations.get(value) ?? 0),
        gradient: Math.sqrt(flow.gradients.get(value) ?? 0),
      },
    };
    return [{ about, node }];
  });
}

function isLeaf({ op }: Node): boolean {
  return (
    op === "input" || op === "parameter" || op === "state" || op === "random" || op === "constant"
  );
}

/** What the value itself says of its report. */
type Named = Pick<InspectedValue, "name" | "kind" | "weighted" | "rectifies" | "bounds" | "range">;

function nameOf(value: Value): Named | undefined {
  const { body } = value;
  if (body.kind === "layer" && body.layer.definition.arranges !== true) {
    return {
      name: body.layer.path,
      kind: body.layer.definition.name,
      weighted: body.layer.weights.some(({ role }) => role === "weights"),
      rectifies: false,
    };
  }
  if (body.kind === "activation")
    return {
      name: body.path,
      kind: body.use.definition.name,
      weighted: false,
      rectifies: cutsOff(body.use),
      ...flatAt(body.use.definition),
    };
  if (body.kind === "arithmetic" && body.operands.length > 1 && value.name !== undefined)
    return { name: value.name, kind: "value", weighted: false, rectifies: false };
  return undefined;
}

function flatAt({ saturates }: ActivationDefinition): Pick<InspectedValue, "bounds" | "range"> {
  return saturates === undefined ? {} : { bounds: saturates.flat, range: saturates.range };
}
