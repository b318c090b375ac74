import type { Program } from "../../compiler/typed/program.ts";

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
