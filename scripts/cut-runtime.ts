import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportsFile, exportsOf, piecesFile } from "../src/targets/trainer/pieces/load-pieces.ts";
import { makePieces } from "../src/targets/trainer/pieces/make-pieces.ts";
import { readSources } from "../src/targets/trainer/pieces/runtime-sources.ts";

/** Writes the pieces of the runtime into a folder. */
export async function cutInto(folder: string): Promise<void> {
  const files = await makePieces(readSources(process.cwd()));
  writeFileSync(join(folder, piecesFile), JSON.stringify({ files }));
  writeFileSync(join(folder, exportsFile), JSON.stringify(exportsOf({ files })));
}
