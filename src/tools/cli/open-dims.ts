import { OpenSize } from "../../compiler/compile.ts";
import type { Program } from "../../compiler/typed/program.ts";
import { UsageError } from "./exit.ts";

/** Sizes that `--set` gives to bounded dims of the file (`dim T in 1 .. 256`): a program is generated for one of them. */
export function openDims(
  program: Program,
  set: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const bounded = program.dims.filter(
    ({ kind, name }) => kind === "bounded" && /^\d+$/.test(set.get(name) ?? ""),
  );
  return new Map(bounded.map(({ name }) => [name, Number(set.get(name))]));
}

/** A size that the file leaves open is the caller's to give. */
export function stating<Result>(compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof OpenSize) throw new UsageError(error.message);
    throw error;
  }
}
