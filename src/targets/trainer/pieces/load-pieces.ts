import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pieces } from "./piece.ts";
import { readSources } from "./runtime-sources.ts";

/** Where the pieces lie in the package: beside the bundled command line. */
export const piecesFile = "trainer-pieces.json";

/** Which file of the runtime exports a value: the same, of which a training in this process needs no more. */
export const exportsFile = "runtime-exports.json";

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

/** The files of the runtime by the functions and constants that they export. */
export type RuntimeExports = Readonly<Record<string, string>>;

/** Of the package; where the compiler runs from its sources, of the pieces. */
export async function loadExports(): Promise<RuntimeExports> {
  const packed = join(dirname(fileURLToPath(import.meta.url)), exportsFile);
  if (existsSync(packed)) return JSON.parse(readFileSync(packed, "utf8")) as RuntimeExports;
  return exportsOf(await loadPieces());
}

/** No name is exported twice, so a name says which is meant. */
export function exportsOf({ files }: Pieces): RuntimeExports {
  return Object.fromEntries(
    files.flatMap(({ source, declarations }) =>
      declarations.flatMap(({ name, isExported, isType }) =>
        isExported && !isType ? [[name, source]] : [],
      ),
    ),
  );
}

function readPieces(path: string): Pieces {
  return JSON.parse(readFileSync(path, "utf8")) as Pieces;
}

/** Of the sources, and of what cuts them. */
function fingerprint(sources: ReadonlyMap<string, string>, here: string): string {
  const hash = createHash("sha256");
  for (const [path, text] of sources) hash.update(path).update("\0").update(text).update("\0");
  for (const file of ["make-pieces.ts", "layout.ts", "folding.ts", "statements.ts"])
    hash.update(readFileSync(join(here, file)));
  return hash.digest("hex").slice(0, 16);
}
