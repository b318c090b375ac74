import { UserError } from "./errors.ts";

/** A path as it tells what lies there: small letters, without what follows in an address (of a file it is its name), and without `.gz`. */
export function plainName(path: string): string {
  const name = /^https?:\/\//i.test(path) ? path.replace(/[?#].*$/, "") : path;
  return name.toLowerCase().replace(/\.gz$/, "");
}

/** What a program says of files that it has no reader for: it carries those of its own sources. */
export function noReader(path: string, reads: string): UserError {
  return new UserError(`${path} cannot be read by this program, which reads ${reads}.`, [
    "`nnspec build … --data Name=file` makes one that reads such files, and `nnspec train … --data Name=file` reads every kind.",
  ]);
}

/** For a program whose data are made and not read. */
export function readNothing(path: string): never {
  throw noReader(path, "no files: its data are made");
}
