import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Source } from "../../compiler/base/source.ts";
import type { CheckOptions } from "../../compiler/check.ts";
import { UsageError } from "./exit.ts";

const largestFile = 1_000_000;

/** The text of a file, or of the standard input for `-`. */
export function readSource(path: string): Source {
  try {
    return { path, text: readFileSync(path === "-" ? 0 : path, "utf8") };
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Files as they are, folders as all the `.nnspec` files below them (hidden folders and node_modules left out). */
export function expandPaths(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (path === "-") return [path];
    const information = statSync(path, { throwIfNoEntry: false });
    if (!information) throw new UsageError(`cannot read ${path}: there is no such file`);
    if (!information.isDirectory()) return [path];
    const found = filesBelow(path);
    if (found.length === 0) throw new UsageError(`no .nnspec file below ${path}`);
    return found;
  });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() && entry.name.endsWith(".nnspec") ? [path] : [];
    });
}

/**
 * Reads imported files for the compiler: never outside the root, which is the working folder when `main` lies in it, and
 * otherwise the folder of `main`. Links are followed before the place is judged.
 */
export function importReader(main: string): CheckOptions["read"] {
  const root = realpathSync(rootOf(main));
  return (path, from) => {
    const wanted = resolve(from === "-" ? process.cwd() : dirname(from), path);
    try {
      if (!lstatSync(wanted, { throwIfNoEntry: false })) return { problem: "missing" };
      const real = realpathSync(wanted);
      if (!isInside(root, real)) return { problem: "outside" };
      const information = statSync(real);
      if (!information.isFile()) return { problem: "unreadable" };
      if (information.size > largestFile) return { problem: "too large" };
      return { path: relative(process.cwd(), wanted), text: readFileSync(real, "utf8") };
    } catch {
      return { problem: "unreadable" };
    }
  };
}

/** The working folder when `main` lies in it, and otherwise the folder of `main`. */
export function rootOf(main: string): string {
  const start = main === "-" ? process.cwd() : dirname(resolve(main));
  return isInside(process.cwd(), start) ? process.cwd() : start;
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** What went wrong with a file, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOSPC") return "the disk is full";
  return error instanceof Error ? error.message : String(error);
}
