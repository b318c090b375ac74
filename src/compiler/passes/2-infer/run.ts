import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { defaults } from "../../library/defaults.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { SchedulePart, TypedData, TypedModel, TypedRun } from "../../typed/program.ts";
import type { CascadeRule } from "../../typed/rules.ts";
import { replace } from "./argument-values.ts";
import { readSetting } from "./arguments.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { inferAugment } from "./augment.ts";
import { inferInputs, modelOnData, reportSharedNames } from "./inputs.ts";
import { checkAfter, inferAverage } from "./later-settings.ts";
import { describeItem, lookup } from "./lookup.ts";
import { exampleLoss, inferLoss } from "./loss.ts";
import { inferMetrics } from "./metrics.ts";
import { inferMixup } from "./mixup.ts";
import { defaultOptimizer, inferOptimizer, withRunNumbers, type RunNumbers } from "./optimizer.ts";
import { inferViews, isAverage } from "./views.ts";
import { checkDraws, inferPredict } from "./prediction.ts";
import { mergeSettings, namesOf, type MergedSettings, type PlacedSetting } from "./recipes.ts";
import { checkRuleMatches } from "./rule-matches.ts";
import { collectRule } from "./rules.ts";
import { checkWatching, inferClip, inferEnding } from "./run-ending.ts";
import { runNames } from "./run-names.ts";
import { inferBatch, numbers, numbersOf, readNumber } from "./run-numbers.ts";
import type { Variant } from "./proof.ts";
import { proveRun, type RunVariant } from "./run-proof.ts";
import { checkTrains, settleRules } from "./run-rules.ts";
import { isSymbol } from "./types.ts";
import { checkTeacherUsed, inferTeacher } from "./teacher.ts";
import { checkGuarantee } from "./guarantee.ts";
import { checkKronecker } from "./kronecker-run.ts";
import { checkWholeMethod } from "./whole-method.ts";
import { checkLengths, inferSchedule, type PlacedPart } from "./schedule.ts";

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

function inferSettings(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  name: string,
  merged: MergedSettings,
  unbound: TypedModel,
  data: TypedData,
): TypedRun | undefined {
  const { settings } = merged;
  const place = item.alias?.span ?? item.model.span;
  const augmenting = settings.get("augment");
  const augmented =
    augmenting && inferAugment(context, augmenting.scope, data, unbound, augmenting.setting.value);
  const inputs =
    augmenting && !augmented
      ? undefined
      : inferInputs(
          context,
          unbound,
          augmented?.fed ?? data,
          settings.get("inputs")?.setting,
          place,
          (symbol) => bindsSymbol(scope, item, symbol),
        );
  const number = (key: "epochs" | "steps" | "seed") => readNumber(context, settings.get(key), key);
  const batch = inferBatch(context, settings.get("batch"));
  const [epochs, steps, seed] = [number("epochs"), number("steps"), number("seed")];
  const bound = inputs && modelOnRun(context, scope, item, unbound, inputs, augmented?.fed ?? data);
  if (!inputs || !bound) return undefined;
  const model = bound;
  if (reportSharedNames(context, model, data)) return undefined;
  const teaching = settings.get("teacher");
  const teacher = teaching && inferTeacher(context, name, teaching, data);
  const fed = augmented ? inferMixup(context, augmented, inputs) : { augment: undefined, data };
  if (!fed) return undefined;
  const names = { ...runNames(context, model, fed.data, inputs, teacher?.model), data };
  const placedLoss = settings.get("loss");
  if (!placedLoss)
    context.report(
      diagnostic(messages.missingLoss, place, { run: name, example: exampleLoss(names) }),
    );
  const loss = placedLoss && inferLoss(context, placedLoss.scope, names, placedLoss.setting.value);
  const placedMetrics = settings.get("metrics");
  const metrics =
    loss &&
    inferMetrics(
      { context, scope: placedMetrics?.scope ?? scope, names, terms: loss.terms },
      placedMetrics?.setting,
    );
  const runNumbers = numbersOf(data, batch ?? 32, epochs ?? numbers.epochs.default, steps);
  const optimizer = optimizerOf(context, settings.get("optimizer"), runNumbers, item.span);
  const schedule = scheduleOf(context, settings, { epochs: epochs ?? 0, steps }, item.span);
  const rules = rulesOf(context, model, merged, runNumbers, item.span);
  checkLaterSettings(context, settings);
  const watched = metrics && { data, metrics };
  const ending = watched && inferEnding(context, settings, watched);
  if (watched && schedule) checkWatching(context, watched, schedule.placed);
  const settled = optimizer && settleRules(context, name, { model, rules, optimizer });
  if (!optimizer)
    checkRuleMatches(
      context,
      model,
      rules.filter((rule) => !model.rules?.includes(rule)),
    );
  const clip = inferClip(context, settings.get("clip"));
  const averaging = settings.get("average");
  const average = averaging && inferAverage(context, averaging.scope, averaging.setting.value);
  const predicting = settings.get("predict");
  const averaged =
    predicting && isAverage(predicting.setting.value)
      ? inferViews(
          context,
          predicting.scope,
          { data, fed: fed.data, inputs },
          predicting.setting.value,
        )
      : undefined;
  const predict =
    predicting && !isAverage(predicting.setting.value)
      ? inferPredict(context, predicting.scope, predicting.setting.value)
      : undefined;
  if (!loss || !metrics || !optimizer || !schedule || !ending || !settled) return undefined;
  if (batch === undefined || epochs === undefined || seed === undefined) return undefined;
  const { documentation } = item;
  const run: TypedRun = {
    name,
    ...(documentation === undefined ? {} : { documentation }),
    span: place,
    model,
    data,
    inputs,
    loss: loss.expression,
    optimizer,
    schedule: { parts: schedule.parts, origin: schedule.origin },
    batch,
    epochs,
    steps,
    ...ending,
    metrics,
    ...(teacher && { teacher }),
    ...(average && { average }),
    augment: fed.augment,
    clip,
    ...(predict && { predict }),
    ...(averaged && { views: averaged }),
    seed,
    ...settled,
    origins: new Map(
      [...settings].map(([key, { setting, from }]) => [key, { span: setting.value.span, from }]),
    ),
    notYet: notYetOf(settings),
  };
  if (teaching && teacher) checkTeacherUsed(context, teacher, teaching, loss.expression, metrics);
  checkTrains(context, run);
  checkDraws(context, run);
  checkWholeMethod(context, run, settings);
  checkKronecker(context, run);
  return run;
}

