import type { Span } from "../../base/source.ts";
import type { Definition, OptimizerDefinition } from "../../library/definition.ts";
import type { Use } from "../../library/arguments.ts";
import type {
  Origin,
  TypedModel,
  Value,
  ValuePenalty,
  Weight,
  WeightSettings,
} from "../../typed/program.ts";
import {
  pathMatches,
  pathSteps,
  type CascadeRule,
  type RuleKeys,
  type RulePath,
} from "../../typed/rules.ts";

/** A rule that holds for a tensor, and how deep the path is by which it does. */
interface Match {
  readonly rule: CascadeRule;
  readonly depth: number;
}

type WeightKey = keyof RuleKeys;

/** The rules that hold for a weight and set `key`, the winner first. */
function applicable(
  rules: readonly CascadeRule[],
  weight: Weight,
  key: WeightKey,
): readonly Match[] {
  const matches: Match[] = [];
  for (const rule of rules) {
    const depth = rule.keys[key] === undefined ? undefined : depthFor(rule, weight, key);
    if (depth !== undefined) matches.push({ rule, depth });
  }
  return sortByPrecedence(matches, rules);
}

/** How deep the rule's deepest path to the weight is; undefined when the rule does not speak of it. */
export function depthFor(rule: CascadeRule, weight: Weight, key?: WeightKey): number | undefined {
  const target = rule.target === weight.role || rule.target === "parameters";
  if (!target || (rule.of.length > 0 && !rule.of.some((kind) => kind.value === weight.owner)))
    return undefined;
  const named = key !== "init" && key !== "regularize";
  if (rule.target === "parameters" && !named && weight.role !== "parameters") return undefined;
  return deepest(rule.paths.filter((path) => pathMatches(path, weight.path)));
}

function deepest(paths: readonly RulePath[]): number | undefined {
  return paths.length === 0 ? undefined : Math.max(...paths.map((path) => path.steps.length));
}

/**
 * The deepest path wins; then a rule with `of`; then run, recipe, model, outer block, inner block; then the later line
 * (the later rule, where lines cannot be compared because the rules stand in different files).
 */
function sortByPrecedence(
  matches: readonly Match[],
  order: readonly CascadeRule[],
): readonly Match[] {
  const level = { run: 3, recipe: 2, model: 1, block: 0 } satisfies Record<
    CascadeRule["level"],
    number
  >;
  return [...matches].sort((a, b) => {
    const [left, right] = [a.rule, b.rule];
    if (a.depth !== b.depth) return b.depth - a.depth;
    const byKind = Number(right.of.length > 0) - Number(left.of.length > 0);
    if (byKind !== 0) return byKind;
    if (left.level !== right.level) return level[right.level] - level[left.level];
    if (left.depth !== right.depth) return left.depth - right.depth;
    const [first, second] = [left.origin.span, right.origin.span];
    if (first.source === second.source && first.start !== second.start)
      return second.start - first.start;
    return order.indexOf(right) - order.indexOf(left);
  });
}

/** What the run says of every tensor: its optimiser, and the rules in force. */
export interface CascadeInput {
  readonly model: TypedModel;
  /** Of the model, its blocks, the recipes and the run. */
  readonly rules: readonly CascadeRule[];
  readonly optimizer: { readonly use: Use<OptimizerDefinition>; readonly origin: Origin };
}

/** Everything that applies to one weight: for each key the winner of the cascade, or the default. */
export function weightSettings(input: CascadeInput, weight: Weight): WeightSettings {
  const win = <Key extends WeightKey>(key: Key) => {
    const winner = applicable(input.rules, weight, key)[0]?.rule;
    return (
      winner && {
        value: winner.keys[key]!.value as NonNullable<RuleKeys[Key]>["value"],
        origin: origin(winner, winner.keys[key]!.span),
      }
    );
  };
  const init = win("init");
  const regularize = win("regularize");
  const optimizer = win("optimizer");
  const used = optimizer ? { use: optimizer.value, origin: optimizer.origin } : input.optimizer;
  return {
    weight,
    init: init
      ? { use: init.value, origin: init.origin }
      : {
          use: weight.initializer,
          origin: { span: weight.span, from: `default of ${weight.owner}` },
        },
    regularize: regularize && { terms: regularize.value, origin: regularize.origin },
    decay: win("decay") ?? undecayed(weight, used.use.definition),
    rate: win("lr"),
    freeze: win("freeze"),
    optimizer: used,
    dropconnect: win("dropconnect"),
    load: win("load"),
  };
}

function origin(rule: CascadeRule, span: Span): Origin {
  return { span, from: rule.origin.from };
}

/** An optimiser's own decay is for matrices, kernels and embeddings; everything else decays only where a rule says so. */
function undecayed(weight: Weight, optimizer: Definition): WeightSettings["decay"] {
  if (weight.role === "weights" || !Object.hasOwn(optimizer.arguments, "decay")) return undefined;
  return {
    value: 0,
    origin: {
      span: weight.span,
      from: `default: only weights decay, and this is one of the ${weight.role}`,
    },
  };
}

/** The penalties on values and distributions, at most one for each value and target. */
export function valuePenalties(input: CascadeInput): readonly ValuePenalty[] {
  const targets = ["activations", "probabilities"] as const;
  return input.model.values.flatMap((value) =>
    targets.flatMap((target): readonly ValuePenalty[] => {
      const matches = input.rules.flatMap((rule): readonly Match[] => {
        const depth =
          rule.target === target && rule.keys.regularize
            ? deepest(rule.paths.filter((path) => namesValue(path, value)))
            : undefined;
        return depth === undefined ? [] : [{ rule, depth }];
      });
      const winner = sortByPrecedence(matches, input.rules)[0]?.rule;
      const terms = winner?.keys.regularize;
      if (!winner || !terms || terms.value.length === 0) return [];
      return [{ value, target, terms: terms.value, origin: origin(winner, terms.span) }];
    }),
  );
}

/** Whether the path is the value's own (all repetitions of it, where no index is written). */
export function namesValue(path: RulePath, value: Value): boolean {
  return valuePaths(value).some(
    (own) => pathSteps(own).length === path.steps.length && pathMatches(path, own),
  );
}

/** The names that the author gave a value, or else the path of the stage that makes it. */
export function valuePaths(value: Value): readonly string[] {
  const { name, aliases, body } = value;
  const given = [...(name === undefined ? [] : [name]), ...(aliases ?? [])];
  const stage =
    body.kind === "layer" ? body.layer.path : body.kind === "activation" ? body.path : undefined;
  return stage === undefined || given.includes(stage) ? given : [...given, stage];
}
