import type { WeightSource } from "../../compiler/typed/program.ts";
import type { RunShape } from "./run-shape.ts";

interface Loaded {
  readonly source: WeightSource;
  readonly tensors: { readonly name: string; readonly shape: readonly number[] }[];
}

/** The files that a run loads weights from, with what it takes of each: the tensors that rules select, and the running statistics of their layers. */
export function loadedFiles({
  emission: { compiled },
  run,
}: Pick<RunShape, "emission" | "run">): readonly Loaded[] {
  const files = new Map<string, Loaded>();
  for (const { path, shape, load } of compiled.parameters) {
    if (load === undefined) continue;
    const key = load.kind === "run" ? `run ${load.run}` : `path ${load.path}`;
    const file = files.get(key) ?? { source: load, tensors: [] };
    file.tensors.push({ name: path, shape });
    const layer = run.model.layers.find(({ weights }) =>
      weights.some((weight) => weight.path === path),
    );
    for (const state of layer?.states ?? []) {
      const known = compiled.states.find((each) => each.name === state.path);
      if (known && !file.tensors.some((tensor) => tensor.name === known.name))
        file.tensors.push({ name: known.name, shape: known.shape });
    }
    files.set(key, file);
  }
  return [...files.values()];
}
