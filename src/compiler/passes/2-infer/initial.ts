import { invariant } from "../../base/invariant.ts";
import type { ArgumentValues, Use } from "../../library/arguments.ts";
import type {
  ActivationDefinition,
  Definition,
  InitializerDefinition,
  Library,
} from "../../library/definition.ts";
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

export function initializerUse(
  library: Library,
  name: string,
  given: ArgumentValues = {},
): Use<InitializerDefinition> {
  const definition = library.find("initializer", name);
  invariant(definition?.kind === "initializer", `the library has no initializer ${name}`);
  return withDefaults(definition, given);
}

/**
 * What a weight starts from when no rule says so: before an activation of the rectifier family `kaiming` with that
 * activation's gain, before anything else `xavier` (Glorot and Bengio 2010; He et al. 2015). The next activation is the
 * first one met on every way from the layer on, through normalisation, dropout, pooling and sums, to the next layer with
 * weights of its own (a `prelu` counts as the leaky ReLU that it starts as); where ways meet different ones, the first in the order of the text counts.
 */
export function decideInitializers(library: Library, elaboration: Elaboration): void {
  const users = usersOf(elaboration.values);
  for (const { weight, after } of elaboration.undecided) {
    const next = nextActivation(library, after, users);
    const mutable = weight as Mutable<Weight>;
    mutable.initializer =
      next?.definition.family === "rectifier"
        ? initializerUse(library, "kaiming", { activation: next })
        : initializerUse(library, "xavier");
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
  library: Library,
  after: Value,
  users: ReadonlyMap<Value, readonly Value[]>,
): Use<ActivationDefinition> | undefined {
  const seen = new Set<Value>();
  const open = [...(users.get(after) ?? [])];
  for (let value = open.shift(); value; value = open.shift()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.body.kind === "activation" && value.body.use.definition.name !== "identity")
      return value.body.use;
    const learned =
      value.body.kind === "layer" ? startOfPrelu(library, value.body.layer) : undefined;
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

/** The leaky ReLU that a `prelu` is before it has learned anything. */
function startOfPrelu(
  library: Library,
  { definition, arguments: values }: Layer,
): Use<ActivationDefinition> | undefined {
  const leaky = definition.name === "prelu" ? library.find("activation", "leaky_relu") : undefined;
  return leaky?.kind === "activation"
    ? withDefaults(leaky, { alpha: values["initial"] })
    : undefined;
}
