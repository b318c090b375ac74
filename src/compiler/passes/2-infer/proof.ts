import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { impossibleValue, provedInPart } from "../../base/diagnostics/catalogue/shapes.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedModel } from "../../typed/program.ts";
import { plainNumber } from "./calculate.ts";
import type { CompileValue, Context, Declaration, Scope } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { lookup } from "./lookup.ts";
import { inferModel } from "./model.ts";

const mostCombinations = 256;

/** Values for hypers, each in the place of the hyper's own. */
export type Assignment = ReadonlyMap<Ast.HyperItem, CompileValue>;

/** A model with the values of hypers for which it was written out. */
export interface Variant {
  readonly values: Assignment;
  readonly model: TypedModel;
}

/** A model, if it could be inferred, and the hypers that were asked for on the way. */
export interface Trial {
  readonly model: TypedModel | undefined;
  readonly asked: ReadonlySet<Ast.HyperItem>;
  readonly errors?: readonly Diagnostic[];
}

/** Writes a model out silently. */
function tryModel(context: Context, declaration: Declaration, values: Assignment): Trial {
  const asked = new Set<Ast.HyperItem>();
  const errors: Diagnostic[] = [];
  const silent: Context = {
    ...context,
    fixed: values,
    evaluated: new Map(),
    counter: { next: 0 },
    report: (found) => void (found.severity === "error" && errors.push(found)),
    asked: (hyper) => void asked.add(hyper),
  };
  return { model: inferModel(silent, declaration), asked, errors };
}

/**
 * Proves a model, which is right for the defaults, for every other value that the domains of its hypers allow: all
 * combinations where they are at most 256, otherwise all values one at a time and then as many combinations as that.
 * Of intervals without steps the ends (of whole numbers all) are taken. Gives the variants; stops after each trial, so that a proof
 * that nobody waits for any more can be left.
 */
export function* proveModel(
  context: Context,
  declaration: Declaration & { readonly item: Ast.ModelItem },
  first: Trial,
): Generator<void, readonly Variant[]> {
  const variants: Variant[] = [];
  if (first.model) variants.push({ values: new Map(), model: first.model });
  const domains = new Map<Ast.HyperItem, readonly CompileValue[]>();
  const done = new Set<string>([""]);
  let total = 1;
  let found = extend(context, declaration, domains, first.asked);
  while (found && done.size < mostCombinations) {
    found = false;
    total = [...domains.values()].reduce((product, values) => product * values.length, 1);
    for (const values of combinations(domains)) {
      if (done.size >= mostCombinations) break;
      const key = describe(values);
      if (done.has(key) || !isActive(context, declaration.scope, values)) continue;
      done.add(key);
      yield;
      const trial = tryModel(context, declaration, values);
      if (trial.model) variants.push({ values, model: trial.model });
      else report(context, trial.errors ?? [], values);
      found = extend(context, declaration, domains, trial.asked) || found;
      if (found) break;
    }
  }
  if (total > done.size && done.size >= mostCombinations)
    context.report(
      diagnostic(provedInPart, declaration.item.name.span, {
        model: declaration.item.name.text,
        checked: done.size,
        total: String(total),
      }),
    );
  return variants;
}

/** Takes the domains of newly asked hypers in; whether there were any. */
function extend(
  context: Context,
  declaration: Declaration,
  domains: Map<Ast.HyperItem, readonly CompileValue[]>,
  asked: ReadonlySet<Ast.HyperItem>,
): boolean {
  let grown = false;
  for (const hyper of asked) {
    if (domains.has(hyper) || !hyper.domain) continue;
    const scope = scopeOf(declaration.scope, hyper);
    const values = domainValues({ ...context, report: () => undefined }, scope, hyper);
    domains.set(hyper, values);
    grown ||= values.length > 0;
  }
  return grown;
}

