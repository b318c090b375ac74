import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Outcome } from "../../base/outcome.ts";
import type { Library } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Program, TypedData, TypedModel, TypedRun } from "../../typed/program.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import { proveBlock } from "./alone.ts";
import { inferBudget } from "./budget.ts";
import type { CompileOptions, Context, Declaration, Scope } from "./context.ts";
import { inferData } from "./data.ts";
import { typedDims } from "./dims.ts";
import { inferEnsemble } from "./ensemble.ts";
import { tidy } from "./findings.ts";
import { inferHyper } from "./hyper.ts";
import { inferModel } from "./model.ts";
import { readOverrides } from "./overrides.ts";
import { describe, proveModel } from "./proof.ts";
import type { Assignment, Variant } from "./proof.ts";
import { checkRuleMatches } from "./rule-matches.ts";
import { inferRun } from "./run.ts";
import type { RunVariant } from "./run-proof.ts";
import { inferSearch } from "./search.ts";
import { lintShadows } from "./shadows.ts";

/** Names to values, flows to shapes: everything of a file checked, for every size and every value of its hypers. */
export function infer(
  resolved: Resolved,
  options: CompileOptions,
  library: Library,
): Outcome<Program> {
  const diagnostics: Diagnostic[] = [];
  const phase = openPhase(resolved, options, library, (found) => void diagnostics.push(found));
  lintShadows(resolved, library, phase.context.report);
  const value = inferItems(phase, resolved);
  return { value, diagnostics: tidy(diagnostics) };
}

interface Phase {
  readonly context: Context;
  readonly runs: Map<string, TypedRun>;
  /** Every model as it is for all values of its hypers that were proved, the defaults first. */
  readonly variants: Map<Ast.Item, readonly Variant[]>;
}

function openPhase(
  resolved: Resolved,
  options: CompileOptions,
  library: Library,
  report: Context["report"],
): Phase {
  const models = new Map<Ast.Item, TypedModel | undefined>();
  const data = new Map<Ast.Item, TypedData | undefined>();
  const runs = new Map<string, TypedRun>();
  const variants = new Map<Ast.Item, readonly Variant[]>();
  const context: Context = {
    library,
    options,
    report,
    overrides: readOverrides(resolved, options, report),
    evaluated: new Map(),
    counter: { next: 0 },
    runs,
    declaredRuns: new Set(
      resolved.file.items.flatMap((item) =>
        item.kind === "train" ? [(item.alias ?? item.model).text] : [],
      ),
    ),
    use: () => undefined,
    modelOf: (declaration) => once(models, declaration.item, () => provedModel(phase, declaration)),
    dataOf: (declaration) => once(data, declaration.item, () => inferData(context, declaration)),
  };
  const phase: Phase = { context, runs, variants };
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

/** A model for the values that hypers have now, proved for all others. */
function provedModel(
  { context, variants }: Phase,
  declaration: Declaration,
): TypedModel | undefined {
  const { item, scope } = declaration;
  if (item.kind !== "model") return undefined;
  const asked = new Set<Ast.HyperItem>();
  const model = inferModel(
    { ...context, evaluated: new Map(), asked: (hyper) => void asked.add(hyper) },
    declaration,
  );
  if (!model) return undefined;
  checkRuleMatches(context, model, model.rules ?? []);
  variants.set(item, proveModel(context, { item, scope }, { model, asked }));
  return model;
}

/** The declarations in an order in which those that others need come first, and within a kind in the order of the text. */
function inferItems(phase: Phase, { source, file, scope }: Resolved): Program {
  const { context, runs } = phase;
  const of = <Kind extends Ast.Item["kind"]>(kind: Kind) =>
    file.items.filter((item): item is Extract<Ast.Item, { kind: Kind }> => item.kind === kind);
  const dims = typedDims(context, scope, of("dim"));
  const hypers = of("hyper").flatMap((item) => inferHyper(context, scope, item) ?? []);
  const data = of("data").flatMap((item) => context.dataOf({ item, scope }) ?? []);
  const models = of("model").flatMap((item) => context.modelOf({ item, scope }) ?? []);
  const runVariants: RunVariant[] = [];
  for (const item of of("train")) {
    const found = inferRun(context, scope, item, (name) => measured(phase, scope, name));
    if (!found) continue;
    runs.set(found[0].run.name, found[0].run);
    runVariants.push(...found);
  }
  // After the uses, whose findings say more; what both find is told once.
  for (const item of of("block")) proveBlock(context, { item, scope });
  const names = new Set(of("train").map((item) => (item.alias ?? item.model).text));
  const searches = of("search").flatMap((item) => inferSearch(context, scope, item, names) ?? []);
  const ensembles = of("ensemble").flatMap(
    (item) => inferEnsemble(context, scope, item, names) ?? [],
  );
  const budgets = of("budget").flatMap(
    (item) =>
      inferBudget(
        context,
        scope,
        item,
        (name) => measured(phase, scope, name),
        runVariants.filter(({ ofModel }) => ofModel !== true),
      ) ?? [],
  );
  const used = [...runs.values()];
  const ofModels = of("model")
    .flatMap((item) => phase.variants.get(item) ?? [])
    .filter(({ values }) => values.size > 0);
  return {
    path: source.path,
    dims,
    hypers,
    data: [...new Set([...data, ...used.map((run) => run.data)])],
    // A model whose signature leaves a size open is as the runs make it.
    models: [
      ...new Set([
        ...models.filter(
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

/** A model of the file as it is for all values that were proved. */
function measured({ context, variants }: Phase, scope: Scope, name: string): readonly Variant[] {
  const binding = scope.names.get(name);
  if (binding?.kind !== "declaration") return [];
  context.modelOf(binding.declaration);
  return variants.get(binding.declaration.item) ?? [];
}
