import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/rules.ts";
import { suggest } from "../../base/suggest.ts";
import { known } from "../../ir/dim.ts";
import type { TypedModel, WeightSettings } from "../../typed/program.ts";
import {
  pathMatches,
  pathSteps,
  showRulePath,
  type CascadeRule,
  type RulePath,
} from "../../typed/rules.ts";
import { depthFor, namesValue, valuePaths } from "./cascade.ts";
import type { Context } from "./context.ts";
import { replace } from "./argument-values.ts";

/** Reports every rule of a list that matches nothing in the model, and every rule on an automatic name. */
export function checkRuleMatches(
  context: Context,
  model: TypedModel,
  rules: readonly CascadeRule[],
): void {
  for (const group of groupBySpan(rules)) {
    const first = group[0]!;
    if (first.argument) continue;
    const places = first.paths.length;
    for (let place = 0; place < places; place++) {
      const same = group.flatMap((rule) => rule.paths[place] ?? []);
      const finding = matchesAny(model, group, place)
        ? automatic(model, same[0]!)
        : nothing(model, first, same);
      if (finding) context.report(finding);
    }
  }
}

/** One rule of the text: its instances at all uses of its block. */
function groupBySpan(rules: readonly CascadeRule[]): readonly (readonly CascadeRule[])[] {
  const groups = new Map<string, CascadeRule[]>();
  for (const rule of rules) {
    const { source, start } = rule.origin.span;
    const key = `${start} ${source.path}`;
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups.values()];
}

function matchesAny(model: TypedModel, group: readonly CascadeRule[], place: number): boolean {
  return group.some((rule) => {
    const path = rule.paths[place];
    if (!path) return false;
    if (isOfValues(rule)) return model.values.some((value) => namesValue(path, value));
    const keys = Object.keys(rule.keys) as (keyof CascadeRule["keys"])[];
    return model.weights.some((weight) =>
      keys.some((key) => depthFor({ ...rule, paths: [path] }, weight, key) !== undefined),
    );
  });
}

function isOfValues(rule: CascadeRule): boolean {
  return rule.target === "activations" || rule.target === "probabilities";
}

function nothing(model: TypedModel, rule: CascadeRule, instances: readonly RulePath[]): Diagnostic {
  const path = instances[0]!;
  const of = rule.of.length === 0 ? "" : ` of ${rule.of.map((kind) => kind.value).join(", ")}`;
  if (path.steps.length === path.prefix)
    return diagnostic(messages.withoutEffect, rule.origin.span, {
      rule: `for ${rule.target}${of}`,
      model: model.name,
    });
  const written = showRulePath({ ...path, steps: path.steps.slice(path.prefix) });
  const exists =
    !isOfValues(rule) && model.weights.some((weight) => pathMatches(path, weight.path));
  if (exists) {
    const what = `\`${written}\` has no ${rule.target}${of}: the rule matches nothing`;
    return diagnostic(messages.matchesNothing, path.span, { what, model: model.name });
  }
  const suggestion = suggest(written, candidates(model, rule, instances));
  const fixes = suggestion === undefined ? [] : [replace(path.span, suggestion)];
  const outside = written.replace(/\[[^\]]*\]/g, "");
  const repeated =
    outside !== written &&
    model.weights.some((weight) =>
      pathSteps(weight.path).some((step) => step.name === path.steps.at(-1)!.name),
    );
  const what =
    repeated && suggestion === undefined
      ? `\`${written}\` matches nothing: there is no such repetition`
      : `\`${written}\` matches nothing: there is no such stage`;
  return diagnostic(
    messages.matchesNothing,
    path.span,
    { what, model: model.name, suggestion },
    { fixes },
  );
}

/** Every path that could have been written, counted from where the rule stands. */
function candidates(
  model: TypedModel,
  rule: CascadeRule,
  instances: readonly RulePath[],
): ReadonlySet<string> {
  const names = new Set<string>();
  const paths = isOfValues(rule)
    ? model.values.flatMap(valuePaths)
    : model.weights.map((weight) => weight.path);
  for (const path of paths) {
    const steps = path.split(".");
    for (const { prefix } of instances)
      for (let end = prefix + 1; end <= steps.length; end++) {
        const part = steps.slice(prefix, end).join(".");
        names.add(part);
        names.add(part.replace(/\[\d+\]/g, ""));
      }
  }
  return names;
}

/** A rule's path ends in an automatic name when no stage or value was given that name. */
function automatic(model: TypedModel, path: RulePath): Diagnostic | undefined {
  const last = path.steps.at(-1);
  if (!last || path.steps.length === path.prefix || !/_\d+$/.test(last.name)) return undefined;
  const place = path.steps.map((step) => step.name).join(".");
  const named = model.values.some((value) =>
    [value.name, ...(value.aliases ?? [])].some((name) => name?.replace(/\[\d+\]/g, "") === place),
  );
  const layer = model.layers.find((each) => each.path.replace(/\[\d+\]/g, "") === place);
  if (named || layer?.automatic === false) return undefined;
  return diagnostic(messages.automaticName, path.span, {
    path: showRulePath({ ...path, steps: path.steps.slice(path.prefix) }),
    suggestion: last.name.replace(/_\d+$/, ""),
  });
}

/** What can only be said once the cascade is settled: initial values that do not fit, decay that nothing applies. */
export function checkWeightSettings(context: Context, settings: WeightSettings): void {
  const { weight, init, decay, optimizer } = settings;
  const shape = weight.shape.map(known);
  const fan = { in: known(weight.fanIn), out: known(weight.fanOut) };
  if (!shape.includes(undefined) && fan.in !== undefined && fan.out !== undefined) {
    const drawn = init.use.definition.sample(
      shape as readonly number[],
      { in: fan.in, out: fan.out },
      init.use.arguments,
    );
    if ("problem" in drawn)
      context.report(
        diagnostic(messages.initialValuesDoNotFit, init.origin.span, {
          weight: weight.path,
          shape: `[${shape.join(", ")}]`,
          problem: drawn.problem,
        }),
      );
  }
  const { definition } = optimizer.use;
  if (decay && decay.value !== 0 && !Object.hasOwn(definition.arguments, "decay"))
    context.report(
      diagnostic(messages.optimizerWithoutDecay, decay.origin.span, {
        optimizer: definition.name,
        weight: weight.path,
      }),
    );
}
