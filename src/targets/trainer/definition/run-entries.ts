import type { Duration } from "../../../compiler/library/arguments.ts";
import { invariant } from "../../../compiler/base/invariant.ts";
import { createBuilder } from "../../../compiler/ir/make-builder.ts";
import { settings } from "../../../compiler/settings/index.ts";
import type {
  Formula,
  StopCondition,
  TypedRun,
  WeightSource,
} from "../../../compiler/typed/program.ts";
import { lowerFormula } from "../../../compiler/typed/formula-nodes.ts";
import { variablesOf } from "../../../compiler/typed/conditions.ts";
import { isDuration, lengthsOf, watchingParts } from "../../../compiler/typed/schedule-parts.ts";
import { stateFor } from "../../../compiler/plan/compiled.ts";
import {
  dropsName,
  givenName,
  gradientNormName,
  initialName,
  initialResult,
  measuredOf,
  updateNames,
} from "../../../compiler/plan/names.ts";
import type { Plain } from "../code.ts";
import { describeCondition } from "../describe.ts";
import { specName, type Emission } from "../emission.ts";
import { loadedFiles } from "../loaded-files.ts";
import { readings } from "../predictions.ts";
import { shapeOfRun, sizeProduct, type RunShape } from "../run-shape.ts";
import { folderOf, isMember, keptBy } from "../weight-files.ts";
import { trainingEntry as entry, type Entry } from "./entry.ts";
import { averages, curvature, wholeMethod } from "./update-entries.ts";
import { list, plain, record, variable, type Recipe } from "./recipe.ts";

/** What the loop is told: limits, conditions, saving, and what the run's features need. */
export function runEntries(emission: Emission): readonly Entry[] {
  const shape = shapeOfRun(emission);
  const { run } = shape;
  return [
    ...names(run),
    ...batches(shape),
    ...stopping(shape),
    beginning(shape),
    ...told(run),
    ...plateaus(shape),
    ...averages(shape),
    ...wholeMethod(shape),
    ...curvature(shape),
    ...weightFiles(shape),
    ...member(shape),
  ];
}

/** Decisions that are nothing but yes. */
export function runFlags(emission: Emission): readonly string[] {
  const { run, validates, tests } = shapeOfRun(emission);
  const watches = new Set(run.stop === undefined ? [] : variablesOf(run.stop));
  return [
    ...(validates ? ["validates"] : []),
    ...(tests ? ["tests"] : []),
    ...(run.batch === "all" ? ["trainsOnAll"] : []),
    ...(watches.has("time") ? ["watchesTime"] : []),
  ];
}

function names(run: TypedRun): readonly Entry[] {
  return [
    entry("runName", plain(run.name)),
    entry("modelName", plain(run.model.name)),
    { ...entry("dataName", plain(run.data.name), "What --data calls this data."), module: "data" },
    {
      ...entry("directory", { kind: "here" }, "Relative paths start from where this file lies."),
      module: "data",
    },
  ];
}

function batches({ run, emission: { compiled } }: RunShape): readonly Entry[] {
  const { train, evaluate } = compiled.plans;
  const buffers = [...train.buffers, ...evaluate.buffers].filter(
    ({ role, aliasOf }) => role === "input" && aliasOf === undefined,
  );
  return [
    entry(
      "batchSize",
      plain(compiled.capacity),
      run.batch === "all"
        ? "Rows of a step: all of them."
        : "Rows of a step. The last batch of an epoch may be shorter, and is trained exactly.",
    ),
    entry(
      "inputs",
      plain([...new Set(buffers.map(({ name }) => name))]),
      "The fields of a row that the device is given.",
      "readonly string[]",
    ),
    entry("defaultSeed", plain(run.seed)),
    entry("defaultEpochs", plain(run.epochs)),
    ...(run.steps === undefined ? [] : [entry("mostSteps", plain(run.steps))]),
    entry(
      "updateNumbers",
      plain(updateNames),
      "What says whether a batch is the first or the last of its update.",
    ),
  ];
}

/** What is known after each step. */
const timeOfStep: ReadonlySet<string> = new Set<"time" | "step">(["time", "step"]);

