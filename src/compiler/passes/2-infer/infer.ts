import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Outcome } from "../../base/outcome.ts";
import type { Library } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type {
  Program,
  TypedData,
  TypedDim,
  TypedEnsemble,
  TypedHyper,
  TypedModel,
  TypedRun,
} from "../../typed/program.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import { proveBlock } from "./alone.ts";
import { inferBudget } from "./budget.ts";
import type { CheckOptions, Context, Declaration } from "./context.ts";
import { inferData } from "./data.ts";
import { typedDims } from "./dims.ts";
import { inferEnsemble } from "./ensemble.ts";
import { tidy } from "./findings.ts";
import { inferHyper } from "./hyper.ts";
import { inferModel } from "./model.ts";
import { readOverrides } from "./overrides.ts";
import { describe, proveModel } from "./proof.ts";
import type { Assignment, Trial, Variant } from "./proof.ts";
import { checkRuleMatches } from "./rule-matches.ts";
import { inferRun, proveOtherRuns, type FirstRun } from "./run.ts";
import type { RunVariant } from "./run-proof.ts";
import { inferSearch } from "./search.ts";
import { lintShadows } from "./shadows.ts";

/** What an analysis of text that is being written has besides: what is observed on the way, and what is still known of items. */
export interface Watching {
  /** Gives what was made of an item before, or makes it. `what` is made of one item in one way. */
  readonly keep: <Made>(
    item: Ast.Item,
    what: "model" | "run" | "block" | "data",
    make: (watched: Watched) => Made,
  ) => Made;
  /** Goes on counting where the values that are kept end. */
  readonly counter: { next: number };
}

/** Where what is found and seen of one item goes. */
export type Watched = Required<Pick<Context, "report" | "recording">>;

/** A file as it is for the values that its hypers have now. What other values do is not proved yet, and budgets are not held. */
export interface Inference {
  readonly resolved: Resolved;
  readonly context: Context;
  /** What was reported so far. */
  readonly found: Diagnostic[];
  readonly models: ReadonlyMap<Ast.Item, FirstModel>;
  readonly trained: readonly (FirstRun & { readonly item: Ast.TrainItem })[];
  readonly dims: readonly TypedDim[];
  readonly hypers: readonly TypedHyper[];
  readonly data: readonly TypedData[];
  readonly searches: Program["searches"];
  readonly ensembles: readonly TypedEnsemble[];
}

/** A model, whose hypers may have other values. */
interface FirstModel extends Trial {
  readonly declaration: Declaration & { readonly item: Ast.ModelItem };
}

/**
 * Names to values, flows to shapes: everything but the proofs over hypers. What has errors is missing from it, and the rest is whole.
 */
export function inferFirst(
  resolved: Resolved,
  options: CheckOptions,
  library: Library,
  watching?: Watching,
): Inference {
  const found: Diagnostic[] = [];
  const phase = openPhase(
    resolved,
    options,
    library,
    (diagnostic) => void found.push(diagnostic),
    watching,
  );
  lintShadows(resolved, library, phase.context.report);
  return { resolved, found, ...inferItems(phase, resolved) };
}

interface Phase {
  readonly context: Context;
  readonly keep: Watching["keep"];
  readonly runs: Map<string, TypedRun>;
  readonly models: Map<Ast.Item, FirstModel>;
}

function openPhase(
  resolved: Resolved,
  options: CheckOptions,
  library: Library,
  report: Context["report"],
  watching: Watching | undefined,
): Phase {
  const models = new Map<Ast.Item, TypedModel | undefined>();
  const data = new Map<Ast.Item, TypedData | undefined>();
  const runs = new Map<string, TypedRun>();
  const context: Context = {
    library,
    options,
    report,
    ...readOverrides(resolved, options, report),
    evaluated: new Map(),
    counter: watching?.counter ?? { next: 0 },
    runs,
    declaredRuns: new Set(
      resolved.file.items.flatMap((item) =>
        item.kind === "train" ? [(item.alias ?? item.model).text] : [],
      ),
    ),
    use: () => undefined,
    modelOf: (declaration) => once(models, declaration.item, () => firstModel(phase, declaration)),
    dataOf: (declaration) =>
      once(data, declaration.item, () =>
        phase.keep(declaration.item, "data", (watched) =>
          inferData({ ...context, ...watched }, declaration),
        ),
      ),
  };
  const phase: Phase = {
    context,
    keep: watching?.keep ?? ((_item, _what, make) => make({ report, recording: undefined })),
    runs,
    models: new Map(),
  };
  return phase;
}

function once<Found>(
  known: Map<Ast.Item, Found | undefined>,
  item: Ast.Item,
  infer: () => Found | undefined,
): Found | undefined {
  if (!known.has(item)) known.set(item, infer());
  return known.get(item);
}

/** A model for the values that hypers have now. */
function firstModel(
  { context, keep, models }: Phase,
  declaration: Declaration,
): TypedModel | undefined {
  const { item, scope } = declaration;
  if (item.kind !== "model") return undefined;
  const { model, asked } = keep(item, "model", (watched) => {
    const asked = new Set<Ast.HyperItem>();
    const watching: Context = {
      ...context,
      ...watched,
      evaluated: new Map(),
      asked: (hyper) => void asked.add(hyper),
    };
    const model = inferModel(watching, declaration);
    if (model) checkRuleMatches(watching, model, model.rules ?? []);
    return { model, asked };
  });
  if (!model) return undefined;
  models.set(item, { declaration: { item, scope }, model, asked });
  return model;
}

