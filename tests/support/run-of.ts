import { hasErrors } from "../../src/compiler/base/outcome.ts";
import { check } from "../../src/compiler/check.ts";
import type { Program, TypedRun } from "../../src/compiler/typed/program.ts";

/** The checked program of a text without its header and `dim B`. */
export function programOf(text: string): Program {
  const { value, diagnostics } = check(
    { path: "test.nnspec", text: `nnspec 1\ndim B\n${text}\n` },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  if (value === undefined || hasErrors(diagnostics))
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return value;
}

/** The first run of such a text. */
export function runOf(text: string): TypedRun {
  return programOf(text).runs[0]!;
}
