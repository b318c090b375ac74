import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Makes `nnspec` a command of a folder, as installing the package there does; gives the environment that finds it. */
export function installedIn(folder: string): Readonly<Record<string, string>> {
  const bin = join(folder, "node_modules", ".bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(resolve("dist/nnspec.js"), join(bin, "nnspec"));
  return { PATH: `${bin}${delimiter}${process.env["PATH"]}` };
}
