import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { ArgumentValue, Scheduled, Use } from "../../library/arguments.ts";
import type { OptimizerDefinition } from "../../library/definition.ts";
import type { SchedulePart, TypedRun, WeightSettings } from "../../typed/program.ts";
import { clockNames, rateName, slotName } from "../../plan/names.ts";
import type { Gradients } from "./gradients.ts";
import type { HostScalars } from "./host-scalars.ts";
import type { Lowering } from "./lowering.ts";
import { lowerSequence, type Clock } from "./schedules.ts";
import { weightNode } from "./weights.ts";

/** What updates of parameters share. */
export interface Updating {
  readonly lowering: Lowering;
  readonly clock: Clock;
  readonly scalars: HostScalars;
}

/** Each trained weight's new value and its optimiser's new slots, by name. */
export function lowerUpdates(
  updating: Updating,
  trained: readonly WeightSettings[],
  gradients: Gradients,
): ReadonlyMap<string, Node> {
  const updates = new Map<string, Node>();
  for (const settings of trained) {
    const gradient = gradients.get(settings.weight.path);
    if (gradient) updateWeight(updating, settings, gradient, updates);
  }
  return updates;
}

function updateWeight(
  updating: Updating,
  settings: WeightSettings,
  gradient: Node,
  updates: Map<string, Node>,
): void {
  const { lowering } = updating;
  const { path } = settings.weight;
  const graph = lowering.graph.at({ path, role: "update" });
  const { definition, arguments: values } = settings.optimizer.use;
  const parameter = weightNode(lowering, settings.weight);
  const rate = rateOf(updating, graph, settings);
  const slots = Object.fromEntries(
    Object.entries(definition.slots(values)).map(([slot, initial]) => [
      slot,
      graph.state(slotName(path, slot), parameter.type, { role: "slot", initial, of: path }),
    ]),
  );
  const decay = settings.decay?.value;
  const number = (argument: string, index?: number): Node =>
    argument === definition.rate
      ? rate
      : argument === decayArgument && decay !== undefined
        ? graph.constant(decay)
        : numberOf(updating, graph, settings.optimizer.use, argument, index);
  const result = definition.update({
    graph,
    parameter,
    gradient,
    rate,
    step: graph.scalar(clockNames.step),
    slots,
    number,
    hosted: updating.scalars.declare,
    values,
  });
  updates.set(path, result.parameter);
  for (const [slot, value] of Object.entries(result.slots))
    updates.set(slotName(path, slot), value);
}

/** The argument that a rule's `decay` stands in for; decay is decoupled: w loses rate · decay · w (Loshchilov and Hutter 2019). */
const decayArgument = "decay";

/** The weight's rate: the run's schedule from its optimiser's rate, or from the number of a rule; a multiple scales it. */
function rateOf(updating: Updating, graph: GraphBuilder, settings: WeightSettings): Node {
  const rule = settings.rate?.value;
  const base = typeof rule === "number" ? rule : baseRate(settings.optimizer.use);
  const rate = scheduledRate(updating, base);
  return typeof rule === "object" ? graph.multiply(rate, rule.multiple) : rate;
}

/** The scalar `rate`: the run's schedule from a base rate. */
export function scheduledRate(updating: Updating, base: number): Node {
  const { lowering, clock, scalars } = updating;
  return scalars.declare(
    rateName,
    lowerSequence(clock, lowering.run.schedule.parts, clock.graph.constant(base)),
  );
}

/** The rate that an optimiser was given; 1 for those that have none. */
export function baseRate({ definition, arguments: values }: Use<OptimizerDefinition>): number {
  const rate = definition.rate === undefined ? 1 : values[definition.rate];
  invariant(typeof rate === "number", `the rate of ${definition.name} is a number`);
  return rate;
}

/** A numeric argument of the optimiser; a scheduled one is a scalar of each step. */
function numberOf(
  updating: Updating,
  graph: GraphBuilder,
  use: Use<OptimizerDefinition>,
  argument: string,
  index?: number,
): Node {
  const whole = use.arguments[argument];
  const value =
    index === undefined
      ? whole
      : Array.isArray(whole)
        ? (whole as readonly ArgumentValue[])[index]
        : whole;
  if (typeof value === "number") return graph.constant(value);
  invariant(isScheduled(value), `${use.definition.name}: ${argument} is a number or a schedule`);
  const { clock, scalars } = updating;
  const formula = lowerSequence(
    clock,
    value.schedule.map(asPart),
    clock.graph.constant(defaultOf(use, argument)),
  );
  return scalars.declare(argument, formula);
}

function isScheduled(value: ArgumentValue): value is Scheduled {
  return typeof value === "object" && "schedule" in value;
}

function asPart(use: Use): SchedulePart {
  const { definition } = use;
  invariant(definition.kind === "schedule", "a scheduled argument is a sequence of schedules");
  return { kind: "use", use: { definition, arguments: use.arguments } };
}

/** What a scheduled argument starts from where its first schedule does not say. */
function defaultOf(use: Use<OptimizerDefinition>, argument: string): number {
  const specification = use.definition.arguments[argument];
  return specification?.kind === "number" ? (specification.default ?? 0) : 0;
}

/** Weights that the run trains: neither frozen nor tied to another. */
export function trainedWeights(run: TypedRun): readonly WeightSettings[] {
  return run.weights.filter(
    ({ freeze, weight }) => freeze?.value !== true && weight.tied === undefined,
  );
}
