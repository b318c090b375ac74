import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { impossibleValue } from "../../base/diagnostics/catalogue/shapes.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { lookup } from "./lookup.ts";
import { describe, domainValues, isActive, type Assignment } from "./proof.ts";

/**
 * Tries a run, which is right for the values that its hypers have now, with the other values of their domains, one hyper at a time:
 * every choice, the ends and the grid of a range. Reports the first that is impossible; the shapes are the model's own matter.
 */
export function proveRun(context: Context, scope: Scope, asked: ReadonlySet<Ast.HyperItem>, infer: (context: Context) => unknown): void {
  for (const hyper of asked) {
    const home = scopeOf(scope, hyper);
    const silent: Context = { ...context, report: () => undefined };
    for (const value of home ? domainValues(silent, home, hyper) : []) {
      const values: Assignment = new Map([[hyper, value]]);
      if (isActive(context, scope, values) && !tryValue(context, hyper, value, values, infer)) break;
    }
  }
}

/** The scope of the file that declares a hyper, where the run can name it. */
function scopeOf(scope: Scope, hyper: Ast.HyperItem): Scope | undefined {
  const binding = lookup(scope, hyper.name.text);
  return binding?.kind === "declaration" && binding.declaration.item === hyper ? binding.declaration.scope : undefined;
}

function tryValue(context: Context, hyper: Ast.HyperItem, value: CompileValue, values: Assignment, infer: (context: Context) => unknown): boolean {
  const errors: Diagnostic[] = [];
  infer({
    ...context,
    fixed: new Map([[hyper, value]]),
    evaluated: new Map(),
    report: (found) => void (found.severity === "error" && errors.push(found)),
  });
  const [first] = errors;
  if (!first) return true;
  const related = hyper.domain ? [{ span: hyper.domain.span, message: `the domain of \`${hyper.name.text}\`` }, ...first.related] : first.related;
  context.report(diagnostic(impossibleValue, first.span, { message: first.message, values: `\`${describe(values)}\`` }, { notes: first.notes, related }));
  return false;
}
