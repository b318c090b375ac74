import { UserError } from "./errors.ts";
import {
  largestRemainder,
  randomOrder,
  rowsByGroup,
  splitInOrder,
  splitOf,
  type Split,
} from "./split.ts";
import { splitStratified, stratifiedOrder } from "./stratify.ts";

/** Which part of how many validates, from 1, and what is kept apart for testing. */
export interface Fold {
  readonly fold: number;
  readonly folds: number;
  readonly test: number;
}

/** What decides which rows stay together, or in which order they stand. */
export interface Binding {
  readonly labels?: Float32Array | undefined;
  readonly groups?: readonly string[] | undefined;
  /** In order: so many rows after each have something in common with it. */
  readonly reach?: number | undefined;
}

/** Divides rows at random into folds of equal size: groups stay together, and each fold has its share of every class. */
export function foldRows(
  rows: number,
  { fold, folds, test }: Fold,
  seed: number,
  binding: Binding,
): Split {
  const fractions = { train: 1 - test, validation: 0, test };
  if (binding.reach !== undefined) return foldInOrder(rows, { fold, folds, test }, binding.reach);
  const units = unitsOf(rows, seed, binding);
  requireFolds(units.length, folds, binding.groups !== undefined);
  const [, , missing = 0] = largestRemainder(rows, fractions);
  const parts: number[][] = [[], [], []];
  const pool: (readonly number[])[] = [];
  const tested = testRows(seed, binding, fractions);
  for (const unit of units) {
    const isTested = tested ? tested.has(unit[0]!) : parts[2]!.length < missing;
    if (isTested) parts[2]!.push(...unit);
    else pool.push(unit);
  }
  requireFolds(pool.length, folds, binding.groups !== undefined);
  const sizes = Array.from({ length: folds }, () => 0);
  const dealt = binding.groups === undefined ? pool : [...pool].sort((a, b) => b.length - a.length);
  dealt.forEach((unit, index) => {
    // Single rows one after the other, so that those of a class are spread; groups to the fold that has the fewest rows.
    const own = binding.groups === undefined ? index % folds : sizes.indexOf(Math.min(...sizes));
    sizes[own] = sizes[own]! + unit.length;
    parts[own === fold - 1 ? 1 : 0]!.push(...unit);
  });
  return splitOf(parts);
}

/** With classes in their proportions, the rows for testing are those of a stratified split. */
function testRows(
  seed: number,
  { labels }: Binding,
  fractions: { readonly train: number; readonly validation: number; readonly test: number },
): ReadonlySet<number> | undefined {
  if (labels === undefined) return undefined;
  return new Set(fractions.test === 0 ? [] : splitStratified(labels, fractions, seed).test);
}

/** What is dealt: rows, or groups of them, in an order that the seed decides; with classes, one class after the other. */
function unitsOf(
  rows: number,
  seed: number,
  { labels, groups }: Binding,
): readonly (readonly number[])[] {
  if (labels !== undefined) return Array.from(stratifiedOrder(labels, seed), (row) => [row]);
  const units =
    groups === undefined ? Array.from({ length: rows }, (_, row) => [row]) : rowsByGroup(groups);
  return Array.from(randomOrder(units.length, seed), (index) => units[index]!);
}

/** In order, what comes before a part is trained on and what comes after it is not: the future is never known. */
function foldInOrder(rows: number, { fold, folds, test }: Fold, reach: number): Split {
  const { train, test: tested } = splitInOrder(
    rows,
    { train: 1 - test, validation: 0, test },
    reach,
  );
  requireFolds(train.length, folds + 1, false);
  const edge = (index: number): number => Math.round((train.length * index) / (folds + 1));
  const before = Array.from(train.subarray(0, Math.max(0, edge(fold) - reach)));
  const next = Array.from(train.subarray(edge(fold), edge(fold + 1)));
  if (before.length === 0)
    throw new UserError(
      `Nothing is left to train on in fold ${fold}: each row has something in common with ${reach} after it, and ${rows} rows are divided into ${folds} folds.`,
    );
  return splitOf([before, next, Array.from(tested)]);
}

function requireFolds(units: number, folds: number, grouped: boolean): void {
  if (units >= folds) return;
  throw new UserError(
    `${folds} folds are asked for, and there are only ${units} ${grouped ? "groups" : "rows"} to divide.`,
  );
}
