import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { impossibleValue } from "../../base/diagnostics/catalogue/shapes.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedRun } from "../../typed/program.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { lookup } from "./lookup.ts";
import { describe, domainValues, isActive, type Assignment } from "./proof.ts";

/** A run with the values of hypers for which it was inferred. */
export interface RunVariant {
  readonly values: Assignment;
  readonly run: TypedRun;
}

/**
 * Tries a run, which is right for the values that its hypers have now, with the other values of their domains, one hyper at a time:
 * every choice, the ends and the grid of a range. Reports the first that is impossible; the shapes are the model's own matter. Gives the others.
 */
export function proveRun(context: Context, scope: Scope, asked: ReadonlySet<Ast.HyperItem>, infer: (context: Context) => TypedRun | undefined): readonly RunVariant[] {
  const variants: RunVariant[] = [];
  for (const hyper of asked) {
    const home = scopeOf(scope, hyper);
    const silent: Context = { ...context, report: () => undefined };
    for (const value of home ? domainValues(silent, home, hyper) : []) {
      const values: Assignment = new Map([[hyper, value]]);
      if (!isActive(context, scope, values)) continue;
      const tried = tryValue(context, hyper, value, values, infer);
      if (!tried.possible) break;
      if (tried.run) variants.push({ values, run: tried.run });
    }
  }
  return variants;
}

/** The scope of the file that declares a hyper, where the run can name it. */
function scopeOf(scope: Scope, hyper: Ast.HyperItem): Scope | undefined {
  const binding = lookup(scope, hyper.name.text);
  return binding?.kind === "declaration" && binding.declaration.item === hyper ? binding.declaration.scope : undefined;
}

function tryValue(context: Context, hyper: Ast.HyperItem, value: CompileValue, values: Assignment, infer: (context: Context) => TypedRun | undefined): { readonly possible: boolean; readonly run?: TypedRun | undefined } {
  const errors: Diagnostic[] = [];
  const run = infer({
    ...context,
    fixed: new Map([[hyper, value]]),
    evaluated: new Map(),
    report: (found) => void (found.severity === "error" && errors.push(found)),
  });
  const [first] = errors;
  if (!first) return { possible: true, run };
  const related = hyper.domain ? [{ span: hyper.domain.span, message: `the domain of \`${hyper.name.text}\`` }, ...first.related] : first.related;
  context.report(diagnostic(impossibleValue, first.span, { message: first.message, values: `\`${describe(values)}\`` }, { notes: first.notes, related }));
  return { possible: false };
}
