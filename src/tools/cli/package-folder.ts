import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of this very package, found from the bundle in `dist/` and from the sources alike. */
export function packageFile(path: string): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, "package.json")) || dirname(at) === at) return join(at, path);
  }
}
