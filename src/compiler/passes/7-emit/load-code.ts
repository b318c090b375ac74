import { literal, nothing, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";
import type { RunShape } from "./run-shape.ts";

interface Loaded {
  /** The file: a path of the spec, or the best weights of another run, whose folder lies beside this one's. */
  readonly path: Code;
  readonly tensors: { readonly name: string; readonly shape: readonly number[] }[];
}

/** `load: …`: weights of other trainings in the place of drawn ones, with the running statistics of their layers. */
export function loadCode({ emission, run }: RunShape): Code {
  const { compiled } = emission;
  const files = new Map<string, Loaded>();
  for (const { path, shape, load } of compiled.parameters) {
    if (load === undefined) continue;
    const key = load.kind === "run" ? `run ${load.run}` : `path ${load.path}`;
    const file = files.get(key) ?? { path: load.kind === "run" ? besideThis(load.run, keptBy(load.run, emission)) : ts`resolvePath(import.meta.url, ${literal(emission.pathFromFolder(load.path))})`, tensors: [] };
    file.tensors.push({ name: path, shape });
    const layer = run.model.layers.find(({ weights }) => weights.some((weight) => weight.path === path));
    for (const state of layer?.states ?? []) {
      const known = compiled.states.find(({ name }) => name === state.path);
      if (known && !file.tensors.some(({ name }) => name === known.name)) file.tensors.push({ name: known.name, shape: known.shape });
    }
    files.set(key, file);
  }
  if (files.size === 0) return nothing;
  const loads = [...files.values()].map(({ path, tensors }, index) => {
    const where = ts`source${literal(index + 1)}`;
    return ts`const ${where} = ${path};
  writeTensors(device, pick(await loadTensors(${where}), ${literal(tensors.map(({ name, shape }) => ({ name, shape: [...shape] })))}, ${where}));`;
  });
  return ts`${loads}`;
}

/** `runs/mlp` for run Mlp: where `nnspec train` keeps it, seen from the folder of this run. */
function besideThis(run: string, kept: "best" | "last"): Code {
  const folder = run.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return ts`(folder ?? "run") + ${literal(`/../${folder}/${kept}.safetensors`)}`;
}

/** A run without validation rows keeps its last weights alone. */
function keptBy(name: string, { program }: Emission): "best" | "last" {
  return program.runs.find((run) => run.name === name)?.keep.kind ?? "best";
}
