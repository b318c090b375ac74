import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type { ArgumentTable, Duration } from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { SchedulePart, StopCondition, TypedData, TypedModel, TypedRun } from "../../typed/program.ts";
import type { CascadeRule } from "../../typed/rules.ts";
import { replace } from "./argument-values.ts";
import { checkTable, readSetting } from "./arguments.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { hasPart } from "./data.ts";
import { inferInputs } from "./inputs.ts";
import { checkAfter, checkAugment, checkAverage, checkPredict, inferTeacher } from "./later-settings.ts";
import { describeItem, lookup } from "./lookup.ts";
import { exampleLoss, inferLoss } from "./loss.ts";
import { inferMetrics } from "./metrics.ts";
import { checkMonitor, type Watched } from "./monitors.ts";
import { defaultOptimizer, inferOptimizer, withRunNumbers, type RunNumbers } from "./optimizer.ts";
import { mergeSettings, namesOf, type MergedSettings, type PlacedSetting, type RunSetting } from "./recipes.ts";
import { checkRuleMatches } from "./rule-matches.ts";
import { collectRule } from "./rules.ts";
import { runNames } from "./run-names.ts";
import { proveRun } from "./run-proof.ts";
import { checkTrains, settleRules } from "./run-rules.ts";
import { checkGuarantee, checkLengths, inferSchedule, type PlacedPart } from "./schedule.ts";
import { inferKeep, inferSave, inferStop, refuseChoice } from "./stop.ts";

/** `train M on D as Run with R { … }`: everything that the run does, or undefined when it has errors (which were reported). */
export function inferRun(context: Context, scope: Scope, item: Ast.TrainItem): TypedRun | undefined {
  const asked = new Set<Ast.HyperItem>();
  const run = inferOnce({ ...context, evaluated: new Map(), asked: (hyper) => void asked.add(hyper) }, scope, item);
  if (run) proveRun(context, scope, asked, (trial) => inferOnce(trial, scope, item));
  return run;
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

function declared<Typed>(context: Context, scope: Scope, name: Ast.Name, what: "model" | "data", infer: (declaration: Declaration) => Typed | undefined): Typed | undefined {
  const binding = lookup(scope, name.text);
  if (binding?.kind === "declaration" && binding.declaration.item.kind === what) {
    context.use(binding.span);
    return infer(binding.declaration);
  }
  const found = binding?.kind === "declaration" ? describeItem(binding.declaration.item) : undefined;
  const suggestion = suggest(name.text, namesOf(scope, what).filter((other) => other !== name.text));
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  context.report(diagnostic(messages.unknownModel, name.span, { name: name.text, what, found, suggestion }, { fixes }));
  return undefined;
}

const numbers = {
  epochs: { kind: "integer", minimum: 0, default: 20, summary: "How often all training data is seen." },
  steps: { kind: "integer", minimum: 1, optional: true, summary: "The most steps that are done." },
  seed: { kind: "integer", minimum: 0, maximum: 2 ** 32 - 1, default: 0, summary: "Where all random numbers start." },
} as const satisfies ArgumentTable;

function inferSettings(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  name: string,
  merged: MergedSettings,
  model: TypedModel,
  data: TypedData,
): TypedRun | undefined {
  const { settings } = merged;
  const place = item.alias?.span ?? item.model.span;
  const inputs = inferInputs(context, model, data, settings.get("inputs")?.setting, place);
  const number = (key: "epochs" | "steps" | "seed") => readNumber(context, settings.get(key), key);
  const batch = inferBatch(context, settings.get("batch"));
  const [epochs, steps, seed] = [number("epochs"), number("steps"), number("seed")];
  if (!inputs) return undefined;
  const teaching = settings.get("teacher");
  const teacher = teaching && inferTeacher(context, teaching.scope, teaching.setting.value);
  const names = runNames(context, model, data, inputs, teacher);
  const placedLoss = settings.get("loss");
  if (!placedLoss) context.report(diagnostic(messages.missingLoss, place, { run: name, example: exampleLoss(context, names) }));
  const loss = placedLoss && inferLoss(context, placedLoss.scope, names, placedLoss.setting.value);
  const placedMetrics = settings.get("metrics");
  const metrics = loss && inferMetrics({ context, scope: placedMetrics?.scope ?? scope, names, terms: loss.terms }, placedMetrics?.setting);
  const runNumbers = numbersOf(data, batch ?? 32, epochs ?? numbers.epochs.default, steps);
  const optimizer = optimizerOf(context, settings.get("optimizer"), runNumbers, item.span);
  const schedule = scheduleOf(context, settings, { epochs: epochs ?? 0, steps }, item.span);
  const rules = rulesOf(context, model, merged, runNumbers, item.span);
  checkLaterSettings(context, settings, data);
  const watched = metrics && { data, metrics };
  const ending = watched && inferEnding(context, settings, watched);
  if (watched && schedule) checkWatching(context, watched, schedule.placed);
  const settled = optimizer && settleRules(context, name, { model, rules, optimizer });
  if (!optimizer) checkRuleMatches(context, model, rules.filter((rule) => !model.rules?.includes(rule)));
  const clip = inferClip(context, settings.get("clip"));
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
    clip,
    seed,
    ...settled,
    origins: new Map([...settings].map(([key, { setting, from }]) => [key, { span: setting.value.span, from }])),
    notYet: notYetOf(settings, schedule.placed),
  };
  checkTrains(context, run);
  return run;
}

