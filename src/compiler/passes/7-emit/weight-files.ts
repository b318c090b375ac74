import type { WeightSource } from "../../typed/program.ts";
import { literal, ts, type Code } from "./code.ts";
import { specName, type Emission } from "./emission.ts";

/** Where trained weights lie: a file of the spec, or what another run keeps, whose folder lies beside this one's. In scope: folder. */
export function weightFile(source: WeightSource, emission: Emission): Code {
  if (source.kind === "checkpoint")
    return ts`resolvePath(import.meta.url, ${literal(emission.pathFromFolder(source.path))})`;
  return ts`resolvePath((folder ?? "run") + "/", ${literal(`${isMember(emission) ? "../../" : "../"}${folderOf(source.run)}/${keptBy(source.run, emission)}.safetensors`)})`;
}

/** Reads it; `where` is the code of the path. */
export function loadFile(source: WeightSource, where: Code, emission: Emission): Code {
  if (source.kind === "checkpoint") return ts`await loadTensors(${where})`;
  const command = `nnspec train ${specName(emission)} --run ${source.run}`;
  return ts`await loadRun(${where}, ${literal(source.run)}, ${literal(command)})`;
}

/** Whether the run is trained as a member of an ensemble, in a folder inside that of the ensemble. */
export function isMember({ compiled }: Emission): boolean {
  return compiled.plans.judge !== undefined;
}

/** `runs/mlp` for run Mlp: where `nnspec train` keeps it. */
export function folderOf(run: string): string {
  return run.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/** A run without validation rows keeps its last weights alone. */
export function keptBy(name: string, { program }: Emission): "best" | "last" {
  return program.runs.find((run) => run.name === name)?.keep.kind ?? "best";
}
