import type { WeightSource } from "../../typed/program.ts";
import { literal, name, nothing, ts, type Code } from "./code.ts";
import type { RunShape } from "./run-shape.ts";
import { loadFile, weightFile } from "./weight-files.ts";

/** Loads everything without a word: for what only looks at the start of a training. In scope: device, folder. */
export function loadCode(shape: RunShape): Code {
  const files = loadedFiles(shape);
  if (files.length === 0) return nothing;
  const loads = files.map(({ source, tensors }, index) => {
    const where = name(`source${index + 1}`);
    return ts`const ${where} = ${weightFile(source, shape.emission)};
  writeTensors(device, pick(${loadFile(source, where, shape.emission)}, ${literal(tensors.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] })))}, ${where}));`;
  });
  return ts`${loads}`;
}

interface Loaded {
  readonly source: WeightSource;
  readonly tensors: { readonly name: string; readonly shape: readonly number[] }[];
}

/** The files that a run loads weights from, with what it takes of each: the tensors that rules select, and the running statistics of their layers. */
export function loadedFiles({ emission: { compiled }, run }: Pick<RunShape, "emission" | "run">): readonly Loaded[] {
  const files = new Map<string, Loaded>();
  for (const { path, shape, load } of compiled.parameters) {
    if (load === undefined) continue;
    const key = load.kind === "run" ? `run ${load.run}` : `path ${load.path}`;
    const file = files.get(key) ?? { source: load, tensors: [] };
    file.tensors.push({ name: path, shape });
    const layer = run.model.layers.find(({ weights }) => weights.some((weight) => weight.path === path));
    for (const state of layer?.states ?? []) {
      const known = compiled.states.find((each) => each.name === state.path);
      if (known && !file.tensors.some((tensor) => tensor.name === known.name)) file.tensors.push({ name: known.name, shape: known.shape });
    }
    files.set(key, file);
  }
  return [...files.values()];
}