function readNumber(context: Context, placed: PlacedSetting | undefined, key: "epochs" | "steps" | "seed"): number | undefined {
  const specification = numbers[key];
  if (!placed) return "default" in specification ? specification.default : undefined;
  return readSetting(context, placed.scope, key, specification, placed.setting.value) as number | undefined;
}

/** A number of rows, or `all`. */
function inferBatch(context: Context, placed: PlacedSetting | undefined): number | "all" | undefined {
  if (!placed) return 32;
  const { value } = placed.setting;
  const word = value.kind === "reference" && value.path.length === 1 && value.arguments === undefined ? value.path[0]!.text : undefined;
  if (word !== undefined && !lookup(placed.scope, word)) return word === "all" ? "all" : refuseChoice(context, "batch", value, ["an integer", "`all`"]);
  return readSetting(context, placed.scope, "batch", { kind: "integer", minimum: 1, summary: "" }, value) as number | undefined;
}

/** The counts of steps, where the data is made and so its size is known. */
function numbersOf(data: TypedData, batch: number | "all", epochs: number, steps: number | undefined): RunNumbers {
  const rows = data.split.train === 1 && data.sources.length === 1 ? madeRows(data.sources[0]!.source) : undefined;
  const stepsPerEpoch = batch === "all" ? 1 : rows === undefined ? undefined : Math.ceil(rows / batch);
  const all = stepsPerEpoch === undefined ? undefined : stepsPerEpoch * epochs;
  return { batch, stepsPerEpoch, totalSteps: all === undefined ? undefined : Math.min(all, steps ?? all) };
}

/** How many rows a synthetic source makes. */
function madeRows({ use }: TypedData["sources"][number]["source"]): number | undefined {
  const { points, classes } = use.arguments;
  if (use.definition.synthetic !== true || typeof points !== "number") return undefined;
  return typeof classes === "number" ? points * classes : points;
}

function optimizerOf(context: Context, placed: PlacedSetting | undefined, runNumbers: RunNumbers, at: Span): TypedRun["optimizer"] | undefined {
  if (!placed) return { use: defaultOptimizer(context), origin: { span: at, from: "default of a run" } };
  const use = inferOptimizer(context, placed.scope, placed.setting.value, runNumbers);
  return use && { use, origin: { span: placed.setting.value.span, from: placed.from } };
}

interface ReadSchedule {
  readonly parts: readonly SchedulePart[];
  readonly placed: readonly PlacedPart[];
  readonly origin: TypedRun["schedule"]["origin"];
}

function scheduleOf(context: Context, settings: MergedSettings["settings"], length: { epochs: number; steps: number | undefined }, at: Span): ReadSchedule | undefined {
  const placed = settings.get("schedule");
  const guarantee = settings.get("guarantee");
  const parts = placed ? inferSchedule(context, placed.scope, placed.setting.value) : constantSchedule(context, at);
  if (parts && placed) checkLengths(context, parts, length);
  if (guarantee) {
    const fine = readSetting(context, guarantee.scope, "guarantee", { kind: "symbol", choices: ["robbins_monro"], summary: "" }, guarantee.setting.value);
    if (fine !== undefined && parts) checkGuarantee(context, parts, guarantee.setting);
  }
  const origin = placed ? { span: placed.setting.value.span, from: placed.from } : { span: at, from: "default of a run" };
  return parts && { parts: parts.map(({ part }) => part), placed: parts, origin };
}

