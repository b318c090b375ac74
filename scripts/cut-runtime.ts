import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  exportsFile,
  exportsOf,
  piecesFile,
} from "../src/compiler/passes/7-emit/pieces/load-pieces.ts";
import { makePieces } from "../src/compiler/passes/7-emit/pieces/make-pieces.ts";
import { readSources } from "../src/compiler/passes/7-emit/pieces/runtime-sources.ts";

/** Writes the pieces of the runtime into a folder. */
export async function cutInto(folder: string): Promise<void> {
  const files = await makePieces(readSources(process.cwd()));
  writeFileSync(join(folder, piecesFile), JSON.stringify({ files }));
  writeFileSync(join(folder, exportsFile), JSON.stringify(exportsOf({ files })));
}
