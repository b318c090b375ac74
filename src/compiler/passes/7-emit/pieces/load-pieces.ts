import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pieces } from "./piece.ts";
import { readSources } from "./runtime-sources.ts";

/** Where the pieces lie in the package: beside the bundled command line. */
export const piecesFile = "trainer-pieces.json";

let loaded: Promise<Pieces> | undefined;

/** The runtime in pieces: those of the package; where the compiler runs from its sources, made when these have changed. */
export function loadPieces(): Promise<Pieces> {
  return (loaded ??= findPieces());
}

async function findPieces(): Promise<Pieces> {
  const here = dirname(fileURLToPath(import.meta.url));
  const packed = join(here, piecesFile);
  if (existsSync(packed)) return readPieces(packed);
  const sources = readSources(here);
  const { makePieces } = await import("./make-pieces.ts");
  const key = fingerprint(sources, here);
  const kept = join(tmpdir(), `nnspec-pieces-${process.getuid?.() ?? 0}-${key}.json`);
  if (existsSync(kept)) return readPieces(kept);
  const pieces = { files: await makePieces(sources) };
  mkdirSync(dirname(kept), { recursive: true });
  const partial = `${kept}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(pieces));
  renameSync(partial, kept);
  return pieces;
}

function readPieces(path: string): Pieces {
  return JSON.parse(readFileSync(path, "utf8")) as Pieces;
}

/** Of the sources, and of what cuts them. */
function fingerprint(sources: ReadonlyMap<string, string>, here: string): string {
  const hash = createHash("sha256");
  for (const [path, text] of sources) hash.update(path).update("\0").update(text).update("\0");
  for (const file of ["make-pieces.ts", "folding.ts"]) hash.update(readFileSync(join(here, file)));
  return hash.digest("hex").slice(0, 16);
}
