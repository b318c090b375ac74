import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Outcome } from "../../base/outcome.ts";
import type { Library } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Program, TypedData, TypedModel, TypedRun } from "../../typed/program.ts";
import type { Resolved } from "../1-resolve/resolved.ts";
import { proveBlock } from "./alone.ts";
import type { CompileOptions, Context, Declaration } from "./context.ts";
import { inferData } from "./data.ts";
import { tidy } from "./findings.ts";
import { inferModel } from "./model.ts";
import { typedDims, typedHypers } from "./numbers.ts";
import { readOverrides } from "./overrides.ts";
import { proveModel } from "./proof.ts";
import { inferRun } from "./run.ts";
import { lintShadows } from "./shadows.ts";

/** Names to values, flows to shapes: everything of a file checked, for every size and every value of its hypers. */
export function infer(resolved: Resolved, options: CompileOptions, library: Library): Outcome<Program> {
  const diagnostics: Diagnostic[] = [];
  const runs = new Map<string, TypedRun>();
  const context = openContext(resolved, options, library, diagnostics, runs);
  lintShadows(resolved, library, context.report);
  const program = inferItems(context, resolved, runs);
  const found = tidy(diagnostics);
  return { value: program, diagnostics: found };
}

function openContext(resolved: Resolved, options: CompileOptions, library: Library, diagnostics: Diagnostic[], runs: ReadonlyMap<string, TypedRun>): Context {
  const report = (found: Diagnostic): void => void diagnostics.push(found);
  const models = new Map<Ast.Item, TypedModel | undefined>();
  const data = new Map<Ast.Item, TypedData | undefined>();
  const context: Context = {
    library,
    options,
    report,
    overrides: readOverrides(resolved, options, report),
    evaluated: new Map(),
    counter: { next: 0 },
    runs,
    use: () => undefined,
    modelOf: (declaration) => once(models, declaration.item, () => provedModel(context, declaration)),
    dataOf: (declaration) => once(data, declaration.item, () => inferData(context, declaration)),
  };
  return context;
}

function once<Found>(known: Map<Ast.Item, Found | undefined>, item: Ast.Item, infer: () => Found | undefined): Found | undefined {
  if (!known.has(item)) known.set(item, infer());
  return known.get(item);
}

/** A model for the values that hypers have now, proved for all others. */
function provedModel(context: Context, declaration: Declaration): TypedModel | undefined {
  const { item, scope } = declaration;
  if (item.kind !== "model") return undefined;
  const asked = new Set<Ast.HyperItem>();
  const model = inferModel({ ...context, evaluated: new Map(), asked: (hyper) => void asked.add(hyper) }, declaration);
  if (model) proveModel(context, { item, scope }, { model, asked });
  return model;
}

/** The declarations in an order in which those that others need come first, and within a kind in the order of the text. */
function inferItems(context: Context, resolved: Resolved, runs: Map<string, TypedRun>): Program {
  const { file, scope } = resolved;
  const of = <Kind extends Ast.Item["kind"]>(kind: Kind) => file.items.filter((item): item is Extract<Ast.Item, { kind: Kind }> => item.kind === kind);
  const dims = typedDims(context, scope, of("dim"));
  const hypers = typedHypers(context, scope, of("hyper"));
  const data = of("data").flatMap((item) => context.dataOf({ item, scope }) ?? []);
  for (const item of of("block")) proveBlock(context, { item, scope });
  const models = of("model").flatMap((item) => context.modelOf({ item, scope }) ?? []);
  for (const item of of("train")) {
    const run = inferRun(context, scope, item);
    if (run) runs.set(run.name, run);
  }
  const trained = [...runs.values()].map(({ model }) => model);
  return {
    path: resolved.source.path,
    dims,
    hypers,
    data: [...new Set([...data, ...[...runs.values()].map((run) => run.data)])],
    models: [...new Set([...models, ...trained])],
    runs: [...runs.values()],
    searches: of("search").map((item) => ({ run: item.run.text, span: item.span })),
    ensembles: of("ensemble").map((item) => ({ name: item.name.text, span: item.span })),
    budgets: of("budget").map((item) => ({ model: item.model.text, span: item.span })),
  };
}
