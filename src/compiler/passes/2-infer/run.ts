import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { settings, type Given } from "../../settings/index.ts";
import { optimizer } from "../../settings/optimizer.ts";
import type { Reading, Setting, SettingName } from "../../settings/setting.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel, TypedRun } from "../../typed/program.ts";
import type { CascadeRule } from "../../typed/rules.ts";
import { replace } from "./argument-values.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { checkKronecker } from "./kronecker-run.ts";
import { describeItem, lookup } from "./lookup.ts";
import type { Variant } from "./proof.ts";
import { readingOf, reportTo, writtenOf } from "./reading-settings.ts";
import { mergeSettings, namesOf, type MergedSettings } from "./recipes.ts";
import { checkRuleMatches } from "./rule-matches.ts";
import { collectRule } from "./rules.ts";
import { factsOf, once, type RunAround } from "./run-languages.ts";
import { batchesOf, withRunNumbers, type RunNumbers } from "./run-numbers.ts";
import { proveRun, type RunVariant } from "./run-proof.ts";
import { settleRules } from "./run-rules.ts";
import { checkWholeMethod } from "./whole-method.ts";

/** A run as it is for the values that its hypers have now, and the hypers that it asked for. */
export interface FirstRun {
  readonly run: TypedRun;
  readonly asked: ReadonlySet<Ast.HyperItem>;
}

/** `train M on D as Run with R { … }`: everything that the run does; nothing when it has errors (which were reported). */
export function inferRun(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
): FirstRun | undefined {
  const asked = new Set<Ast.HyperItem>();
  const run = inferOnce(
    { ...context, evaluated: new Map(), asked: (hyper) => void asked.add(hyper) },
    scope,
    item,
  );
  return run && { run, asked };
}

/** The run as it is first, and then for other values of its hypers and of its model's. */
export function* proveOtherRuns(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  { run, asked }: FirstRun,
  models: readonly Variant[],
): Generator<void, readonly RunVariant[]> {
  const others = yield* proveRun({
    context,
    scope,
    item,
    asked,
    models,
    infer: (trial) => inferOnce(trial, scope, item),
  });
  return [{ values: new Map(), run }, ...others];
}

/** The run for one set of values of its hypers. */
function inferOnce(outer: Context, scope: Scope, item: Ast.TrainItem): TypedRun | undefined {
  const state = { failed: false };
  const context: Context = {
    ...outer,
    report: (finding) => {
      if (finding.severity === "error") state.failed = true;
      outer.report(finding);
    },
  };
  const name = item.alias?.text ?? item.model.text;
  const merged = mergeSettings(context, scope, item, name);
  const model = declared(context, scope, item.model, "model", context.modelOf);
  const data = declared(context, scope, item.data, "data", context.dataOf);
  if (!model || !data) return undefined;
  const run = inferSettings(context, scope, item, name, merged, model, data);
  return state.failed ? undefined : run;
}

function declared<Typed>(
  context: Context,
  scope: Scope,
  name: Ast.Name,
  what: "model" | "data",
  infer: (declaration: Declaration) => Typed | undefined,
): Typed | undefined {
  const binding = lookup(scope, name.text);
  if (binding?.kind === "declaration" && binding.declaration.item.kind === what) {
    context.use(binding.span);
    return infer(binding.declaration);
  }
  const found =
    binding?.kind === "declaration" ? describeItem(binding.declaration.item) : undefined;
  const suggestion = suggest(
    name.text,
    namesOf(scope, what).filter((other) => other !== name.text),
  );
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  context.report(
    diagnostic(
      messages.unknownModel,
      name.span,
      { name: name.text, what, found, suggestion },
      { fixes },
    ),
  );
  return undefined;
}

/** Every setting by what the run and its recipes write, or by default; then what they come to together. */
function inferSettings(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  name: string,
  merged: MergedSettings,
  unbound: TypedModel,
  data: TypedData,
): TypedRun | undefined {
  const placed = (setting: Setting) => merged.settings.get(setting.name);
  const members = new Map<SettingName, () => unknown>();
  const of: Reading["of"] = <Members>(setting: Setting<Members>) =>
    members.get(setting.name)!() as Members | undefined;
  const around: RunAround = { context, scope, item, name, unbound, data, placed, of };
  const facts = factsOf(around);
  for (const setting of settings)
    members.set(
      setting.name,
      once(() => setting.infer(readingOf({ ...around, ...facts }, setting))),
    );
  const given = settings.map((setting) => of(setting));
  const model = facts.model();
  const rules = model && rulesOf(context, model, merged, facts.numbers(), item.span);
  const chosen = of(optimizer);
  if (!model || !rules) return undefined;
  const settled =
    chosen && settleRules(context, name, { model, rules, optimizer: chosen.optimizer });
  if (!settled)
    checkRuleMatches(
      context,
      model,
      rules.filter((rule) => !model.rules?.includes(rule)),
    );
  if (!settled || given.includes(undefined)) return undefined;
  const { documentation } = item;
  const run: TypedRun = {
    name,
    ...(documentation === undefined ? {} : { documentation }),
    span: (item.alias ?? item.model).span,
    model,
    data,
    ...(Object.assign({}, ...given) as Given),
    ...settled,
    origins: new Map(
      [...merged.settings].map(([key, { setting, from }]) => [
        key,
        { span: setting.value.span, from },
      ]),
    ),
    notYet: settings.flatMap((setting): TypedRun["notYet"] => {
      const written = setting.later === true ? placed(setting) : undefined;
      return written ? [{ setting: setting.name, span: written.setting.span }] : [];
    }),
  };
  checkSettings(around, run);
  checkWholeMethod(context, run);
  checkKronecker(context, run);
  return run;
}

/** What settings say against each other, each from its own file. */
function checkSettings({ context, data, placed }: RunAround, run: TypedRun): void {
  const batches = batchesOf(data, run.batch);
  for (const setting of settings)
    setting.check?.(run, {
      setting: setting.name,
      written: writtenOf(placed(setting)),
      report: reportTo(context),
      batches,
    });
}

/** The rules of the model, then those of the recipes, then the run's own. */
function rulesOf(
  context: Context,
  model: TypedModel,
  merged: MergedSettings,
  runNumbers: RunNumbers,
  at: Span,
): readonly CascadeRule[] {
  const own = merged.rules.map(({ rule, scope, place }) =>
    collectRule(context, withRunNumbers(scope, runNumbers, at), rule, place),
  );
  return [...(model.rules ?? []), ...own.filter((rule) => rule !== undefined)];
}
