import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { invariant } from "../../../compiler/base/invariant.ts";

/** The runtime's own files, by their paths below `src/runtime`. */
export function readSources(start: string): ReadonlyMap<string, string> {
  const folder = runtimeFolder(start);
  const below = (path: string): readonly string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) return below(inner);
      return entry.name.endsWith(".ts") ? [inner] : [];
    });
  return new Map(
    [...below("")].sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]),
  );
}

function runtimeFolder(start: string): string {
  for (let at = start; ; at = dirname(at)) {
    const folder = join(at, "src", "runtime");
    if (existsSync(join(folder, "random.ts"))) return folder;
    invariant(dirname(at) !== at, "the runtime lies beside the compiler");
  }
}
