import type { Diagnostic } from "./base/diagnostics/diagnostic.ts";
import { hasErrors, type Outcome } from "./base/outcome.ts";
import type { Source } from "./base/source.ts";
import { library } from "./library/index.ts";
import { resolve } from "./passes/1-resolve/resolve.ts";
import type { CompileOptions } from "./passes/2-infer/context.ts";
import { infer } from "./passes/2-infer/infer.ts";
import { parse } from "./syntax/parse.ts";
import type { Program } from "./typed/program.ts";

/** parse → resolve → infer: everything that bad input can be told. Each phase reports all it finds; the first with errors is the last. */
export function check(source: Source, options: CompileOptions): Outcome<Program> {
  const parsed = parse(source);
  if (parsed.value === undefined || hasErrors(parsed.diagnostics)) return failed(parsed.diagnostics);
  const resolved = resolve(parsed.value, options);
  const soFar = [...parsed.diagnostics, ...resolved.diagnostics];
  if (resolved.value === undefined || hasErrors(resolved.diagnostics)) return failed(soFar);
  const inferred = infer(resolved.value, options, library);
  const all = [...soFar, ...inferred.diagnostics];
  return hasErrors(all) ? failed(all) : { value: inferred.value, diagnostics: all };
}

function failed(diagnostics: readonly Diagnostic[]): Outcome<Program> {
  return { value: undefined, diagnostics };
}