type Early = Extract<StopCondition, { kind: "early" }>;

function earlyRules(condition: StopCondition | undefined): readonly Early[] {
  if (condition === undefined || condition.kind === "compare") return [];
  return condition.kind === "early" ? [condition] : condition.conditions.flatMap(earlyRules);
}

function stopping(shape: RunShape): readonly Entry[] {
  const {
    run: { stop },
    best,
  } = shape;
  const watched = best === undefined ? [] : [watchedEntry(best)];
  if (stop === undefined) return watched;
  const reasons = stop.kind === "or" ? stop.conditions : [stop];
  const early = earlyRules(stop);
  const ofStep = reasons.filter((condition) =>
    variablesOf(condition).every((name) => timeOfStep.has(name)),
  );
  const ofEpoch = reasons.filter((condition) => !ofStep.includes(condition));
  const initial = initialResults(stop);
  const patience = early.map((rule, index): Plain => ({
    metric: rule.metric,
    better: rule.better,
    ...patienceOf(rule.patience),
    least: rule.least,
    bestCounter: `early${index + 1}Best`,
    sinceCounter: `early${index + 1}Since`,
  }));
  return [
    ...watched,
    ...(early.length === 0
      ? []
      : [
          entry(
            "earlyRules",
            plain(patience),
            "Metrics that must become better from time to time.",
            "readonly EarlyWatch[]",
          ),
        ]),
    ...rules(
      "stopRules",
      ofEpoch,
      early,
      "Why training ends after an epoch: the first reason that holds.",
    ),
    ...rules(
      "stepRules",
      ofStep,
      early,
      "Why training ends after a step: the first reason that holds.",
    ),
    ...(initial.length === 0
      ? []
      : [
          entry(
            "initialValues",
            plain(initial.map((result) => ({ result, counter: initialName(result) }))),
            "Results of the first step that conditions speak of, and the numbers that keep them.",
            "readonly InitialValue[]",
          ),
        ]),
    ...watchedMetrics(stop),
    ...gradientNorm(shape),
  ];
}

function watchedMetrics(stop: StopCondition): readonly Entry[] {
  const metrics = [...new Set(variablesOf(stop))].flatMap((name) => {
    const measured = measuredOf(name);
    return measured ? [{ name, ...measured }] : [];
  });
  if (metrics.length === 0) return [];
  return [
    entry(
      "watchedMetrics",
      plain(metrics),
      "The metrics that conditions speak of.",
      "readonly WatchedMetric[]",
    ),
  ];
}

/** The results of the first step that a condition speaks of. */
function initialResults(stop: StopCondition): readonly string[] {
  return [...new Set(variablesOf(stop).flatMap((name) => initialResult(name) ?? []))];
}

/** Where conditions speak of the norm of the gradient, the sum that it is read off. */
function gradientNorm({ run, emission: { compiled } }: RunShape): readonly Entry[] {
  if (run.stop === undefined || !variablesOf(run.stop).includes(gradientNormName)) return [];
  const { name } = stateFor(compiled, "monitor", gradientNormName)!;
  return [
    entry(
      "watchedNorm",
      plain({ monitor: name, watched: gradientNormName }),
      "The sum over the steps of the norm of the gradient, and what conditions call its mean.",
      "WatchedSum",
    ),
  ];
}

function watchedEntry({ metric, better }: NonNullable<RunShape["best"]>): Entry {
  const watched = measuredOf(metric);
  invariant(watched, `${metric} is measured of a part`);
  return entry(
    "best",
    plain({ ...watched, better }),
    "What decides which epoch's weights are kept.",
    "Watched",
  );
}

/** How much patience there is, and what it is counted in. */
function patienceOf({ amount, unit }: Duration): {
  readonly patience: number;
  readonly unit: string;
} {
  if (unit === "epoch" || unit === "step") return { patience: amount, unit };
  return { patience: secondsOf({ amount, unit })!, unit: "seconds" };
}

function secondsOf({ amount, unit }: Duration): number | undefined {
  if (unit === "epoch" || unit === "step") return undefined;
  return amount * { second: 1, minute: 60, hour: 3600 }[unit];
}

