import type { TypedData } from "./program.ts";

/** Whether rows are kept apart for a purpose, by a source of their own or by the split. */
export function hasPart(data: TypedData, part: "train" | "validation" | "test"): boolean {
  return data.split[part] > 0 || data.sources.some((source) => source.part === part);
}

/** The shares of one fold: each validates once, and the others are trained on. */
export function foldShares(
  folds: number,
  test: number,
): { readonly train: number; readonly validation: number } {
  const validation = (1 - test) / folds;
  return { train: 1 - test - validation, validation };
}