/** The scope of the file that declares a hyper, as far as it can be seen from here. */
function scopeOf(scope: Scope, hyper: Ast.HyperItem): Scope {
  const binding = lookup(scope, hyper.name.text);
  return binding?.kind === "declaration" && binding.declaration.item === hyper
    ? binding.declaration.scope
    : scope;
}

/** The values of a domain to be tried; the default comes first, as its own. */
export function domainValues(
  context: Context,
  scope: Scope,
  hyper: Ast.HyperItem,
): readonly CompileValue[] {
  const { domain } = hyper;
  if (!domain) return [];
  if (domain.kind === "choices")
    return domain.choices.flatMap((choice) => evaluate(context, scope, choice) ?? []);
  const [from, to] = [evaluate(context, scope, domain.from), evaluate(context, scope, domain.to)];
  if (!from || !to) return [];
  const by = domain.by && evaluate(context, scope, domain.by);
  const [low, high, step] = [plainNumber(from), plainNumber(to), by && plainNumber(by)];
  if (low === undefined || high === undefined || high < low) return [];
  const whole =
    from.kind === "size" &&
    to.kind === "size" &&
    (!by || by.kind === "size") &&
    !domain.logarithmic;
  const stride = step ?? (whole ? 1 : undefined);
  if (stride === undefined || stride <= 0 || (high - low) / stride > mostCombinations)
    return [from, to];
  const count = Math.floor((high - low) / stride + 1e-9) + 1;
  return Array.from({ length: count }, (_, index): CompileValue => {
    const value = low + index * stride;
    return whole
      ? { kind: "size", dim: Dims.size(value), span: domain.span }
      : { kind: "number", value, span: domain.span };
  });
}

/** One value changed at a time first, then all combinations; hypers that are not named keep their defaults. */
export function* combinations(
  domains: ReadonlyMap<Ast.HyperItem, readonly CompileValue[]>,
): Generator<Assignment> {
  const entries = [...domains].filter(([, values]) => values.length > 0);
  for (const [hyper, values] of entries)
    for (const value of values) yield new Map([[hyper, value]]);
  if (entries.length < 2) return;
  const digits = entries.map(() => 0);
  for (;;) {
    yield new Map(entries.map(([hyper, values], place) => [hyper, values[digits[place]!]!]));
    let place = 0;
    while (place < digits.length && ++digits[place]! === entries[place]![1].length)
      digits[place++] = 0;
    if (place === digits.length) return;
  }
}

/** A hyper whose `when` does not hold keeps its default, so a combination that changes it is none. */
export function isActive(context: Context, scope: Scope, values: Assignment): boolean {
  const quiet: Context = {
    ...context,
    fixed: values,
    evaluated: new Map(),
    report: () => undefined,
  };
  return [...values.keys()].every((hyper) => {
    if (!hyper.when) return true;
    const holds = evaluate(quiet, scopeOf(scope, hyper), hyper.when);
    return holds?.kind !== "switch" || holds.value;
  });
}

/** `width = 64, depth = 2`. */
export function describe(values: Assignment): string {
  return [...values].map(([hyper, value]) => `${hyper.name.text} = ${show(value)}`).join(", ");
}

function show(value: CompileValue): string {
  switch (value.kind) {
    case "size":
      return Dims.print(value.dim);
    case "number":
      return String(Number(value.value.toPrecision(12)));
    case "switch":
      return value.value ? "on" : "off";
    default:
      return value.span.source.text.slice(value.span.start, value.span.end);
  }
}

function report(context: Context, errors: readonly Diagnostic[], values: Assignment): void {
  const [first] = errors;
  if (!first) return;
  const domains = [...values.keys()].flatMap((hyper) =>
    hyper.domain
      ? [{ span: hyper.domain.span, message: `the domain of \`${hyper.name.text}\`` }]
      : [],
  );
  const details = { notes: first.notes, related: [...domains, ...first.related] };
  context.report(
    diagnostic(
      impossibleValue,
      first.span,
      { message: first.message, values: `\`${describe(values)}\`` },
      details,
    ),
  );
}
