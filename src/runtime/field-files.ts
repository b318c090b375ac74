import type { Field } from "./dataset.ts";
import { UserError } from "./errors.ts";

/** `image:a.npy,label:b.npy` by field; a file of one array alone is that of the only field. Undefined where no field is named. */
export function namedFiles(
  fields: readonly Field[],
  path: string,
): Readonly<Record<string, string>> | undefined {
  const starts = fields.flatMap((field) => {
    const at = path.startsWith(`${field.name}:`) ? 0 : path.indexOf(`,${field.name}:`);
    return at < 0 ? [] : [{ name: field.name, at: at === 0 ? 0 : at + 1 }];
  });
  if (!starts.some(({ at }) => at === 0)) return undefined;
  const sorted = starts.sort((a, b) => a.at - b.at);
  const parts = sorted.map(({ name, at }, index) => {
    const next = sorted[index + 1]?.at;
    return [
      name,
      path.slice(at + name.length + 1, next === undefined ? undefined : next - 1),
    ] as const;
  });
  return Object.fromEntries(parts);
}

/** A file of one array for each field. */
export function fieldFiles(
  fields: readonly Field[],
  path: string,
): Readonly<Record<string, string>> {
  const files = namedFiles(fields, path);
  if (files === undefined) {
    const [only, ...others] = fields;
    if (only !== undefined && others.length === 0) return { [only.name]: path };
    throw new UserError(`${path} holds one array, and there are several fields.`, [
      `Give a file for each: ${fields.map(({ name }) => `${name}:path`).join(",")}`,
    ]);
  }
  const missing = fields.find(({ name }) => !Object.hasOwn(files, name));
  if (missing !== undefined)
    throw new UserError(`${path} names no file for the field ${missing.name}.`);
  return files;
}
