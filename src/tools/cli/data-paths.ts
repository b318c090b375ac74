import { resolve } from "node:path";
import { UsageError } from "./exit.ts";

/** `image:a.npy,label:b.npy`: the name of a field before each file. A name before two slashes is a URL's; on Windows a letter before a slash is a drive. */
const field =
  process.platform === "win32"
    ? String.raw`(?:[A-Za-z_]\w+:(?!\/\/)|[A-Za-z]:(?![\\/]))`
    : String.raw`[A-Za-z_]\w*:(?!\/\/)`;

/** The file of each field, where the path of `--data` names them one by one. */
export function pathsByField(path: string): ReadonlyMap<string, string> | undefined {
  if (!new RegExp(`^${field}`).test(path)) return undefined;
  const parts = path.split(new RegExp(`,(?=${field})`));
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)]),
  );
}

/** A path of `--data` as it is from anywhere: made absolute, each of several by itself. */
export function resolveData(path: string): string {
  const parts = pathsByField(path);
  if (parts) return [...parts].map(([field, file]) => `${field}:${resolve(file)}`).join(",");
  return /^[a-z]\w+:\/\//i.test(path) ? path : resolve(path);
}

/** For a command that takes one file a data declaration. */
export function singlePath(path: string): string {
  if (pathsByField(path))
    throw new UsageError(
      `${path} is a file for each field: name them in the spec, \`source: npy(image: "a.npy", label: "b.npy")\`, to build with them`,
    );
  return resolve(path);
}
