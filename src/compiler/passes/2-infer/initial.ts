import { invariant } from "../../base/invariant.ts";
import type { ArgumentValues, Use } from "../../library/arguments.ts";
import type {
  ActivationDefinition,
  Definition,
  InitializerDefinition,
  Library,
  WeightSpecification,
} from "../../library/definition.ts";
import { initializerBefore } from "../../library/defaults.ts";
import { operandsOf } from "../../typed/operands.ts";
import type { Layer, Value, Weight } from "../../typed/program.ts";
import { defaultOf } from "./argument-values.ts";
import type { Elaboration, Mutable } from "./elaboration.ts";

/** An item of the library with all its defaults, and the arguments given. */
function withDefaults<D extends Definition>(definition: D, given: ArgumentValues): Use<D> {
  const values: Record<string, ArgumentValues[string]> = {};
  for (const [name, specification] of Object.entries(definition.arguments))
    values[name] = defaultOf(specification);
  return { definition, arguments: { ...values, ...given } };
}

/** What a layer says that a weight starts from; where it leaves that to the next activation, the initialiser of none. */
export function initializerUse(
  library: Library,
  initializer: WeightSpecification["initializer"],
): Use<InitializerDefinition> {
  if (initializer === "by activation") return withDefaults(initializerBefore(undefined), {});
  const definition = library.find("initializer", initializer.name);
  invariant(
    definition?.kind === "initializer",
    `the library has no initializer ${initializer.name}`,
  );
  return withDefaults(definition, initializer.arguments);
}

/**
 * What a weight starts from when no rule says so: before an activation of the rectifier family `kaiming` with that
 * activation's gain, before anything else `xavier` (Glorot and Bengio 2010; He et al. 2015). The next activation is the
 * first one met on every way from the layer on, through normalisation, dropout, pooling and sums, to the next layer with
 * weights of its own (a layer that learns its activation counts as the one that it starts as); where ways meet different ones, the first in the order of the text counts.
 */
export function decideInitializers(elaboration: Elaboration): void {
  const users = usersOf(elaboration.values);
  for (const { weight, after } of elaboration.undecided) {
    const next = nextActivation(after, users);
    const mutable = weight as Mutable<Weight>;
    const definition = initializerBefore(next?.definition.family);
    mutable.initializer = withDefaults(
      definition,
      definition.suits === "rectifier" ? { activation: next } : {},
    );
  }
}

function usersOf(values: readonly Value[]): ReadonlyMap<Value, readonly Value[]> {
  const users = new Map<Value, Value[]>();
  for (const value of values) {
    for (const operand of operandsOf(value)) {
      const known = users.get(operand);
      if (known) known.push(value);
      else users.set(operand, [value]);
    }
  }
  return users;
}

function nextActivation(
  after: Value,
  users: ReadonlyMap<Value, readonly Value[]>,
): Use<ActivationDefinition> | undefined {
  const seen = new Set<Value>();
  const open = [...(users.get(after) ?? [])];
  for (let value = open.shift(); value; value = open.shift()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.body.kind === "activation" && value.body.use.definition.transparent !== true)
      return value.body.use;
    const learned = value.body.kind === "layer" ? startOf(value.body.layer) : undefined;
    if (learned) return learned;
    if (
      value.body.kind === "layer" &&
      value.body.layer.weights.some(({ role }) => role === "weights")
    )
      continue;
    open.push(...(users.get(value) ?? []));
  }
  return undefined;
}

/** The activation that a layer is before it has learned anything. */
function startOf({ definition, arguments: values }: Layer): Use<ActivationDefinition> | undefined {
  const start = definition.startsAs?.(values);
  return start && withDefaults(start.definition, start.arguments);
}