/** The declarations in an order in which those that others need come first, and within a kind in the order of the text. */
function inferItems(
  { context, keep, runs, models }: Phase,
  { file, scope }: Resolved,
): Omit<Inference, "resolved" | "found"> {
  const dims = typedDims(context, scope, itemsOf(file, "dim"));
  const hypers = itemsOf(file, "hyper").flatMap((item) => inferHyper(context, scope, item) ?? []);
  const data = itemsOf(file, "data").flatMap((item) => context.dataOf({ item, scope }) ?? []);
  for (const item of itemsOf(file, "model")) context.modelOf({ item, scope });
  const trained = itemsOf(file, "train").flatMap((item) => {
    const first = keep(item, "run", (watched) => inferRun({ ...context, ...watched }, scope, item));
    if (first) runs.set(first.run.name, first.run);
    return first ? [{ ...first, item }] : [];
  });
  // After the uses, whose findings say more; what both find is told once.
  for (const item of itemsOf(file, "block"))
    keep(item, "block", (watched) => proveBlock({ ...context, ...watched }, { item, scope }));
  const names = new Set(itemsOf(file, "train").map((item) => (item.alias ?? item.model).text));
  return {
    context,
    models,
    trained,
    dims,
    hypers,
    data,
    searches: itemsOf(file, "search").flatMap(
      (item) => inferSearch(context, scope, item, names) ?? [],
    ),
    ensembles: itemsOf(file, "ensemble").flatMap(
      (item) => inferEnsemble(context, scope, item, names) ?? [],
    ),
  };
}

function itemsOf<Kind extends Ast.Item["kind"]>(
  file: Ast.File,
  kind: Kind,
): readonly Extract<Ast.Item, { kind: Kind }>[] {
  return file.items.filter((item): item is Extract<Ast.Item, { kind: Kind }> => item.kind === kind);
}

/** What an inference knows before its proofs. */
export function firstProgram(inference: Inference): Program {
  return programOf(inference, [], [], []);
}

/** The first findings, by place. */
export function firstFindings({ found }: Inference): readonly Diagnostic[] {
  return tidy(found);
}

/** The proofs over all values of hypers, a trial a step, and the budgets, which hold for all of them. */
export function* prove(inference: Inference): Generator<void, Outcome<Program>> {
  const { resolved, context, trained, found } = inference;
  const { file, scope } = resolved;
  const variants = new Map<Ast.Item, readonly Variant[]>();
  for (const [item, first] of inference.models)
    variants.set(item, yield* proveModel(context, first.declaration, first));
  const measured = (name: string): readonly Variant[] => {
    const binding = scope.names.get(name);
    return binding?.kind === "declaration" ? (variants.get(binding.declaration.item) ?? []) : [];
  };
  const runVariants: RunVariant[] = [];
  const earlier = new Map<string, TypedRun>();
  for (const first of trained) {
    const seen: Context = { ...context, runs: new Map(earlier) };
    const models = measured(first.item.model.text);
    runVariants.push(...(yield* proveOtherRuns(seen, scope, first.item, first, models)));
    earlier.set(first.run.name, first.run);
  }
  const ofRuns = runVariants.filter(({ ofModel }) => ofModel !== true);
  const budgets = itemsOf(file, "budget").flatMap(
    (item) => inferBudget(context, scope, item, measured, ofRuns) ?? [],
  );
  const ofModels = itemsOf(file, "model")
    .flatMap((item) => variants.get(item) ?? [])
    .filter(({ values }) => values.size > 0);
  return {
    value: programOf(inference, budgets, runVariants, ofModels),
    diagnostics: tidy(found),
  };
}

function programOf(
  { resolved, models, trained, dims, hypers, data, searches, ensembles }: Inference,
  budgets: Program["budgets"],
  runVariants: readonly RunVariant[],
  ofModels: readonly Variant[],
): Program {
  const used = trained.map(({ run }) => run);
  const own = itemsOf(resolved.file, "model").flatMap((item) => models.get(item)?.model ?? []);
  return {
    path: resolved.source.path,
    dims,
    hypers,
    data: [...new Set([...data, ...used.map((run) => run.data)])],
    // A model whose signature leaves a size open is as the runs make it.
    models: [
      ...new Set([
        ...own.filter(
          (model) =>
            !used.some((run) => run.model.name === model.name && run.model.span === model.span),
        ),
        ...used.map(({ model }) => model),
      ]),
    ],
    runs: used,
    searches,
    ensembles,
    budgets,
    variations: {
      runs: runVariants
        .filter(isVariation)
        .map(({ values, run }) => ({ values: describe(values), of: run })),
      models: ofModels
        .filter(isVariation)
        .map(({ values, model }) => ({ values: describe(values), of: model })),
    },
  };
}

/**
 * Other values than the present ones that the author wrote down, one by one. The ends of an interval are shapes to be proved; that a search
 * may go as far as there is what it is for, and no advice is given on it.
 */
function isVariation({ values }: { readonly values: Assignment }): boolean {
  return values.size > 0 && [...values.keys()].every(({ domain }) => domain?.kind === "choices");
}
