import { UserError } from "./errors.ts";
import { nodeModule, runsInNode } from "./platform.ts";

/** Reading and writing, in Node by paths, in a browser by addresses (which can only be read). */

const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** `path` as seen from `directory`, which is a folder or the URL of a module; unchanged where it is absolute or an address. */
export function resolvePath(directory: string | undefined, path: string): string {
  if (directory === undefined || isAddress(path)) return path;
  if (!runsInNode()) return new URL(path, new URL(directory, globalThis.location?.href)).href;
  const { fileURLToPath } = nodeModule("node:url");
  const { dirname, resolve } = nodeModule("node:path");
  return resolve(
    directory.startsWith("file:") ? dirname(fileURLToPath(directory)) : directory,
    path,
  );
}

/** The whole file. */
export async function readBytes(pathOrAddress: string): Promise<Uint8Array> {
  if (isAddress(pathOrAddress) || !runsInNode()) return download(pathOrAddress);
  try {
    const bytes = await nodeModule("node:fs/promises").readFile(pathOrAddress);
    // A plain Uint8Array: the slice of Node's own Buffer would not be a copy.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw fileError("read", pathOrAddress, error);
  }
}

/** The whole file as text. */
export async function readText(pathOrAddress: string, encoding?: Encoding): Promise<string> {
  return decodeText(await readBytes(pathOrAddress), pathOrAddress, encoding);
}

/** How the characters of a text are written as bytes; UTF-8 where nothing is said. */
export type Encoding = "utf8" | "latin1" | "utf16";

/** Most characters of a text. */
const mostCharacters = 2 ** 29 - 24;

/** Bytes as text, without a byte-order mark; bytes that are none are refused with their line. */
export function decodeText(bytes: Uint8Array, where: string, encoding: Encoding = "utf8"): string {
  const label = encoding === "utf16" ? (bytes[0] === 0xfe ? "utf-16be" : "utf-16le") : encoding;
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    if (bytes.length > mostCharacters)
      throw new UserError(`${where} is too large to be read as one text (${bytes.length} bytes).`);
    throw notOfEncoding(bytes, where, encoding);
  }
}

function notOfEncoding(bytes: Uint8Array, where: string, encoding: Encoding): UserError {
  if (encoding !== "utf8") return new UserError(`${where} is no text of the encoding ${encoding}.`);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return new UserError(`${where} is written in UTF-16, and UTF-8 is expected.`, [
      "Save it as UTF-8, or write `encoding: utf16` in the source.",
    ]);
  return new UserError(`${where}, line ${faultyLine(bytes)}: there are bytes that are no UTF-8.`, [
    "Save it as UTF-8, or write `encoding: latin1` in the source where it is of Western Europe.",
  ]);
}

/** The line of the first bytes that are no UTF-8. */
function faultyLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf8", { fatal: true });
  let start = 0;
  for (let line = 1; ; line++) {
    let end = start;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end += 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    if (end >= bytes.length) return line;
    start = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
  }
}

async function download(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((error: unknown) => {
    throw new UserError(
      `${address} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (!response.ok)
    throw new UserError(`${address} cannot be loaded: the server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Replaces a file so that a crash at any moment leaves the old file or the new one, never a mixture: everything is
 * written and synced beside it first, then renamed over it, and the folder is synced.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = nodeModule("node:fs/promises");
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw fileError("written", path, error);
  }
  await syncDirectory(nodeModule("node:path").dirname(path));
}

/** Makes a renaming last through a power cut. Systems that cannot sync a folder (Windows) do this by themselves. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await nodeModule("node:fs/promises").open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch {
    return;
  }
}

/** `writeBytes` of UTF-8. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeBytes(path, new TextEncoder().encode(text));
}

/** Adds to the end of a file, which is made when absent. */
export async function appendText(path: string, text: string): Promise<void> {
  try {
    await nodeModule("node:fs/promises").appendFile(path, text);
  } catch (error) {
    throw fileError("written", path, error);
  }
}

/** Makes a folder and those above it; one that is there already is fine. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (error) {
    throw fileError("made", path, error);
  }
}

/** Node's own recursive form never returns where the system says that a folder is missing and cannot be made (below /proc). */
async function makeWithParents(path: string): Promise<void> {
  const { mkdir, stat } = nodeModule("node:fs/promises");
  const parent = nodeModule("node:path").dirname(path);
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || parent === path || (await fileExists(parent))) throw error;
    await makeWithParents(parent);
    await mkdir(path);
  }
}

/** Whether there is a file or folder of this path. */
export async function fileExists(path: string): Promise<boolean> {
  return nodeModule("node:fs/promises")
    .access(path)
    .then(
      () => true,
      () => false,
    );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "the system does not permit it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "there is a file of that name",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
};

function fileError(done: string, path: string, error: unknown): UserError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new UserError(`${path} cannot be ${done}: ${reason}.`);
}
