import { UserError } from "./errors.ts";
import { readText } from "./files.ts";
import type { Form, NormalizationStep } from "./normalize.ts";

/** Means and deviations from a file, `{ "mean": [0.485, …], "deviation": [0.229, …] }` (or `std`), one of each for a feature or channel. */
export async function readStatistics(path: string): Promise<NormalizationStep> {
  const parsed = parse(await readText(path), path);
  const [mean, deviation] = [
    listIn(parsed, "mean"),
    listIn(parsed, "deviation") ?? listIn(parsed, "std"),
  ];
  if (mean === undefined || deviation === undefined || mean.length !== deviation.length)
    throw new UserError(
      `${path} needs a list "mean" and a list "deviation" (or "std") of as many numbers.`,
      ['For example {"mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225]}.'],
    );
  if (deviation.some((value) => value <= 0))
    throw new UserError(`${path}: every deviation must be above 0.`);
  return { apply: ({ length }) => formsOf(mean, deviation, length, path) };
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function listIn(parsed: unknown, key: string): readonly number[] | undefined {
  const value: unknown =
    typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, key)
      ? (parsed as Record<string, unknown>)[key]
      : undefined;
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return list.length > 0 &&
    list.every((entry) => typeof entry === "number" && Number.isFinite(entry))
    ? (list as readonly number[])
    : undefined;
}

/** The statistics of a file stand for those of the data; one number may stand for all entries. */
function formsOf(
  mean: readonly number[],
  deviation: readonly number[],
  entries: number,
  where: string,
): readonly Form[] {
  if (mean.length !== entries && mean.length !== 1)
    throw new UserError(`${where} has ${mean.length} means, and the field takes ${entries}.`);
  return Array.from({ length: entries }, (_, entry) => ({
    shift: mean[entry % mean.length] ?? 0,
    factor: 1 / (deviation[entry % mean.length] ?? 1),
    offset: 0,
  }));
}
