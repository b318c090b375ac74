import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { manual } from "../src/tools/manual/manual.ts";

/** Writes `spec/reference/` from the definitions of the library: `npx tsx scripts/reference.ts`. */
const folder = fileURLToPath(new URL("../spec/reference/", import.meta.url));
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of manual()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
