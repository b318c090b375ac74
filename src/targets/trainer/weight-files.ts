import type { Emission } from "./emission.ts";

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
