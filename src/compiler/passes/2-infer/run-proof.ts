import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { matchesNothing } from "../../base/diagnostics/catalogue/rules.ts";
import { impossibleValue, provedInPart } from "../../base/diagnostics/catalogue/shapes.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedModel, TypedRun } from "../../typed/program.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { lookup } from "./lookup.ts";
import {
  combinations,
  describe,
  domainValues,
  isActive,
  type Assignment,
  type Variant,
} from "./proof.ts";

/** A run with the values of hypers for which it was inferred. */
export interface RunVariant {
  readonly values: Assignment;
  readonly run: TypedRun;
  /** Whether `values` holds hypers that only the model asks for. */
  readonly ofModel?: boolean;
}

/** What is proved: a run that is right for the values that its hypers have now. */
interface Proof {
  readonly context: Context;
  readonly scope: Scope;
  readonly item: Ast.TrainItem;
  /** The hypers that the run asks for. */
  readonly asked: ReadonlySet<Ast.HyperItem>;
  /** Its model as it is for other values of the model's hypers. */
  readonly models: readonly Variant[];
  readonly infer: (context: Context) => TypedRun | undefined;
}

const mostCombinations = 128;
const mostPairs = 256;
/** Of a hyper that only the model asks for, more values than these are represented by the ends: the model itself is proved for all. */
const mostOfModel = 16;

/**
 * Tries a run with the other values of its hypers and of its model's: all combinations where they are at most 128, otherwise every value
 * by itself and every two hypers at the ends of their domains, and a note says so. Reports what is impossible, each hyper once, and a
 * combination only where none of its values is impossible by itself; the shapes are the model's own matter. Gives the others, and stops
 * before each trial.
 */
export function* proveRun(proof: Proof): Generator<void, readonly RunVariant[]> {
  const domains = domainsOf(proof);
  const total = [...domains.values()].reduce((product, values) => product * values.length, 1);
  const whole = total <= mostCombinations;
  const variants: RunVariant[] = [];
  const impossible = new Set<Ast.HyperItem>();
  const done = new Set<string>();
  let reported = false;
  for (const values of whole ? combinations(domains) : endsInPairs(domains)) {
    const key = keyOf(values);
    const single = values.size === 1;
    if (
      done.has(key) ||
      [...values.keys()].some((hyper) => impossible.has(hyper)) ||
      (reported && !single)
    )
      continue;
    done.add(key);
    if (!isActive(proof.context, proof.scope, values)) continue;
    yield;
    const tried = tryValues(proof, values);
    if (tried?.run)
      variants.push({
        values,
        run: tried.run,
        ofModel: [...values.keys()].some((hyper) => !proof.asked.has(hyper)),
      });
    if (!tried?.error) continue;
    report(proof.context, tried.error, values);
    if (single) impossible.add([...values.keys()][0]!);
    else reported = true;
  }
  if (!whole)
    proof.context.report(
      diagnostic(provedInPart, (proof.item.alias ?? proof.item.model).span, {
        model: (proof.item.alias ?? proof.item.model).text,
        checked: done.size,
        total: String(total),
      }),
    );
  return variants;
}

/** The values to be tried, by hyper: those that the run asks for, then those that only its model does. */
function domainsOf({
  context,
  scope,
  asked,
  models,
}: Proof): ReadonlyMap<Ast.HyperItem, readonly CompileValue[]> {
  const silent: Context = { ...context, report: () => undefined };
  const own = [...asked].map((hyper) => {
    const home = scopeOf(scope, hyper);
    return [hyper, home ? domainValues(silent, home, hyper) : []] as const;
  });
  const ofModel = new Map<Ast.HyperItem, Map<string, CompileValue>>();
  for (const { values } of models) {
    for (const [hyper, value] of values) {
      if (asked.has(hyper)) continue;
      const known = ofModel.get(hyper) ?? new Map<string, CompileValue>();
      ofModel.set(hyper, known.set(describe(new Map([[hyper, value]])), value));
    }
  }
  const others = [...ofModel].map(
    ([hyper, values]) =>
      [
        hyper,
        values.size > mostOfModel ? ends([...values.values()]) : [...values.values()],
      ] as const,
  );
  return new Map([...own, ...others].filter(([, values]) => values.length > 0));
}

