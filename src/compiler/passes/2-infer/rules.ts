import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { laterItem } from "../../base/diagnostics/catalogue/later.ts";
import * as messages from "../../base/diagnostics/catalogue/rules.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type { Multiple, Use } from "../../library/arguments.ts";
import type { InitializerDefinition, OptimizerDefinition } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import {
  pathSteps,
  type CascadeRule,
  type Keyed,
  type RuleKeys,
  type RulePath,
  type RuleTarget,
} from "../../typed/rules.ts";
import { checkUse, readSetting } from "./arguments.ts";
import { replace } from "./argument-values.ts";
import type { Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { readPenalties } from "./penalties.ts";

/** Where a rule stands. */
export interface RulePlace {
  readonly level: CascadeRule["level"];
  /** Of the run, recipe, model or block: `explain` says "block Basic". */
  readonly name: string;
  /** The path of the use of the block, from the model: `stage1[2]`; empty outside blocks. */
  readonly prefix: string;
  /** 0 outside blocks, 1 in the outermost block, and so on. */
  readonly depth: number;
}

const penaltyAndStart = ["init", "regularize"] as const;
const group = ["lr", "freeze", "optimizer", "load", "decay"] as const;

/** The keys that rules for a target may set. */
export const keysOf = {
  weights: [...penaltyAndStart, ...group, "dropconnect"],
  biases: [...penaltyAndStart, ...group],
  scales: [...penaltyAndStart, ...group],
  shifts: [...penaltyAndStart, ...group],
  parameters: [...penaltyAndStart, ...group],
  activations: ["regularize"],
  probabilities: ["regularize"],
} satisfies Record<RuleTarget, readonly (keyof RuleKeys)[]>;

const ruleTargets = Object.keys(keysOf) as readonly RuleTarget[];
const allKeys: readonly string[] = keysOf.weights;

/** A rule with its values checked, its paths counted from the model; undefined when it was reported. */
export function collectRule(
  context: Context,
  scope: Scope,
  rule: Ast.Rule,
  place: RulePlace,
): CascadeRule | undefined {
  const target = readTarget(context, rule.target);
  if (!target) return undefined;
  const paths = readPaths(context, rule, target, place);
  const of = readKinds(context, rule.of);
  const keys = readKeys(context, scope, target, rule.settings, rule.paths.length > 0);
  if (!paths || !of || !keys) return undefined;
  return {
    target,
    paths,
    of,
    keys,
    level: place.level,
    depth: place.depth,
    argument: false,
    origin: originOf(rule.span, place),
  };
}

function originOf(span: Span, place: RulePlace): CascadeRule["origin"] {
  return { span, from: `${place.level} ${place.name}` };
}

function readTarget(context: Context, name: Ast.Name): RuleTarget | undefined {
  const target = ruleTargets.find((each) => each === name.text);
  if (target) return target;
  const suggestion = suggest(name.text, ruleTargets);
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  context.report(
    diagnostic(
      messages.unknownTarget,
      name.span,
      { name: name.text, targets: ruleTargets, suggestion },
      { fixes },
    ),
  );
  return undefined;
}

function readPaths(
  context: Context,
  rule: Ast.Rule,
  target: RuleTarget,
  place: RulePlace,
): readonly RulePath[] | undefined {
  const prefix = pathSteps(place.prefix).map(({ name, index }) =>
    index === undefined ? { name } : { name, from: index, to: index },
  );
  if (rule.paths.length > 0)
    return rule.paths.map((path) => ({
      prefix: prefix.length,
      span: path.span,
      steps: [...prefix, ...path.steps.map(ruleStep)],
    }));
  if (target !== "activations" && target !== "probabilities")
    return [{ steps: prefix, prefix: prefix.length, span: rule.target.span }];
  context.report(
    diagnostic(messages.pathNeeded, rule.target.span, {
      target,
      example: `for ${target}(logits) { … }`,
    }),
  );
  return undefined;
}

function ruleStep(step: Ast.PathStep): RulePath["steps"][number] {
  if (step.from === undefined) return { name: step.name.text };
  return { name: step.name.text, from: step.from, to: step.to ?? step.from };
}

function readKinds(
  context: Context,
  of: readonly Ast.Name[],
): readonly Keyed<string>[] | undefined {
  const unknown = of.filter((name) => !context.library.find("layer", name.text));
  for (const name of unknown) {
    const planned = context.library.planned(name.text);
    const suggestion = suggest(
      name.text,
      context.library.all("layer").map((layer) => layer.name),
    );
    const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
    context.report(
      planned
        ? diagnostic(laterItem, name.span, { name: name.text, summary: planned.summary })
        : diagnostic(
            messages.unknownLayerKind,
            name.span,
            { name: name.text, suggestion },
            { fixes },
          ),
    );
  }
  return unknown.length > 0 ? undefined : of.map((name) => ({ value: name.text, span: name.span }));
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The settings of a rule; undefined when any of them was reported. */
function readKeys(
  context: Context,
  scope: Scope,
  target: RuleTarget,
  settings: Ast.Settings,
  hasPath: boolean,
): RuleKeys | undefined {
  const keys: Mutable<RuleKeys> = {};
  let complete = true;
  const seen = new Set<string>();
  for (const entry of settings.entries) {
    const problem =
      entry.kind === "rule"
        ? diagnostic(messages.nestedRule, entry.span, {})
        : checkKey(target, entry, seen, hasPath);
    if (problem) context.report(problem);
    if (problem || entry.kind === "rule") complete = false;
    else
      complete =
        readKey(context, scope, target, entry.name.text as keyof RuleKeys, entry.value, keys) &&
        complete;
  }
  return complete ? keys : undefined;
}

function checkKey(
  target: RuleTarget,
  entry: Ast.Setting,
  seen: Set<string>,
  hasPath: boolean,
): Diagnostic | undefined {
  const { text: key, span } = entry.name;
  if (seen.has(key)) return diagnostic(messages.keyTwice, span, { key });
  seen.add(key);
  const keys: readonly string[] = keysOf[target];
  if (!allKeys.includes(key)) {
    const suggestion = suggest(key, keys);
    return diagnostic(
      messages.unknownKey,
      span,
      { key, keys, suggestion },
      { fixes: suggestion === undefined ? [] : [replace(span, suggestion)] },
    );
  }
  if (!keys.includes(key)) {
    const computed = target === "activations" || target === "probabilities";
    return diagnostic(messages.keyNotForTarget, span, {
      key,
      target,
      keys,
      why: computed
        ? ", as it is computed and not stored"
        : ", as connections are `weights`: write `for weights { dropconnect: … }`",
    });
  }
  if (target === "parameters" && penaltyAndStart.some((each) => each === key) && !hasPath)
    return diagnostic(messages.keyNotForTarget, span, {
      key,
      target,
      keys: group,
      why: " without the path of a `parameter`; name `weights`, `biases`, `scales` or `shifts`",
    });
  return undefined;
}

/** Reads one key into `keys`; false when it was reported. */
function readKey(
  context: Context,
  scope: Scope,
  target: RuleTarget,
  key: keyof RuleKeys,
  expression: Ast.Expression,
  keys: Mutable<RuleKeys>,
): boolean {
  const { span } = expression;
  switch (key) {
    case "init": {
      const use = checkUse(context, scope, "initializer", key, expression) as
        Use<InitializerDefinition> | undefined;
      if (use) keys.init = { value: use, span };
      return use !== undefined;
    }
    case "optimizer": {
      const use = checkUse(context, scope, "optimizer", key, expression) as
        Use<OptimizerDefinition> | undefined;
      if (use) keys.optimizer = { value: use, span };
      return use !== undefined;
    }
    case "regularize": {
      const terms = readRegularize(context, scope, target, expression);
      if (terms) keys.regularize = terms;
      return terms !== undefined;
    }
    case "decay": {
      const value = readSetting(
        context,
        scope,
        key,
        { kind: "number", minimum: 0, summary: "" },
        expression,
      ) as number | undefined;
      if (value !== undefined) keys.decay = { value, span };
      return value !== undefined;
    }
    case "lr": {
      const value = readSetting(
        context,
        scope,
        key,
        { kind: "number", minimum: 0, multiple: true, summary: "" },
        expression,
      ) as number | Multiple | undefined;
      if (value !== undefined) keys.lr = { value, span };
      return value !== undefined;
    }
    case "freeze": {
      const value = readSetting(
        context,
        scope,
        key,
        { kind: "switch", summary: "" },
        expression,
      ) as boolean | undefined;
      if (value !== undefined) keys.freeze = { value, span };
      return value !== undefined;
    }
    case "dropconnect": {
      const value = readSetting(
        context,
        scope,
        key,
        { kind: "number", minimum: 0, maximum: 1, exclusive: "maximum", summary: "" },
        expression,
      ) as number | undefined;
      if (value !== undefined) keys.dropconnect = { value, span };
      return value !== undefined;
    }
    case "load": {
      const value = readLoad(context, scope, expression);
      if (value) keys.load = { value, span };
      return value !== undefined;
    }
  }
}

function readRegularize(
  context: Context,
  scope: Scope,
  target: RuleTarget,
  expression: Ast.Expression,
): RuleKeys["regularize"] {
  const terms = readPenalties(context, scope, expression);
  if (!terms) return undefined;
  let fits = true;
  for (const { penalty, span } of terms) {
    const distribution =
      penalty.kind === "use" && penalty.use.definition.applies === "distribution";
    if (distribution === (target === "probabilities")) continue;
    fits = false;
    const name = penalty.kind === "use" ? penalty.use.definition.name : penalty.name;
    const needs = distribution ? "a distribution" : "a tensor of weights or values";
    const write = distribution
      ? `\`for probabilities(logits) { regularize: ${snippet(span)} }\``
      : `\`for activations(…) { regularize: ${snippet(span)} }\``;
    context.report(
      diagnostic(messages.penaltyNotForTarget, span, { penalty: name, needs, target, write }),
    );
  }
  return fits ? { value: terms.map((term) => term.penalty), span: expression.span } : undefined;
}

/** `checkpoint("a.safetensors")` or the name of a run, which is looked up when the rule is applied in a run. */
function readLoad(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): NonNullable<RuleKeys["load"]>["value"] | undefined {
  if (expression.kind === "reference" && expression.path.length === 1) {
    const [name] = expression.path;
    if (expression.arguments === undefined) return { kind: "run", run: name!.text };
    const [argument] = expression.arguments;
    const value =
      name!.text === "checkpoint" && expression.arguments.length === 1 && !argument!.name
        ? evaluate(context, scope, argument!.value)
        : undefined;
    if (value?.kind === "text") return { kind: "checkpoint", path: value.value };
  }
  context.report(
    diagnostic(messages.nothingToLoad, expression.span, { found: snippet(expression.span) }),
  );
  return undefined;
}

/**
 * Takes the arguments that are rules out of a layer's written arguments (`dense(10, init: xavier, lr: 0.1x)`):
 * `init`, `regularize` and `dropconnect` speak of its weights, the others of all its parameters. `rest` is for `checkArguments`.
 */
export function collectArgumentRules(
  context: Context,
  scope: Scope,
  known: Readonly<Record<string, unknown>>,
  written: readonly Ast.Argument[] | undefined,
  layerPath: string,
  place: RulePlace,
): { readonly rest: readonly Ast.Argument[] | undefined; readonly rules: readonly CascadeRule[] } {
  const isRule = (argument: Ast.Argument) =>
    argument.name !== undefined &&
    allKeys.includes(argument.name.text) &&
    !Object.hasOwn(known, argument.name.text);
  const rules = (written ?? [])
    .filter(isRule)
    .flatMap((argument) => argumentRule(context, scope, argument, layerPath, place));
  return { rest: written?.filter((argument) => !isRule(argument)), rules };
}

function argumentRule(
  context: Context,
  scope: Scope,
  argument: Ast.Argument,
  layerPath: string,
  place: RulePlace,
): readonly CascadeRule[] {
  const key = argument.name!.text as keyof RuleKeys;
  const target: RuleTarget =
    key === "dropconnect" || penaltyAndStart.some((each) => each === key)
      ? "weights"
      : "parameters";
  const keys: Mutable<RuleKeys> = {};
  if (!readKey(context, scope, target, key, argument.value, keys)) return [];
  const steps = pathSteps(layerPath).map(({ name, index }) =>
    index === undefined ? { name } : { name, from: index, to: index },
  );
  const path: RulePath = { steps, prefix: steps.length, span: argument.span };
  return [
    {
      target,
      paths: [path],
      of: [],
      keys,
      level: place.level,
      depth: place.depth,
      argument: true,
      origin: originOf(argument.span, place),
    },
  ];
}