function rules(
  name: string,
  conditions: readonly StopCondition[],
  early: readonly Early[],
  about: string,
): readonly Entry[] {
  if (conditions.length === 0) return [];
  const recipes = conditions.map((condition) => {
    const members = [
      ...(asksValues(condition) ? ["value"] : []),
      ...(earlyRules(condition).length > 0 ? ["stalled"] : []),
    ];
    return record({
      reason: plain(describeCondition(condition)),
      holds: { kind: "lambda", parameters: [{ members }], body: conditionRecipe(condition, early) },
    });
  });
  return [entry(name, list(recipes), about, "readonly StopRule[]")];
}

function asksValues(condition: StopCondition): boolean {
  if (condition.kind === "compare") return true;
  return condition.kind !== "early" && condition.conditions.some(asksValues);
}

function conditionRecipe(condition: StopCondition, early: readonly Early[]): Recipe {
  switch (condition.kind) {
    case "early": {
      const index = early.indexOf(condition);
      invariant(index >= 0, "patience is looked at after an epoch");
      return { kind: "entry", of: variable("stalled"), key: index };
    }
    case "compare":
      return {
        kind: "condition",
        operator: condition.operator,
        operands: [formulaRecipe(condition.left), formulaRecipe(condition.right)],
      };
    default:
      return {
        kind: "condition",
        operator: condition.kind === "and" ? "&&" : "||",
        operands: condition.conditions.map((part) => conditionRecipe(part, early)),
      };
  }
}

function formulaRecipe(formula: Formula): Recipe {
  const graph = createBuilder();
  const names = variablesOf({
    kind: "compare",
    operator: "<",
    left: formula,
    right: { kind: "number", value: 0 },
  });
  const variables = new Map(names.map((name) => [name, graph.scalar(name)] as const));
  return {
    kind: "formula",
    node: lowerFormula(graph, formula, variables),
    variable: (name) => ({ kind: "ask", function: "value", argument: name }),
  };
}

/** Every number that the progress has, with what it starts at, in the order in which it is saved. */
function beginning(shape: RunShape): Entry {
  const { run, best } = shape;
  const initial = run.stop === undefined ? [] : initialResults(run.stop);
  const clock = { epoch: 0, step: 0, seconds: 0 };
  const counters: Record<string, number> = {
    ...clock,
    ...(best && { bestEpoch: 0, bestValue: 0 }),
    ...(best && mayBeUndefined(run, best.metric) && { bestByLoss: 0 }),
    ...Object.fromEntries(initial.map((result) => [initialName(result), 0])),
    ...(run.saveEvery && secondsOf(run.saveEvery) !== undefined && { timedSaves: 0 }),
  };
  for (const [index, { better }] of earlyRules(run.stop).entries()) {
    counters[`early${index + 1}Best`] = worst(better);
    counters[`early${index + 1}Since`] = 0;
  }
  for (const { better, best: bestName, since, rest, drops } of watchedPlateaus(shape)) {
    counters[bestName] = worst(better);
    counters[since] = 0;
    counters[rest] = 0;
    counters[drops] = 0;
  }
  return entry(
    "beginning",
    plain(counters),
    "How far training is before its first step.",
    "Progress",
  );
}

/** Whether a watched metric is one that some rows do not define. */
function mayBeUndefined({ metrics }: TypedRun, watched: string): boolean {
  const metric = metrics.find(({ name }) => name === measuredOf(watched)?.metric);
  return metric?.use.definition.undefinedWhere !== undefined;
}