/** Whether a symbol of the model's types is of its signature, not a dim of its file. */
function bindsSymbol(scope: Scope, item: Ast.TrainItem, symbol: string): boolean {
  const binding = lookup(scope, item.model.text);
  return binding?.kind === "declaration" && isSymbol(binding.declaration.scope, symbol);
}

/** The model with the symbols of its signature bound to the sizes of the data. */
function modelOnRun(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  model: TypedModel,
  inputs: ReadonlyMap<string, string>,
  data: TypedData,
): TypedModel | undefined {
  const binding = lookup(scope, item.model.text);
  return binding?.kind === "declaration"
    ? modelOnData(
        context,
        binding.declaration,
        model,
        inputs,
        data,
        (item.alias ?? item.model).span,
      )
    : model;
}

function optimizerOf(
  context: Context,
  placed: PlacedSetting | undefined,
  runNumbers: RunNumbers,
  at: Span,
): TypedRun["optimizer"] | undefined {
  if (!placed) return { use: defaultOptimizer(), origin: { span: at, from: "default of a run" } };
  const use = inferOptimizer(context, placed.scope, placed.setting.value, runNumbers);
  return use && { use, origin: { span: placed.setting.value.span, from: placed.from } };
}

interface ReadSchedule {
  readonly parts: readonly SchedulePart[];
  readonly placed: readonly PlacedPart[];
  readonly origin: TypedRun["schedule"]["origin"];
}

function scheduleOf(
  context: Context,
  settings: MergedSettings["settings"],
  length: { epochs: number; steps: number | undefined },
  at: Span,
): ReadSchedule | undefined {
  const placed = settings.get("schedule");
  const guarantee = settings.get("guarantee");
  const parts = placed
    ? inferSchedule(context, placed.scope, placed.setting.value)
    : constantSchedule(at);
  if (parts && placed) checkLengths(context, parts, length);
  if (guarantee) {
    const fine = readSetting(
      context,
      guarantee.scope,
      "guarantee",
      { kind: "symbol", choices: ["robbins_monro"], summary: "" },
      guarantee.setting.value,
    );
    if (fine !== undefined && parts) checkGuarantee(context, parts, guarantee.setting);
  }
  const origin = placed
    ? { span: placed.setting.value.span, from: placed.from }
    : { span: at, from: "default of a run" };
  return parts && { parts: parts.map(({ part }) => part), placed: parts, origin };
}

function constantSchedule(at: Span): readonly PlacedPart[] {
  const definition = defaults.schedule;
  const values = Object.fromEntries(
    Object.keys(definition.arguments).map((name) => [name, undefined]),
  );
  return [{ part: { kind: "use", use: { definition, arguments: values } }, span: at }];
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

const later = ["after"] as const;

function checkLaterSettings(context: Context, settings: MergedSettings["settings"]): void {
  const check = {
    after: checkAfter,
  } as const;
  for (const key of ["after"] as const) {
    const placed = settings.get(key);
    if (placed) check[key](context, placed.scope, placed.setting.value);
  }
}

/** What the run asks for and this version does not do. */
function notYetOf(settings: MergedSettings["settings"]): TypedRun["notYet"] {
  return later.flatMap((setting): TypedRun["notYet"] => {
    const placed = settings.get(setting);
    return placed ? [{ setting, span: placed.setting.span }] : [];
  });
}
