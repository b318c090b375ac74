import type { Diagnostic } from "./base/diagnostics/diagnostic.ts";
import { finish, hasErrors, type Outcome } from "./base/outcome.ts";
import type { Source } from "./base/source.ts";
import { defaults } from "./library/defaults.ts";
import { library } from "./library/index.ts";
import { runLints } from "./lints/run-lints.ts";
import { resolve } from "./passes/1-resolve/resolve.ts";
import { weightSettings } from "./passes/2-infer/cascade.ts";
import type { CheckOptions } from "./passes/2-infer/context.ts";
import { inferFirst, prove } from "./passes/2-infer/infer.ts";
import { parse } from "./syntax/parse.ts";
import type { Program, TypedModel, WeightSettings } from "./typed/program.ts";

export type { CheckOptions };

/** parse → resolve → infer → lint: everything that bad input can be told. Each phase reports all it finds; the first with errors is the last. */
export function check(source: Source, options: CheckOptions): Outcome<Program> {
  return finish(checkInSteps(source, options));
}

/** The same with a stop after each phase and before each proof, so that a check that nobody waits for any more can be left. */
export function* checkInSteps(
  source: Source,
  options: CheckOptions,
): Generator<void, Outcome<Program>> {
  const parsed = parse(source);
  if (parsed.value === undefined || hasErrors(parsed.diagnostics))
    return failed(parsed.diagnostics);
  yield;
  const resolved = resolve(parsed.value, options);
  const soFar = [...parsed.diagnostics, ...resolved.diagnostics];
  if (resolved.value === undefined || hasErrors(resolved.diagnostics)) return failed(soFar);
  yield;
  const first = inferFirst(resolved.value, options, library);
  yield;
  const inferred = yield* prove(first);
  const proved = [...soFar, ...inferred.diagnostics];
  if (inferred.value === undefined || hasErrors(proved)) return failed(proved);
  yield;
  const all = [
    ...proved,
    ...runLints(inferred.value, source, {
      levels: options.lints ?? new Map(),
      settingsOf: startOf,
    }),
  ];
  return hasErrors(all) ? failed(all) : { value: inferred.value, diagnostics: all };
}

/** What applies to the weights of a model that no run trains: its own rules, and the defaults. */
function startOf(model: TypedModel): readonly WeightSettings[] {
  const use = { definition: defaults.optimizer, arguments: {} };
  const input = {
    model,
    rules: model.rules ?? [],
    optimizer: { use, origin: { span: model.span, from: "default of a run" } },
  };
  return model.weights.map((weight) => weightSettings(input, weight));
}

function failed(diagnostics: readonly Diagnostic[]): Outcome<Program> {
  return { value: undefined, diagnostics };
}
