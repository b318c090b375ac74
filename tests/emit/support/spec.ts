import { check } from "../../../src/compiler/check.ts";
import type { Program, TypedRun } from "../../../src/compiler/typed/program.ts";
import { lintsOff } from "../../support/lints-off.ts";

/** A run of a spec that has nothing to be found. */
export function specRun(
  text: string,
  name: string,
): { readonly program: Program; readonly run: TypedRun } {
  const { value, diagnostics } = check(
    { path: "spec.nnspec", text: `nnspec 1\ndim B\n${text}` },
    { set: new Map(), lints: lintsOff, read: () => ({ problem: "missing" }) },
  );
  const run = value?.runs.find((each) => each.name === name);
  if (run === undefined || diagnostics.length > 0)
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return { program: value!, run };
}

/** The bundled digits in three parts. */
export const digitsData = `
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("digits.csv.gz", header: off, target: "65")
  normalize: standardize
  split: (train: 80%, validation: 10%, test: 10%)
}`;
