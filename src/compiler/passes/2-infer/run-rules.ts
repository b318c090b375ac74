import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/rules.ts";
import { suggest } from "../../base/suggest.ts";
import { equalDims, print } from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { TypedRun, WeightSettings } from "../../typed/program.ts";
import { valuePenalties, weightSettings, type CascadeInput } from "./cascade.ts";
import type { Context } from "./context.ts";
import { checkRuleMatches, checkWeightSettings } from "./rule-matches.ts";

/** What the cascade comes to in a run: the settings of every weight that has a tensor of its own, and the penalties on values. */
export function settleRules(
  context: Context,
  name: string,
  input: CascadeInput,
): Pick<TypedRun, "weights" | "penalties"> {
  const modelRules = input.model.rules ?? [];
  checkRuleMatches(
    context,
    input.model,
    input.rules.filter((rule) => !modelRules.includes(rule)),
  );
  const weights = input.model.weights
    .filter((weight) => !weight.tied)
    .map((weight) => weightSettings(input, weight));
  const told = new Set<string>();
  const once: Context = {
    ...context,
    report: (finding) => {
      const key = `${finding.code} ${finding.span.source.path} ${finding.span.start}`;
      if (!told.has(key)) context.report(finding);
      told.add(key);
    },
  };
  for (const settings of weights) {
    checkWeightSettings(once, settings);
    checkLoad(once, name, settings);
  }
  return { weights, penalties: valuePenalties(input) };
}

/** `load: Run` takes tensors by path from an earlier run; one that is absent or of another shape is an error. */
function checkLoad(context: Context, name: string, { weight, load }: WeightSettings): void {
  if (load?.value.kind !== "run") return;
  const { run } = load.value;
  const from = context.runs.get(run);
  const at = load.origin.span;
  if (!from && context.declaredRuns?.has(run) === true && run !== name) return;
  if (!from) {
    context.report(
      diagnostic(messages.nothingToLoad, at, {
        found: run,
        suggestion: suggest(run, context.runs.keys()),
      }),
    );
    return;
  }
  const other = from.model.weights.find((each) => each.path === weight.path);
  const why =
    other === undefined
      ? "it has no such tensor"
      : sameShape(other.shape, weight.shape)
        ? undefined
        : `its shape there is ${show(other.shape)}, and here ${show(weight.shape)}`;
  if (why !== undefined)
    context.report(diagnostic(messages.loadDoesNotFit, at, { weight: weight.path, run, why }));
}

function sameShape(left: readonly Dim[], right: readonly Dim[]): boolean {
  return (
    left.length === right.length && left.every((size, place) => equalDims(size, right[place]!))
  );
}

function show(shape: readonly Dim[]): string {
  return `[${shape.map(print).join(", ")}]`;
}
