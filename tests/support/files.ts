import { existsSync, readdirSync } from "node:fs";

/** Paths of the files directly in a folder with one of the endings, sorted; none when there is no such folder. */
export function filesIn(folder: string, ...endings: readonly string[]): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => `${folder}/${name}`);
}
