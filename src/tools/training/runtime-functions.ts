import { loadExports } from "../../targets/trainer/pieces/load-pieces.ts";

/** Values by their names: functions of the runtime, members of a definition, what parameters are bound to. */
export type Scope = ReadonlyMap<string, unknown>;

/** Loads those of the named that the runtime exports, each from its file. */
export async function loadFunctions(names: Iterable<string>): Promise<Scope> {
  const exported = await loadExports();
  const found = new Map<string, unknown>();
  for (const name of new Set(names)) {
    if (!Object.hasOwn(exported, name)) continue;
    // The bundler looks for files of this pattern, so the folder and the ending stand here.
    const file = exported[name]!.replace(/\.ts$/, "");
    const module: Readonly<Record<string, unknown>> = await import(`../../runtime/${file}.ts`);
    found.set(name, module[name]);
  }
  return found;
}