function constantSchedule(context: Context, at: Span): readonly PlacedPart[] {
  const definition = context.library.find("schedule", "constant");
  if (definition?.kind !== "schedule") return [];
  const values = Object.fromEntries(Object.keys(definition.arguments).map((name) => [name, undefined]));
  return [{ part: { kind: "use", use: { definition, arguments: values } }, span: at }];
}

/** Schedules that watch a number (plateau) watch one that the run has. */
function checkWatching(context: Context, watched: Watched, parts: readonly PlacedPart[]): void {
  for (const { part, span } of parts) {
    if (part.kind !== "use" || part.use.definition.watches !== true) continue;
    for (const [name, specification] of Object.entries(part.use.definition.arguments)) {
      const monitor = part.use.arguments[name];
      if (specification.kind === "monitor" && typeof monitor === "string") checkMonitor(context, watched, monitor, span, "schedule");
    }
  }
}

/** The rules of the model, then those of the recipes, then the run's own. */
function rulesOf(context: Context, model: TypedModel, merged: MergedSettings, runNumbers: RunNumbers, at: Span): readonly CascadeRule[] {
  const own = merged.rules.map(({ rule, scope, place }) => collectRule(context, withRunNumbers(scope, runNumbers, at), rule, place));
  return [...(model.rules ?? []), ...own.filter((rule) => rule !== undefined)];
}

interface Ending {
  readonly stop: StopCondition | undefined;
  readonly keep: TypedRun["keep"];
  readonly saveEvery: Duration | undefined;
}

/** When the run ends, which weights are kept, and how often they are saved. */
function inferEnding(context: Context, settings: MergedSettings["settings"], watched: Watched): Ending {
  const read = <Read>(key: RunSetting, infer: (reading: { context: Context; scope: Scope; watched: Watched }, expression: Ast.Expression) => Read) => {
    const placed = settings.get(key);
    return placed && infer({ context, scope: placed.scope, watched }, placed.setting.value);
  };
  const best = hasPart(watched.data, "validation");
  return {
    stop: read("stop", inferStop),
    keep: read("keep", inferKeep) ?? (best ? { kind: "best", metric: "validation.loss", better: "lower" } : { kind: "last" }),
    saveEvery: read("save", inferSave),
  };
}

const limit = { limit: { kind: "number", minimum: 0, exclusive: "minimum", summary: "The largest that is let through." } } as const satisfies ArgumentTable;

/** `norm(1)` or `value(0.5)`. */
function inferClip(context: Context, placed: PlacedSetting | undefined): TypedRun["clip"] {
  if (!placed) return undefined;
  const { value } = placed.setting;
  const name = value.kind === "reference" && value.path.length === 1 ? value.path[0]!.text : undefined;
  if (value.kind !== "reference" || (name !== "norm" && name !== "value")) return refuseChoice(context, "clip", value, ["`norm(1)`", "`value(0.5)`"]);
  const values = checkTable(context, placed.scope, name, limit, value.arguments, value.span);
  return values && { kind: name, limit: values["limit"] as number };
}

const later = ["teacher", "average", "after", "augment", "predict"] as const;

function checkLaterSettings(context: Context, settings: MergedSettings["settings"], data: TypedData): void {
  const check = {
    average: checkAverage,
    after: checkAfter,
    augment: (inside: Context, scope: Scope, expression: Ast.Expression) => checkAugment(inside, scope, data, expression),
    predict: checkPredict,
  } as const;
  for (const key of ["average", "after", "augment", "predict"] as const) {
    const placed = settings.get(key);
    if (placed) check[key](context, placed.scope, placed.setting.value);
  }
}

/** What the run asks for and this version does not do. */
function notYetOf(settings: MergedSettings["settings"], parts: readonly PlacedPart[]): TypedRun["notYet"] {
  const asked = later.flatMap((setting): TypedRun["notYet"] => {
    const placed = settings.get(setting);
    const plain = setting === "predict" && placed?.setting.value.kind === "reference" && placed.setting.value.path[0]?.text === "plain";
    return placed && !plain ? [{ setting, span: placed.setting.span }] : [];
  });
  const watching = parts.flatMap(({ part, span }) => (part.kind === "use" && part.use.definition.watches === true ? [{ setting: `schedule: ${part.use.definition.name}`, span }] : []));
  return [...asked, ...watching];
}