/** The scope of the file that declares a hyper, where the run can name it. */
function scopeOf(scope: Scope, hyper: Ast.HyperItem): Scope | undefined {
  const binding = lookup(scope, hyper.name.text);
  return binding?.kind === "declaration" && binding.declaration.item === hyper
    ? binding.declaration.scope
    : undefined;
}

/** Every value by itself, then every two hypers at the ends of their domains. */
function* endsInPairs(
  domains: ReadonlyMap<Ast.HyperItem, readonly CompileValue[]>,
): Generator<Assignment> {
  const entries = [...domains];
  for (const [hyper, values] of entries)
    for (const value of values) yield new Map([[hyper, value]]);
  let pairs = 0;
  for (const [place, [first, values]] of entries.entries()) {
    for (const [second, others] of entries.slice(place + 1)) {
      for (const value of ends(values)) {
        for (const other of ends(others)) {
          if (pairs++ < mostPairs)
            yield new Map([
              [first, value],
              [second, other],
            ]);
        }
      }
    }
  }
}

function ends(values: readonly CompileValue[]): readonly CompileValue[] {
  return values.length < 2 ? values : [values[0]!, values.at(-1)!];
}

/** Undefined where the model itself is impossible, or was not proved, for these values. */
function tryValues(
  proof: Proof,
  values: Assignment,
): { readonly run: TypedRun | undefined; readonly error: Diagnostic | undefined } | undefined {
  const { context, scope, item } = proof;
  const own = lookup(scope, item.model.text);
  const model = modelFor(proof, values);
  if (model === undefined) return undefined;
  const errors: Diagnostic[] = [];
  const run = proof.infer({
    ...context,
    fixed: values,
    evaluated: new Map(),
    modelOf: (declaration) =>
      model !== "as it is" &&
      own?.kind === "declaration" &&
      declaration.item === own.declaration.item
        ? model
        : context.modelOf(declaration),
    // A rule may speak of a layer that is there for some values only.
    report: (found) =>
      void (
        found.severity === "error" &&
        (found.code !== matchesNothing.code || model === "as it is") &&
        errors.push(found)
      ),
  });
  return { run: errors.length === 0 ? run : undefined, error: errors[0] };
}

function modelFor(
  { models, asked }: Proof,
  values: Assignment,
): TypedModel | "as it is" | undefined {
  const ofModels = new Set(models.flatMap((variant) => [...variant.values.keys()]));
  const concerned = new Map([...values].filter(([hyper]) => ofModels.has(hyper)));
  if (concerned.size === 0) return "as it is";
  const key = keyOf(concerned);
  const found = models.find((variant) => keyOf(variant.values) === key)?.model;
  // A hyper that both ask for: where the model was not proved for the value alone, the run is tried with the model as it is.
  return (
    found ??
    ([...concerned.keys()].every((hyper) => asked.has(hyper)) && models.length <= 1
      ? "as it is"
      : undefined)
  );
}

/** The same for the same values, in whatever order they stand. */
function keyOf(values: Assignment): string {
  return [...values]
    .map(([hyper, value]) => describe(new Map([[hyper, value]])))
    .sort()
    .join(", ");
}

function report(context: Context, first: Diagnostic, values: Assignment): void {
  const domains = [...values.keys()].flatMap((hyper) =>
    hyper.domain
      ? [{ span: hyper.domain.span, message: `the domain of \`${hyper.name.text}\`` }]
      : [],
  );
  context.report(
    diagnostic(
      impossibleValue,
      first.span,
      { message: first.message, values: `\`${describe(values)}\`` },
      { notes: first.notes, related: [...domains, ...first.related] },
    ),
  );
}