function worst(better: "higher" | "lower"): number {
  return better === "lower" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** What the loop is told of settings by their own files. */
function told(run: TypedRun): readonly Entry[] {
  return settings
    .flatMap((setting) => setting.told?.(run) ?? [])
    .map(({ name, value, about }) => entry(name, plain(value), about));
}

/** Schedules that watch a number, with the names of what each counts. */
function watchedPlateaus({ run, validates }: RunShape) {
  return watchingParts(run.schedule.parts).map((part, index) => {
    const { monitor, threshold, patience, cooldown } = part.use.arguments;
    const watched = measuredOf(String(monitor));
    invariant(watched, `${String(monitor)} is measured of a part`);
    const [best, since, rest] = ["Best", "Since", "Rest"].map(
      (what) => `plateau${index === 0 ? "" : index + 1}${what}`,
    ) as [string, string, string];
    const inSteps = [patience, cooldown].some(
      (duration) => isDuration(duration) && duration.unit === "step",
    );
    const length = (value: unknown): Plain =>
      isDuration(value) ? lengthOf(value) : { amount: 0, unit: "epoch" };
    const before = lengthsOf(run.schedule.parts.slice(0, run.schedule.parts.indexOf(part)));
    const better =
      run.metrics.find(({ name }) => watched.part === "validation" && watched.metric === name)?.use
        .definition.better ?? "lower";
    return {
      watched: {
        part: watched.part === "validation" && validates ? "validation" : "train",
        metric: watched.metric,
      },
      better,
      threshold: Number(threshold),
      patience: length(patience),
      cooldown: length(cooldown),
      inSteps,
      after: before.map(lengthOf),
      ...{ best, since, rest, drops: dropsName(index) },
    };
  });
}

function lengthOf({ amount, unit }: Duration): Plain {
  return { amount, unit };
}

function plateaus(shape: RunShape): readonly Entry[] {
  const watched = watchedPlateaus(shape);
  if (watched.length === 0) return [];
  return [
    entry(
      "plateaus",
      plain(watched),
      "Schedules that lower the rate when a metric no longer gets better.",
      "readonly PlateauWatch[]",
    ),
  ];
}

function weightFiles(shape: RunShape): readonly Entry[] {
  const { emission, run } = shape;
  const loaded = loadedFiles(shape).map(({ source, tensors }) => ({
    file: weightFile(source, emission),
    tensors: tensors.map(({ name, shape: own }) => ({ name, shape: [...own] })),
  }));
  const { teacher } = run;
  return [
    ...(loaded.length === 0
      ? []
      : [
          entry(
            "warmFiles",
            plain(loaded),
            "Files that weights are loaded from, and which.",
            "readonly WarmFile[]",
          ),
        ]),
    ...(teacher === undefined
      ? []
      : [
          entry(
            "teacher",
            plain(weightFile(teacher.weights, emission)),
            "The weights of the teacher.",
            "WeightFile",
          ),
          entry(
            "taughtFields",
            plain([...new Set(teacher.inputs.values())]),
            "The fields that the teacher is given.",
            "readonly string[]",
          ),
        ]),
  ];
}

/** A file of the spec, or what another run keeps, whose folder lies beside this one's. */
function weightFile(source: WeightSource, emission: Emission): Plain {
  if (source.kind === "checkpoint") return { path: emission.pathFromFolder(source.path) };
  const beside = isMember(emission) ? "../../" : "../";
  return {
    path: `${beside}${folderOf(source.run)}/${keptBy(source.run, emission)}.safetensors`,
    run: source.run,
    command: `nnspec train ${specName(emission)} --run ${source.run}`,
  };
}

/** A member of an ensemble. */
function member({ emission }: RunShape): readonly Entry[] {
  const { compiled } = emission;
  const { judge } = compiled.plans;
  if (judge === undefined) return [];
  const results = readings(emission).map(({ output, shape, kind }) => ({
    name: output,
    size: sizeProduct(shape),
    kind,
  }));
  const told = compiled.metrics
    .filter(({ sums }) => sums.every((sum) => judge.results.has(sum)))
    .map(({ name }) => name);
  return [
    entry(
      "memberResults",
      plain(results),
      "What the model says of a row: how many numbers, and what they are.",
      "readonly MemberResult[]",
    ),
    entry(
      "memberMetrics",
      plain(told),
      "The metrics that can be told of such numbers alone.",
      "readonly string[]",
    ),
    entry("memberSums", plain([...judge.results.keys()]), undefined, "readonly string[]"),
    entry(
      "givenInputs",
      plain(results.map(({ name, size }) => ({ result: name, input: givenName(name), size }))),
      "The inputs by which results are given where they are judged.",
      "readonly GivenInput[]",
    ),
  ];
}
