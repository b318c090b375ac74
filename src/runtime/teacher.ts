import { UserError } from "./errors.ts";
import { denormalizeValues, normalizeValues, type Normalization } from "./normalize.ts";
import { own } from "./own.ts";
import { preparationFromText } from "./preparation-text.ts";
import type { PreparedData } from "./prepare.ts";
import type { TensorFile } from "./safetensors.ts";

/** By how much two ways to bring rows to scale may differ, in units of the scaled values, and be taken for one. */
const mostDifference = 0.25;
const probedRows = 256;

/**
 * A teacher was trained on rows that were prepared in its own way: the same labels in the same order, and values in the same
 * scale, or what it says of these rows means nothing. Refuses another preparation; gives remarks on what differs a little.
 */
export function checkTeacher(
  file: TensorFile,
  where: string,
  data: PreparedData,
  fields: readonly string[],
  seed: number,
): string[] {
  const { classNames, normalizations } = preparationFromText(file.metadata["preparation"], where);
  for (const [field, names] of Object.entries(data.preparation.classNames)) {
    const its = own(classNames, field);
    if (its !== undefined && its.join("\n") !== names.join("\n"))
      throw new UserError(`The teacher in ${where} knows other classes of ${field}.`, [
        `teacher: ${its.join(", ")}`,
        `here: ${names.join(", ")}`,
      ]);
  }
  const differences = fields.map((field) =>
    difference(
      data,
      field,
      own(normalizations, field),
      own(data.preparation.normalizations, field),
    ),
  );
  const worst = Math.max(0, ...differences);
  if (!(worst <= mostDifference))
    throw new UserError(
      `The teacher in ${where} was trained on values of ${fields[differences.indexOf(worst)] ?? fields[0]} in another scale.`,
      ["Normalise the data of both runs in the same way."],
    );
  return remarks(worst, file.metadata["seed"], seed);
}

function remarks(worst: number, itsSeed: string | undefined, seed: number): string[] {
  const scale =
    worst > 1e-4
      ? [`the teacher's scale differs slightly, by ${worst.toPrecision(2)} in the mean`]
      : [];
  const split =
    itsSeed !== undefined && itsSeed !== String(seed)
      ? [
          `the teacher was trained with seed ${itsSeed}: rows that are kept apart here may be among those it learned`,
        ]
      : [];
  return [...scale, ...split];
}

/** √(mean of squared differences) between the two scales over some training rows, whose values are in the second. */
function difference(
  { train }: PreparedData,
  field: string,
  its: Normalization | undefined,
  ours: Normalization | undefined,
): number {
  const column = train.dataset.columns.get(field);
  if (column === undefined || column.field.classes !== undefined) return 0;
  const { size, values } = column;
  let [total, count] = [0, 0];
  for (const row of train.rows.subarray(0, probedRows)) {
    const here = values.slice(row * size, (row + 1) * size);
    const there = here.slice();
    if (ours !== undefined) denormalizeValues(there, ours);
    if (its !== undefined) normalizeValues(there, its);
    for (const [index, value] of here.entries()) total += (value - (there[index] as number)) ** 2;
    count += size;
  }
  return count === 0 ? 0 : Math.sqrt(total / count);
}
