import type { Diagnostic } from "./diagnostics/diagnostic.ts";

/** What a phase gives: a value where it could make one, and every diagnostic of the phase. */
export interface Outcome<Value> {
  readonly value: Value | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
