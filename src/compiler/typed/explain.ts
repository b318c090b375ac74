import { settings } from "../settings/index.ts";
import type {
  Origin,
  Program,
  TypedModel,
  TypedRun,
  ValuePenalty,
  Weight,
  WeightSettings,
} from "./program.ts";
import { nameOf, showPenalties, showUse, showValue } from "./show.ts";

/** One thing that holds for a weight, a value or a run, and where it was said. */
interface Fact {
  /** `h1.weight`, `run Mlp`; with the run's name in front where there are several runs. */
  readonly subject: string;
  readonly key: string;
  readonly value: string;
  readonly origin: Origin;
}

export interface Explained {
  readonly facts: readonly Fact[];
  /** Everything that could have been asked for. */
  readonly paths: readonly string[];
}

/** Everything that applies to a path (a weight, a stage with all below it, a value, a run), or in the whole program. */
export function explainPath(program: Program, path: string | undefined): Explained {
  const several = program.runs.length > 1;
  const trained = new Set(program.runs.map((run) => run.model));
  const facts = [
    ...program.runs.flatMap((run) => factsOfRun(run, several ? `${run.name}: ` : "")),
    ...program.models.filter((model) => !trained.has(model)).flatMap(factsOfModel),
  ];
  const paths = [...new Set(facts.map((fact) => fact.path))];
  return { facts: facts.filter((fact) => path === undefined || covers(path, fact.path)), paths };
}

interface Located extends Fact {
  readonly path: string;
}

/** Whether a path is the asked one or lies below it; `stage1` covers `stage1[2].weight`. */
function covers(asked: string, path: string): boolean {
  return path === asked || path.startsWith(`${asked}.`) || path.startsWith(`${asked}[`);
}

function factsOfRun(run: TypedRun, prefix: string): readonly Located[] {
  return [
    ...settingsOf(run),
    ...run.weights.flatMap((settings) => factsOfWeight(settings, prefix)),
    ...run.model.weights.flatMap((weight) => tiedFact(weight, prefix)),
    ...run.penalties.map((penalty) => factOfPenalty(penalty, prefix)),
  ];
}

/** The model and the data, and each setting that has something to say. */
function settingsOf(run: TypedRun): readonly Located[] {
  const { span, name } = run;
  const declared = { span, from: `run ${name}` };
  const byDefault = { span, from: "default of a run" };
  const about = { path: name, subject: `run ${name}` };
  const shown = settings.flatMap((setting): readonly Located[] => {
    const value = setting.show?.(run);
    const origin = setting.origin?.(run) ?? run.origins?.get(setting.name) ?? byDefault;
    return value === undefined ? [] : [{ ...about, key: setting.name, value, origin }];
  });
  return [
    { ...about, key: "model", value: run.model.name, origin: declared },
    { ...about, key: "data", value: run.data.name, origin: declared },
    ...shown,
  ];
}

/** Every key of a weight, the defaults said as such. */
function factsOfWeight(settings: WeightSettings, prefix: string): readonly Located[] {
  const { weight, init, regularize, decay, rate, freeze, optimizer, dropconnect, load } = settings;
  const none = { span: weight.span, from: "default: no rule says otherwise" };
  const rows: readonly (readonly [string, string, Origin])[] = [
    ["init", showUse(init.use), init.origin],
    [
      "regularize",
      regularize ? showPenalties(regularize.terms) : "none",
      regularize?.origin ?? none,
    ],
    ["optimizer", showUse(optimizer.use), optimizer.origin],
    ["lr", rate ? showValue(rate.value) : "1x", rate?.origin ?? none],
    ...(decay ? [["decay", String(decay.value), decay.origin] as const] : []),
    ["freeze", freeze?.value === true ? "on" : "off", freeze?.origin ?? none],
    ...(dropconnect
      ? [["dropconnect", String(dropconnect.value), dropconnect.origin] as const]
      : []),
    ...(load
      ? [
          [
            "load",
            load.value.kind === "run" ? load.value.run : `checkpoint("${load.value.path}")`,
            load.origin,
          ] as const,
        ]
      : []),
  ];
  return rows.map(([key, value, origin]) => ({
    path: weight.path,
    subject: `${prefix}${weight.path}`,
    key,
    value,
    origin,
  }));
}

function tiedFact(weight: Weight, prefix: string): readonly Located[] {
  if (!weight.tied) return [];
  const value = weight.tied.transposed ? `transpose(${weight.tied.to})` : weight.tied.to;
  return [
    {
      path: weight.path,
      subject: `${prefix}${weight.path}`,
      key: "weight",
      value,
      origin: { span: weight.span, from: "the layer's argument" },
    },
  ];
}

function factOfPenalty({ value, target, terms, origin }: ValuePenalty, prefix: string): Located {
  const path = nameOf(value);
  return {
    path,
    subject: `${prefix}${target}(${path})`,
    key: "regularize",
    value: showPenalties(terms),
    origin,
  };
}

/** A model that nothing trains: what its weights would start from. */
function factsOfModel(model: TypedModel): readonly Located[] {
  return model.weights.map((weight) => ({
    path: weight.path,
    subject: `${model.name}: ${weight.path}`,
    key: "init",
    value: showUse(weight.initializer),
    origin: { span: weight.span, from: `default of ${weight.owner}` },
  }));
}
