import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import { showType } from "../types.ts";

/** The three sides of "rk,kn->rn": one letter an axis. */
export interface Labels {
  readonly a: string;
  readonly b: string;
  readonly result: string;
}

export function parseLabels(labels: string): Labels {
  const match = /^(\p{L}*),(\p{L}*)->(\p{L}*)$/u.exec(labels);
  invariant(match, `labels must look like "rk,kn->rn", not "${labels}"`);
  return { a: match[1]!, b: match[2]!, result: match[3]! };
}

export function showLabels({ a, b, result }: Labels): string {
  return `${a},${b}->${result}`;
}

/** No letter twice on one side, each on at least two of the three sides, sizes agree, and one batch at most. */
export function contractType(inputs: readonly ArrayType[], labels: Labels): ArrayType {
  invariant(inputs.length === 2, `two operands expected, not ${inputs.length}`);
  const [a, b] = inputs as readonly [ArrayType, ArrayType];
  const text = `${showLabels(labels)} of ${showType(a)} and ${showType(b)}`;
  invariant(
    labels.a.length === a.shape.length && labels.b.length === b.shape.length,
    `${text}: one letter an axis`,
  );
  for (const side of [labels.a, labels.b, labels.result])
    invariant(new Set(side).size === side.length, `${text}: a letter twice on one side`);
  const sizes = sizesOf(
    labels,
    inputs.map(({ shape }) => shape),
    text,
  );
  const batch = batchLabel(a, b, labels, text);
  const keepsBatch = batch !== undefined && labels.result.includes(batch);
  invariant(
    !keepsBatch || labels.result[0] === batch,
    `${text}: the batch axis comes first in the result`,
  );
  return { shape: [...labels.result].map((letter) => sizes.get(letter)!), batched: keepsBatch };
}

/** The size of each letter. */
export function sizesOf(
  { a, b, result }: Labels,
  shapes: readonly (readonly number[])[],
  text = "",
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  [a, b].forEach((side, operand) => {
    [...side].forEach((letter, axis) => {
      const size = shapes[operand]![axis]!;
      invariant((sizes.get(letter) ?? size) === size, `${text}: two sizes for ${letter}`);
      sizes.set(letter, size);
    });
  });
  for (const letter of new Set(a + b + result)) {
    const sides = [a, b, result].filter((side) => side.includes(letter)).length;
    invariant(sides >= 2 && sizes.has(letter), `${text}: ${letter} must be on two sides`);
  }
  return sizes;
}

/** The letter of the batch, which must not name an axis that is not a batch. */
function batchLabel(a: ArrayType, b: ArrayType, labels: Labels, text: string): string | undefined {
  const ofA = a.batched ? labels.a[0] : undefined;
  const ofB = b.batched ? labels.b[0] : undefined;
  const batch = ofA ?? ofB;
  const isShared =
    batch === undefined ||
    ((ofA === batch || !labels.a.includes(batch)) && (ofB === batch || !labels.b.includes(batch)));
  invariant(
    isShared && (ofA === undefined || ofB === undefined || ofA === ofB),
    `${text}: batch axes must have the same letter, and no other axis that letter`,
  );
  return batch;
}
