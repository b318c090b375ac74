import { readFileSync } from "node:fs";
import { check } from "../../src/compiler/check.ts";
import type { Program } from "../../src/compiler/typed/program.ts";
import { importReader } from "../../src/tools/cli/sources.ts";
import { verifyRun, type Verified } from "../../src/tools/cli/verification/verify-run.ts";
import { lintsOff } from "../support/lints-off.ts";

/** The checked program of a file, or of a text as if it were that file. */
export function programOf(path: string, text = readFileSync(path, "utf8")): Program {
  const { value, diagnostics } = check(
    { path, text },
    { set: new Map(), lints: lintsOff, read: importReader(path) },
  );
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return value;
}

type Choices = Partial<Omit<Parameters<typeof verifyRun>[2], "file">>;

/** A run of a program, by its name the only one, verified on every backend here. */
export async function verified(
  program: Program,
  name: string | undefined,
  options: Choices = {},
): Promise<Verified> {
  const run = program.runs.find((one) => name === undefined || one.name === name)!;
  const outcome = await verifyRun(program, run, {
    file: program.path,
    set: new Map(),
    data: new Map(),
    ...options,
  });
  if ("refused" in outcome) throw new Error(outcome.refused);
  return outcome;
}

/** What is beyond rounding, by backend: `gradient of h1.weight on wasm`. */
export function faults({ backends }: Verified): readonly string[] {
  return backends.flatMap(({ name, loss, gradients, step }) => [
    ...(loss.isBeyond ? [`loss on ${name}`] : []),
    ...gradients.filter((one) => one.isBeyond).map((one) => `gradient of ${one.name} on ${name}`),
    ...step.filter((one) => one.isBeyond).map((one) => `step of ${one.name} on ${name}`),
  ]);
}
