import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { invariant } from "../../base/invariant.ts";

/** The files of `src/runtime/` that a generated trainer may carry, by name (`random.ts`). */
export type RuntimeFiles = ReadonlyMap<string, string>;

/** Reads the runtime of this very package, which lies beside the compiler's sources and in the published package alike. */
export function readRuntime(): RuntimeFiles {
  const folder = runtimeFolder(dirname(fileURLToPath(import.meta.url)));
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort();
  return new Map(names.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

function runtimeFolder(start: string): string {
  for (let at = start; ; at = dirname(at)) {
    const folder = join(at, "src", "runtime");
    if (existsSync(join(folder, "random.ts"))) return folder;
    invariant(dirname(at) !== at, "the runtime files lie beside the compiler");
  }
}

/** The named files and everything that they import, in the order of their names. */
export function closeOver(files: RuntimeFiles, wanted: Iterable<string>): readonly string[] {
  const closed = new Set<string>();
  const open = [...wanted];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (closed.has(file)) continue;
    const text = files.get(file);
    invariant(text !== undefined, `there is no runtime file ${file}`);
    closed.add(file);
    open.push(...importsOf(text));
  }
  return [...closed].sort();
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import\()\s*"\.\/([\w-]+\.ts)"/g)].map((match) => match[1]!);
}
